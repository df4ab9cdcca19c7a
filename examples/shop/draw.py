"""Draws the sample shop's product pictures: 800 x 800 WebP, one a product.

python examples/shop/draw.py                    # all, into pictures/
python examples/shop/draw.py p001 p007          # some
python examples/shop/draw.py --sheet sheet.png  # one contact sheet of what was drawn
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from drawings import (
    baby,
    beauty,
    clothes,
    desk,
    digital,
    electric,
    food,
    home,
    kitchen,
    outdoor,
    packs,
    pets,
    sport,
    tableware,
)
from drawings.brush import DRAWINGS, Sheet, colour, darker, mix
from PIL import Image
from tables import Row, read_products

KINDS = (baby, beauty, clothes, desk, digital, electric, food, home, kitchen, outdoor, packs, pets, sport, tableware)
HERE = Path(__file__).parent
STUDIOS = {  # floor and wall of each top category
    "家居餐厨": ("ddd3c4", "efe8dd"),
    "家居日用": ("d8d2ca", "ece8e2"),
    "户外露营": ("cfd3c0", "e5e8da"),
    "小家电": ("d3dad9", "e8edec"),
    "数码配件": ("d3d7de", "e9ecf1"),
    "服饰": ("ddd5d0", "efeae6"),
    "母婴": ("e8dccf", "f6eee4"),
    "零食生鲜": ("ead9bf", "f6ebd8"),
    "美妆个护": ("e6d3d0", "f5e8e5"),
    "宠物用品": ("dcd8cb", "eeebe1"),
    "文具办公": ("d6d9d6", "ebedea"),
    "运动健身": ("d2d6d9", "e7eaec"),
}


def draw(row: Row) -> Image.Image:
    """One product on its category's studio background."""
    options = dict(row.drawing_options)
    main = colour(options.pop("c"))
    second = colour(options.pop("d")) if "d" in options else darker(main, 0.25)
    low, high = (colour(code) for code in STUDIOS[row.category.split(" > ")[0]])
    sheet = Sheet(mix(low, main, 0.06), mix(high, main, 0.04), mix(high, main, 0.22))
    DRAWINGS[row.drawing](sheet, main, second, row.drawing, **options)
    return sheet.image()


def save(row: Row, folder: Path) -> Path:
    """Draw one product and write it as WebP."""
    path = folder / f"{row.id}.webp"
    draw(row).save(path, quality=80, method=6)
    return path


def contact_sheet(paths: list[Path], columns: int = 8, side: int = 220) -> Image.Image:
    """Small copies of pictures side by side."""
    sheet = Image.new("RGB", (columns * side, -(-len(paths) // columns) * side), "white")
    for number, path in enumerate(paths):
        with Image.open(path) as picture:
            sheet.paste(picture.resize((side, side)), (number % columns * side, number // columns * side))
    return sheet


def main() -> None:
    """Draw what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ids", nargs="*", help="product ids; all unless told")
    parser.add_argument("--into", type=Path, default=HERE / "pictures")
    parser.add_argument("--sheet", type=Path, help="also write a contact sheet here")
    wanted = parser.parse_args()
    wanted.into.mkdir(parents=True, exist_ok=True)
    rows = [row for row in read_products() if not wanted.ids or row.id in wanted.ids]
    with ProcessPoolExecutor() as pool:
        paths = list(pool.map(save, rows, [wanted.into] * len(rows)))
    if wanted.sheet:
        contact_sheet(paths).save(wanted.sheet)


if __name__ == "__main__":
    main()
