"""An archive that ends early must not turn half a row into a fact."""

from __future__ import annotations

import gzip
from pathlib import Path

from magnetar.capabilities.catalogue import Rejected, read_catalogue

ROWS = "id,title,price,currency\n" + "".join(f"q{place},商品 {place},{place}299.00,CNY\n" for place in range(1, 400))


def cut(path: Path, characters: int) -> Path:
    """A gzip file whose data end after so many characters of text, without the closing bytes."""
    whole = gzip.compress(ROWS.encode()[:characters], 9)
    path.write_bytes(whole[:-8])
    return path


def test_a_price_that_was_cut_in_the_middle_is_not_imported(tmp_path: Path):
    text = ROWS.encode()
    end = text.index(b"q200,")
    inside = text.index(b"200299.00", end) + 4  # "2002" of 200299.00
    found = list(read_catalogue(cut(tmp_path / "cut.csv.gz", inside)))
    products = [one for one in found if not isinstance(one, Rejected)]
    assert [one.id for one in products] == [f"q{place}" for place in range(1, 200)]
    assert all(one.price.amount == float(f"{one.id[1:]}299") for one in products)
    assert [one.field for one in found if isinstance(one, Rejected)] == ["file"]
