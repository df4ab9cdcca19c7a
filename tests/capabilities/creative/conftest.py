"""A product with a picture of its own, and the font, without which film tests are skipped with the reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from magnetar.capabilities.creative.typeface import Typeface, find_typeface
from magnetar.kernel.errors import ProviderUnavailable
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money


@pytest.fixture(scope="session")
def face() -> Typeface:
    try:
        return find_typeface()
    except ProviderUnavailable as missing:
        pytest.skip(str(missing))


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder with one studio picture: a red box on a pale ground."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    ground = np.linspace(235, 205, 400)[:, None, None] * np.ones((1, 400, 3))
    picture = Image.fromarray(ground.astype(np.uint8))
    ImageDraw.Draw(picture).rounded_rectangle((110, 90, 290, 320), 20, fill=(170, 60, 50))
    picture.save(folder / "bag.png")
    return folder


@pytest.fixture
def product() -> Callable[..., Product]:
    """Makes a backpack; any field may be another."""

    def make(**other: Any) -> Product:
        plain: dict[str, Any] = {
            "id": ProductId("bag"),
            "merchant": MerchantId("demo"),
            "title": "砾途徒步双肩包 35L 背负透气",
            "title_en": "Litu Hiking Backpack, 35 L, Ventilated Back",
            "price": Money.of("239.00"),
            "list_price": Money.of("299.00"),
            "category": "户外露营 > 背包水具",
            "brand": "砾途",
            "description": "背板架空。雨天请套好防雨罩。",
            "images": ("bag.png",),
            "attributes": {"容量": "35L", "重量": "1.1kg", "面料": "210D尼龙"},
            "selling_points": ("35L，一到两天行程", "背板架空，走一天后背不闷", "底仓自带防雨罩"),
        }
        return Product(**{**plain, **other})

    return make
