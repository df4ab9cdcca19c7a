"""Opening a file from outside: decompressed within limits, in the right encoding, as lines of text."""

from __future__ import annotations

import gzip
import io
import os
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO, Protocol, TextIO

from magnetar.capabilities.catalogue.encodings import EncodingVote
from magnetar.capabilities.catalogue.findings import shorten
from magnetar.kernel.errors import BadInput

_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read before it is refused."""

    file_bytes: int = 4 << 30
    """Uncompressed."""
    ratio: int = 300
    """Uncompressed bytes for one compressed byte, once 16 MiB are out; deflate itself ends at 1,032."""
    line_chars: int = 4 << 20
    json_chars: int = 64 << 20
    """A JSON value or an HTML page is held in memory whole; a list is read element by element."""


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes | None: ...
    def close(self) -> None: ...


class _Metered(io.RawIOBase):
    """Counts what comes out of a decompressor and stops a bomb; an early end is an end."""

    def __init__(self, inner: _Readable, packed: int, limits: Limits, path: str) -> None:
        self._inner, self._packed, self._limits, self._path = inner, packed, limits, path
        self._read = getattr(inner, "read1", inner.read)  # read() would drop what it has when the data end early
        self.read_bytes = 0
        self.broken = ""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # pyright: ignore[reportArgumentType]
        try:
            piece = self._read(len(view)) or b""
        except (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile) as error:
            self.broken = f"{error}" or type(error).__name__
            return 0
        self.read_bytes += len(piece)
        if self.read_bytes > self._limits.file_bytes:
            raise BadInput(
                f"{self._path} 过大 is larger than {self._limits.file_bytes:,} bytes uncompressed. "
                "Split it, or raise the limit with --max-mb."
            )
        if self._packed and self.read_bytes > max(16 << 20, self._packed * self._limits.ratio):
            raise BadInput(
                f"{self._path} 压缩比异常 unpacks to more than {self._limits.ratio} times its size, as a "
                "decompression bomb does. Unpack it yourself and import the plain file if you trust it."
            )
        view[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


@dataclass(slots=True)
class Source:
    """A file that can be read as text as often as needed."""

    path: Path
    limits: Limits
    encoding: str = ""
    undecodable: int = 0
    broken: str = ""
    """Why the compressed data end early; '' where they are whole."""
    size: int = 0
    head: str = ""
    """The first 64 kB as text."""
    _spool: BinaryIO | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """The file's name, fit for a message."""
        return shorten(repr(self.path.name))

    def bytes(self) -> _Metered:
        """The uncompressed bytes from the start."""
        raw: BinaryIO = self._spool or open(self.path, "rb")  # noqa: SIM115 - closed by whoever reads
        raw.seek(0)
        start = raw.read(4)
        raw.seek(0, os.SEEK_END)
        packed = raw.tell()
        raw.seek(0)
        if start[:2] == b"\x1f\x8b":
            return _Metered(gzip.GzipFile(fileobj=raw), packed, self.limits, self.name)
        if start in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"):
            return _Metered(self._member(raw), packed, self.limits, self.name)
        return _Metered(raw if self._spool is None else _Unclosed(raw), 0, self.limits, self.name)

    def _member(self, raw: BinaryIO) -> IO[bytes]:
        """The only member of a zip archive."""
        try:
            archive = zipfile.ZipFile(raw)
            members = [
                info for info in archive.infolist() if not info.is_dir() and not info.filename.startswith("__MACOSX/")
            ]
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise BadInput(
                f"{self.name} 不是完整的 zip is not a whole zip archive ({shorten(error)}). Pack it again."
            ) from None
        if any(info.filename == "[Content_Types].xml" for info in members):
            raise BadInput(
                f"{self.name} 是 Excel 工作簿 is an Excel workbook; a text table is expected. "
                "Save it as 'CSV UTF-8' and import that file."
            )
        if len(members) != 1:
            names = ", ".join(shorten(repr(info.filename), 40) for info in members[:5])
            raise BadInput(
                f"{self.name} holds {len(members)} files ({names}); a zip with exactly one is expected. "
                "Unpack it and import the file you mean."
            )
        try:
            return archive.open(members[0])
        except (RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
            raise BadInput(f"{self.name} cannot be unpacked ({shorten(error)}). Pack it without a password.") from None

    def text(self) -> TextIO:
        """The text from the start; line ends are kept as they are."""
        return io.TextIOWrapper(
            io.BufferedReader(self.bytes(), _CHUNK), encoding=self.encoding, errors="replace", newline=""
        )

    def lines(self, stream: TextIO, dropped: list[tuple[int, str]]) -> Iterator[str]:
        """Line by line; one over the limit comes as an empty line, and its start goes to `dropped`."""
        limit = self.limits.line_chars
        number = 0
        while line := stream.readline(limit):
            number += 1
            if len(line) < limit or line[-1] in "\r\n":
                yield line
                continue
            dropped.append((number, line[:100]))
            while (rest := stream.readline(limit)) and rest[-1] not in "\r\n":
                pass
            yield "\n"


class _Unclosed(io.RawIOBase):
    """Reads another file without owning it."""

    def __init__(self, inner: BinaryIO) -> None:
        self._inner = inner

    def read(self, size: int = -1) -> bytes:
        return self._inner.read(size)


def open_source(path: str | Path, limits: Limits | None = None) -> Source:
    """Look through the whole file once: is it within the limits, and in which encoding.

    Raises:
        BadInput: it cannot be opened, is no file, is empty, is over a limit, or is an archive that
            does not hold exactly one file.
    """
    source = Source(Path(path), limits or Limits())
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISFIFO(mode):
            source._spool = _spooled(source)
        elif not stat.S_ISREG(mode):
            kind = "文件夹 a folder" if stat.S_ISDIR(mode) else "a device"
            raise BadInput(f"{source.name} 是 is {kind}; a file is expected.")
        vote = EncodingVote()
        with source.bytes() as stream:
            buffered = io.BufferedReader(stream, _CHUNK)
            while chunk := buffered.read(_CHUNK):
                vote.feed(chunk)
            source.broken, source.size = stream.broken, stream.read_bytes
    except OSError as error:
        raise BadInput(
            f"无法打开 cannot open {source.name}: {error.strerror or shorten(error)}. Check the name and who may read it."
        ) from None
    if not source.size:
        why = f"damaged ({shorten(source.broken)})" if source.broken else "空文件 empty"
        raise BadInput(f"{source.name} is {why}; a product feed or an order log is expected.")
    source.encoding, source.undecodable = vote.encoding()
    with source.text() as text:
        source.head = text.read(1 << 16)
    return source


def _spooled(source: Source) -> BinaryIO:
    """A pipe can be read only once: keep it in a temporary file."""
    kept = tempfile.SpooledTemporaryFile(max_size=16 << 20)  # noqa: SIM115 - lives as long as the source
    with open(source.path, "rb") as pipe:
        while chunk := pipe.read(_CHUNK):
            if kept.tell() + len(chunk) > source.limits.file_bytes:
                raise BadInput(f"The pipe gives more than {source.limits.file_bytes:,} bytes. Raise it with --max-mb.")
            kept.write(chunk)
    return kept  # pyright: ignore[reportReturnType]
