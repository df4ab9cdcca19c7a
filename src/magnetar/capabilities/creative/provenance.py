"""Content credentials (C2PA): signing a finished film, and verifying what a film carries.

Needs the extra `provenance` (c2pa-python, Apache-2.0 or MIT). Signing is the last step: it covers every byte, so
whatever changes a film afterwards breaks the seal. A film without credentials is fine; a broken seal is a defect.
"""

from __future__ import annotations

import importlib.util
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from magnetar import __version__
from magnetar.kernel.errors import BadInput, ProviderUnavailable

INSTALL = "pip install 'magnetar[provenance]'"
SOURCES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
MADE = {"media": "trainedAlgorithmicMedia", "composite": "compositeWithTrainedAlgorithmicMedia", "synthetic": "compositeSynthetic", "rules": "algorithmicMedia"}  # fmt: skip
"""IPTC digital source types: pixels from a trained model; a real picture with such parts; a composition of synthetic
parts; made by rules alone, without a trained model."""
_MARK = b"c2pa"
_HEAD = 1 << 20


@dataclass(frozen=True, slots=True)
class Verified:
    """What a film's credentials say."""

    present: bool
    wrong: str = ""
    """Why they do not hold; '' where they do, or where there are none."""
    note: str = ""
    issuer: str = ""
    trusted: bool = False
    source_type: str = ""


def available() -> bool:
    """Whether credentials can be signed and verified here."""
    return importlib.util.find_spec("c2pa") is not None


def carries(path: Path) -> bool:
    """Whether a file holds credentials at all (the `uuid` box of C2PA stands near the start of an MP4)."""
    with path.open("rb") as file:
        return _MARK in file.read(_HEAD)


def verify(path: Path) -> Verified:
    """Verify a film's credentials."""
    if not carries(path):
        return Verified(False)
    if not available():
        return Verified(True, note=f"the film carries C2PA credentials that are not verified here: {INSTALL}")
    import c2pa  # pyright: ignore[reportMissingImports]

    try:
        with c2pa.Reader(str(path)) as reader:
            told: dict[str, Any] = json.loads(reader.json())
    except Exception as error:  # the library has one error for all that can be wrong with a stranger's bytes
        return Verified(True, wrong=f"the C2PA manifest cannot be read: {str(error)[:120]}")
    active = told.get("manifests", {}).get(told.get("active_manifest", ""), {})
    failed = [str(one.get("code", "")) for one in told.get("validation_status", [])]
    untrusted = "signingCredential.untrusted"
    wrong = [code for code in failed if code and code != untrusted]
    issuer = str(active.get("signature_info", {}).get("issuer", ""))
    return Verified(
        True,
        f"C2PA: {', '.join(dict.fromkeys(wrong))}" if wrong else "",
        f"C2PA credentials by {issuer!r}, whose certificate is on no trust list here" if untrusted in failed else "",
        issuer,
        untrusted not in failed and not wrong,
        _source_type(active),
    )


def _source_type(active: dict[str, Any]) -> str:
    for one in active.get("assertions", []):
        for action in one.get("data", {}).get("actions", []) if "actions" in str(one.get("label")) else []:
            if "digitalSourceType" in action:
                return str(action["digitalSourceType"]).rsplit("/", 1)[-1]
    return ""


def sign(path: Path, out: Path, title: str, made: str, certificates: Path, key: Path, stamp_url: str = "") -> None:
    """Sign a film as its maker.

    Args:
        out: the signed film; another file than `path`.
        title: of the film.
        made: how its pictures came about, a key of `MADE`.
        certificates: PEM, the signing certificate first.
        key: PEM, its private key (ES256).
        stamp_url: of a time-stamp authority; '' for none.

    Raises:
        ProviderUnavailable: the extra is missing.
        BadInput: certificate or key are refused, or the film is.
    """
    if not available():
        raise ProviderUnavailable(f"内容凭证需要 Content credentials need c2pa-python. Install it with: {INSTALL}.")
    import c2pa  # pyright: ignore[reportMissingImports]

    manifest = {
        "claim_generator_info": [{"name": "magnetar", "version": __version__}],
        "title": title,
        "format": "video/mp4",
        "assertions": [
            {
                "label": "c2pa.actions",
                "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": SOURCES + MADE[made]}]},
            }
        ],
    }
    try:
        info = c2pa.C2paSignerInfo(
            alg=b"es256",
            sign_cert=certificates.read_bytes(),
            private_key=key.read_bytes(),
            ta_url=stamp_url.encode() or None,
        )
        out.unlink(missing_ok=True)
        with c2pa.Signer.from_info(info) as signer, c2pa.Builder(json.dumps(manifest)) as builder:
            builder.sign_file(str(path), str(out), signer)
    except (OSError, c2pa.C2paError) as error:
        raise BadInput(
            f"无法签署 Cannot sign {str(path)!r}: {str(error)[:200]}. Expected an ES256 certificate for C2PA (PEM, chain "
            "from the signing certificate up) and its key."
        ) from None


def development_certificate(folder: Path, begins: Any, years: int = 2) -> tuple[Path, Path]:
    """A certificate for trying things out: its root is made here, so nobody else trusts it.

    Args:
        folder: where `c2pa-development.pem` and `c2pa-development.key` go; existing ones are kept.
        begins: a datetime in UTC.

    Returns:
        The chain and the key.

    Raises:
        ProviderUnavailable: the extra is missing.
    """
    chain, private = folder / "c2pa-development.pem", folder / "c2pa-development.key"
    if chain.is_file() and private.is_file():
        return chain, private
    if importlib.util.find_spec("cryptography") is None:
        raise ProviderUnavailable(f"内容凭证需要 A development certificate needs cryptography: {INSTALL}.")
    pem, secret = _certificates(begins, years)
    folder.mkdir(parents=True, exist_ok=True)
    chain.write_bytes(pem)
    handle = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secret)
    return chain, private


def _certificates(begins: Any, years: int) -> tuple[bytes, bytes]:
    from datetime import timedelta

    from cryptography import x509  # pyright: ignore[reportMissingImports]
    from cryptography.hazmat.primitives import hashes, serialization  # pyright: ignore[reportMissingImports]
    from cryptography.hazmat.primitives.asymmetric import ec  # pyright: ignore[reportMissingImports]
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID  # pyright: ignore[reportMissingImports]

    def name(text: str) -> Any:
        whose = [(NameOID.ORGANIZATION_NAME, "Magnetar development (untrusted)"), (NameOID.COMMON_NAME, text)]
        return x509.Name([x509.NameAttribute(oid, value) for oid, value in whose])

    def usage(signs_films: bool) -> Any:
        return x509.KeyUsage(signs_films, False, False, False, False, not signs_films, not signs_films, False, False)

    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ends = begins + timedelta(days=365 * years)
    made: list[Any] = []
    for subject, key, is_root in (("Development root", root, True), ("Film signing", leaf, False)):
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name("Development root"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
            .add_extension(x509.BasicConstraints(is_root, None), critical=True)
            .add_extension(usage(not is_root), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key()), critical=False)
        )
        if not is_root:
            builder = builder.add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
            )
        made.append(builder.sign(root, hashes.SHA256()))
    pem = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in reversed(made))
    secret = leaf.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem, secret
