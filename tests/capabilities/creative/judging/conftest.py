"""One small film of ours for all tests of the checks, with its manifest; copies of it are spoiled."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from magnetar.capabilities.creative import render_film
from magnetar.capabilities.creative.typeface import Typeface
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money

BAG = Product(
    id=ProductId("bag"),
    merchant=MerchantId("demo"),
    title="砾途徒步双肩包 35L 背负透气",
    price=Money.of("239.00"),
    category="户外露营 > 背包水具",
    brand="砾途",
    images=("bag.png",),
    attributes={"容量": "35L", "重量": "1.1kg", "面料": "210D尼龙"},
    selling_points=("35L，一到两天行程", "背板架空，走一天后背不闷", "底仓自带防雨罩"),
)


@pytest.fixture(scope="session")
def made(face: Typeface, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("judged")
    noise = np.random.default_rng(3).integers(0, 150, (40, 40), np.uint8)
    picture = Image.fromarray(noise + 100).resize((400, 400)).convert("RGB")
    ImageDraw.Draw(picture).rounded_rectangle((110, 90, 290, 320), 20, fill=(170, 60, 50))
    picture.save(folder / "bag.png")
    render_film(BAG, folder, folder / "film.mp4", width=270, length_s=6.0, seed=4)
    return folder / "film.mp4"


@pytest.fixture
def film(made: Path, tmp_path: Path) -> Callable[[], Path]:
    """Copies the film with its manifest, to be spoiled."""

    def copy() -> Path:
        target = tmp_path / "copy.mp4"
        shutil.copyfile(made, target)
        shutil.copyfile(made.with_suffix(".json"), target.with_suffix(".json"))
        return target

    return copy


@pytest.fixture
def bag() -> Product:
    return BAG
