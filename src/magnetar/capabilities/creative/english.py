"""English selling points of a feed: the column `selling_points_en` of our own table, beside the catalogue's own fields."""

from __future__ import annotations

import csv
from pathlib import Path

COLUMN = "selling_points_en"


def english_points(file: Path, product_id: str) -> tuple[str, ...]:
    """The English selling points of one product, or () where the file has none."""
    if file.suffix.lower() != ".csv":
        return ()
    try:
        with file.open(encoding="utf-8-sig", newline="") as table:
            for row in csv.DictReader(table):
                if row.get("id") == product_id:
                    return tuple(point.strip() for point in (row.get(COLUMN) or "").split("|") if point.strip())
    except (OSError, UnicodeDecodeError, csv.Error):
        return ()
    return ()
