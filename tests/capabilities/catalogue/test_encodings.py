"""The encoding is right wherever in the file it shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetar.capabilities.catalogue.encodings import encoding_of

ASCII = b"id,title,price\n" * 20_000


def pieces(data: bytes, size: int = 65_536) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize(
    ("tail", "encoding"),
    [
        ("红色陶瓷杯,12\n".encode(), "utf-8"),
        ("红色陶瓷杯,12\n".encode("gb18030"), "gb18030"),
        ("杯\n".encode("gb18030"), "gb18030"),
        ("袁\n".encode("gb18030") + "红色,蓝色,袁\n".encode("gb18030") * 5, "gb18030"),
        ("café £5, naïve\n".encode("cp1252"), "cp1252"),
        (b"", "utf-8"),
    ],
)
def test_chinese_after_much_ascii(tail: bytes, encoding: str):
    assert encoding_of(pieces(ASCII + tail))[0] == encoding


def test_a_few_broken_bytes_do_not_change_the_encoding():
    data = "红色陶瓷杯\n".encode() * 100
    assert encoding_of([data + b"\xff\xfe" + data]) == ("utf-8", 2)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x8FFF), min_size=4), st.integers(1, 9))
def test_utf_8_is_known_in_pieces_of_any_size(text: str, size: int):
    assert encoding_of(pieces(text.encode(), size)) == ("utf-8", 0)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 4096])
def test_gb18030_is_known_in_pieces_of_any_size(size: int):
    data = "编号,标题,价格\n1,红色陶瓷马克杯,12元\n2,袁记云饺,8\n".encode("gb18030")
    assert encoding_of(pieces(data, size)) == ("gb18030", 0)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_with_and_without_a_mark(encoding: str):
    name, _ = encoding_of(["id,title,price\n1,杯,5\n".encode(encoding)])
    assert "id,title,price\n1,杯,5\n".encode(encoding).decode(name) == "id,title,price\n1,杯,5\n"
