"""Which encoding a file is in, decided on every byte of it.

A sample would do for most files, and be wrong for the one whose first Chinese title stands after
64 kB of ASCII; reading all bytes once costs about a second for a gigabyte.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH = re.compile(rb"[\x80-\xff]+")
_HIGH_BYTES = bytes(range(128, 256))
_RUN = 1024
_BEYOND = re.compile(r"[^\x00-\x7f]+")
_SHARE = 20
"""An encoding may be wrong about one in so many of its characters and still be the one."""


class EncodingVote:
    """Reads a file's bytes in order and says which encoding they are in."""

    def __init__(self) -> None:
        self._head = b""
        self._carry = b""
        self._utf8 = _Count("utf-8")
        self._gb = _Count("gb18030")
        self._runs = self._odd = 0

    def feed(self, chunk: bytes) -> None:
        if len(self._head) < 4096:
            self._head += chunk[: 4096 - len(self._head)]
        if chunk.isascii() and not self._utf8.seen and not self._carry:
            return
        chunk = self._carry + chunk
        # A run of high bytes at the end waits for its other half: a pair must not be split.
        held = len(chunk) - len(chunk.rstrip(_HIGH_BYTES))
        if held > _RUN:
            held %= 2
        self._carry = chunk[len(chunk) - held :]
        self._weigh(chunk[: len(chunk) - held])

    def _weigh(self, chunk: bytes) -> None:
        self._utf8.feed(chunk)
        if self._utf8.bad:  # sound UTF-8 needs no second opinion
            self._gb.feed(chunk)
            runs = [len(run) for run in _HIGH.findall(chunk)]
            self._runs += len(runs)
            self._odd += sum(length % 2 for length in runs)

    def encoding(self) -> tuple[str, int]:
        """The encoding's name for `codecs`, and how many characters it cannot read."""
        self._weigh(self._carry)
        self._carry = b""
        for mark, name in _BOMS:
            if self._head.startswith(mark):
                return name, 0
        pairs = self._head[:64]
        for first, name in ((1, "utf-16-le"), (0, "utf-16-be")):  # ASCII in UTF-16: every other byte is 0
            if len(pairs) >= 8 and pairs[first::2].count(0) > len(pairs) // 3 and not pairs[1 - first :: 2].count(0):
                return name, 0
        if self._utf8.fits:
            return "utf-8", self._utf8.bad
        # Western text in one byte a letter often passes for GB18030, but its high bytes stand alone;
        # those of Chinese text come in pairs.
        if self._gb.fits and self._odd * 3 < self._runs:
            return "gb18030", self._gb.bad
        return "cp1252", 0


class _Count:
    """How many characters beyond ASCII an encoding can and cannot read."""

    def __init__(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self.good = self.bad = 0
        self.seen = False

    def feed(self, chunk: bytes) -> None:
        text = self._decoder.decode(chunk)
        if text.isascii():
            return
        self.seen = True
        bad = text.count("\ufffd")
        self.bad += bad
        self.good += sum(map(len, _BEYOND.findall(text))) - bad

    @property
    def fits(self) -> bool:
        return self.bad * _SHARE <= self.good


def encoding_of(chunks: Iterable[bytes]) -> tuple[str, int]:
    """The encoding of a whole file.

    >>> encoding_of(["商品,价格".encode("gb18030")]), encoding_of([b"id,title"])
    (('gb18030', 0), ('utf-8', 0))
    """
    vote = EncodingVote()
    for chunk in chunks:
        vote.feed(chunk)
    return vote.encoding()
