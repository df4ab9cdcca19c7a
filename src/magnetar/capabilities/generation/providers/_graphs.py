"""Ask a speech model for the lengths that it gives its phonemes, which its file computes and does not hand out.

An ONNX file is a protobuf message; where a message field appears twice its parts are merged (protobuf encoding
guide, "last one wins" and merging of embedded messages). Bytes put behind the file can so add an output to its
graph, and the file itself stays as its publisher made it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any


def _varint(value: int) -> bytes:
    told = b""
    while value > 0x7F:
        told += bytes([value & 0x7F | 0x80])
        value >>= 7
    return told + bytes([value])


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def output_named(tensor: str) -> bytes:
    """`ModelProto.graph.output += ValueInfoProto(name=tensor)` as bytes to put behind a model's file."""
    return _field(7, _field(12, _field(1, tensor.encode())))


def open_session(path: Path, tensor: str, threads: int = 1) -> Any:
    """An ONNX session that also gives an inner tensor, as its last output."""
    import onnxruntime  # pyright: ignore[reportMissingImports]

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        path.read_bytes() + output_named(tensor), options, providers=["CPUExecutionProvider"]
    )
