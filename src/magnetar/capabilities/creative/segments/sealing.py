"""Content credentials on finished films: signing is the last step, and costs what it costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from magnetar.capabilities.creative import provenance
from magnetar.capabilities.creative.encode import whole_or_nothing
from magnetar.kernel.clock import SystemClock
from magnetar.kernel.errors import BadInput, ProviderUnavailable
from magnetar.surface.report import cpu_seconds


@dataclass(slots=True)
class Seal:
    """Whose credentials films get."""

    chain: Path
    """PEM, the signing certificate first."""
    key: Path
    made: str = "synthetic"
    """How the pictures came about; a key of provenance.MADE."""
    development: bool = False
    cpu_seconds: float = field(default=0.0, init=False)
    """Spent on signing since this was made."""
    films: int = field(default=0, init=False)

    @property
    def issuer(self) -> str:
        """A name for a manifest: the certificate's file."""
        return "development" if self.development else self.chain.name

    def write(self, path: Path, write: Callable[[Path], int]) -> int:
        """Write a film, sign it, and only then give it its name; returns its length in bytes.

        Raises:
            BadInput: certificate or key are refused.
        """
        with whole_or_nothing(path) as signed:
            plain = signed.with_name(f"{signed.stem}-plain.mp4")
            try:
                write(plain)
                began = cpu_seconds()
                provenance.sign(plain, signed, path.stem, self.made, self.chain, self.key)
                self.cpu_seconds += cpu_seconds() - began
                self.films += 1
            finally:
                plain.unlink(missing_ok=True)
            return signed.stat().st_size


def seal_of(home: Path, certificate: str = "", key: str = "") -> Seal:
    """The operator's seal, or a development certificate that nobody trusts.

    Raises:
        ProviderUnavailable: the extra is missing.
        BadInput: one of both is not given or not there.
    """
    if not provenance.available():
        raise ProviderUnavailable(
            f"内容凭证需要 Content credentials need c2pa-python. Install it with: {provenance.INSTALL}."
        )
    if bool(certificate) != bool(key):
        raise BadInput(
            "--certificate 与 --key 须同时给出: both are needed, or neither for the development certificate."
        )
    if not certificate:
        now = datetime.fromtimestamp(SystemClock().now() / 1_000_000, UTC)
        chain, private = provenance.development_certificate(home / "provenance", now - timedelta(days=1))
        return Seal(chain, private, development=True)
    for option, name in (("--certificate", certificate), ("--key", key)):
        if not Path(name).is_file():
            raise BadInput(f"{option}: 没有这个文件 there is no file {name!r}.")
    return Seal(Path(certificate), Path(key))
