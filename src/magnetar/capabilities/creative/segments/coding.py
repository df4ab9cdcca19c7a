"""Encoding a segment so that any order of segments plays, and so that the text band's slice can be exchanged.

All segments share one set of parameters: constant quantiser, no adaptive quantisation, no macroblock tree, no weighted
prediction, no scene cuts, one closed group of pictures that begins with its only key frame, and slices as high as the
text band. In the band, which never moves, every later frame says "as before", so that it shows whatever the key frame's
first slice showed; that slice holds the band and nothing else.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np

from magnetar.capabilities.creative.encode import view_of
from magnetar.capabilities.creative.planes import BT709, Planes
from magnetar.capabilities.creative.segments.mp4 import Counts

QP = 20
"""Of P frames; key frames are 3 finer. Chosen where SSIM against the lossless composite stays above .997."""
PRESET = "superfast"
BLOCK = 16
"""Side of a macroblock in pixels."""
_GLOBAL_HEADER = 1 << 22
_SLICE, _KEY_SLICE, _SEI, _SPS, _PPS = 1, 5, 6, 7, 8


@dataclass(frozen=True, slots=True)
class Coding:
    """Everything that decides how frames become bits."""

    width: int
    height: int
    fps: int
    band: int
    """Height of the text band at the top, in pixels, a multiple of 16; 0 for none."""
    qp: int = QP
    preset: str = PRESET

    @property
    def slice_blocks(self) -> int:
        """Macroblocks in a slice: those of the band."""
        return -(-self.width // BLOCK) * (self.band // BLOCK)

    def options(self, moving: bool = False) -> dict[str, str]:
        """For libx264.

        Args:
            moving: most of the picture moves, as in a turn: the encoder looks ahead where pictures between two others
                save bytes. Elsewhere they nearly always do, and looking costs a fifth of the whole encoding.
        """
        ahead = "" if moving else ":b-adapt=0:rc-lookahead=0"
        fixed = "aq-mode=0:mbtree=0:weightp=0:weightb=0:scenecut=0:keyint=infinite:open-gop=0:sliced-threads=0"
        slices = f":slice-max-mbs={self.slice_blocks}" if self.band else ""
        return {"preset": self.preset, "qp": str(self.qp), "threads": "1", "x264-params": fixed + ahead + slices}


@dataclass(frozen=True, slots=True)
class Coded:
    """A closed group of pictures, ready to be placed in a film."""

    config: bytes
    """The avcC record."""
    payload: bytes
    sizes: Counts
    shifts: Counts
    """(frames,), place shown minus place decoded."""
    band: tuple[int, int]
    """Where in the payload the key frame's first slice lies, its length included; empty without a band."""

    @property
    def frames(self) -> int:
        return len(self.sizes)


class Encoder:
    """One libx264; paint `canvas`, then `write()`."""

    def __init__(self, coding: Coding, height: int = 0, moving: bool = False) -> None:
        self._context: Any = av.CodecContext.create("libx264", "w")
        c = self._context
        c.width, c.height, c.pix_fmt = coding.width, height or coding.height, "yuv420p"
        c.time_base, c.framerate = Fraction(1, coding.fps), coding.fps
        c.colorspace = c.color_primaries = c.color_trc = BT709
        c.color_range = 1
        c.options = coding.options(moving)
        c.flags |= _GLOBAL_HEADER
        self._frame = av.VideoFrame(c.width, c.height, "yuv420p")
        self._frame.colorspace, self._frame.color_range = BT709, 1
        self.canvas = Planes(*(view_of(plane) for plane in self._frame.planes))
        self._packets: list[Any] = []
        self._count = 0

    def write(self) -> None:
        """Encode the canvas as the next frame."""
        self._frame.pts = self._count
        self._count += 1
        self._packets += self._context.encode(self._frame)

    def finish(self, band: bool) -> Coded:
        """Everything that was written, as one group of pictures."""
        packets = self._packets + self._context.encode(None)
        parts: list[bytes] = []
        sizes: list[int] = []
        place = (0, 0)
        for packet in packets:
            units = [unit for unit in nal_units(bytes(packet)) if unit[0] & 31 in (_SLICE, _KEY_SLICE)]
            if not parts and band:
                place = (0, 4 + len(units[0]))
            sample = b"".join(struct.pack(">I", len(unit)) + unit for unit in units)
            parts.append(sample)
            sizes.append(len(sample))
        shifts = np.array([packet.pts for packet in packets], np.int64) - np.arange(len(packets))
        return Coded(avcc(bytes(self._context.extradata)), b"".join(parts), np.array(sizes, np.int64), shifts, place)


def encode(coding: Coding, painter: Any, moving: bool = False) -> Coded:
    """Encode what a painter paints.

    Args:
        painter: called with the canvas; yields once for each frame that is ready on it.
        moving: see `Coding.options`.
    """
    encoder = Encoder(coding, moving=moving)
    frames: Iterable[Any] = painter(encoder.canvas)
    for _ in frames:
        encoder.write()
    return encoder.finish(band=coding.band > 0)


def encode_band(coding: Coding, picture: Planes) -> bytes:
    """The key-frame slice of a band, its length in front, as it may stand in any segment of this coding.

    A picture of the band's size alone is encoded: a slice depends on no other, so its bits are those that the first
    slice of the whole picture would have.
    """
    encoder = Encoder(coding, coding.band)
    encoder.canvas.paste(picture)
    encoder.write()
    done = encoder.finish(band=True)
    return done.payload


def nal_units(stream: bytes) -> list[bytes]:
    """The units of an Annex B stream, without start codes.

    >>> nal_units(b"\\0\\0\\0\\1gA\\0\\0\\1hB")
    [b'gA', b'hB']
    """
    units: list[bytes] = []
    place = stream.find(b"\0\0\1")
    while place >= 0:
        after = stream.find(b"\0\0\1", place + 3)
        unit = stream[place + 3 : after if after >= 0 else len(stream)]
        units.append(unit.rstrip(b"\0") if after >= 0 else unit)
        place = after
    return units


def avcc(extradata: bytes) -> bytes:
    """The avcC record (ISO/IEC 14496-15, 5.3.3) of Annex B parameter sets."""
    units = nal_units(extradata)
    [sps] = [unit for unit in units if unit[0] & 31 == _SPS]
    [pps] = [unit for unit in units if unit[0] & 31 == _PPS]
    head = bytes([1, sps[1], sps[2], sps[3], 0xFF, 0xE1])
    high = bytes([0xFD, 0xF8, 0xF8, 0]) if sps[1] >= 100 else b""  # 4:2:0, 8 bits, no extensions
    return head + struct.pack(">H", len(sps)) + sps + b"\1" + struct.pack(">H", len(pps)) + pps + high
