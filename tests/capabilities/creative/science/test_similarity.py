"""Which creatives are alike."""

import numpy as np

from magnetar.capabilities.creative.science import find_groups, shingle_signature
from magnetar.capabilities.creative.science.similarity import hash_of
from magnetar.kernel.chance import Chance
from magnetar.vocabulary.campaigns import Creative
from magnetar.vocabulary.ids import CreativeId, ProductId


def film(id: str, *texts: str, product: str = "p1", prints: tuple[int, ...] = ()) -> Creative:
    return Creative(CreativeId(id), ProductId(product), "video", texts=texts, prints=prints)


WORDS = "304 不锈钢保温杯 一杯热水喝到下班 保温十二小时 一键开盖 到手价 79 元"


def test_the_same_words_of_one_product_are_one_group_and_of_another_are_not():
    groups = find_groups(
        [film("a", WORDS), film("b", WORDS), film("c", WORDS, product="p2"), film("d", "冬天的第一床厚被子, 蓬松")]
    )
    assert groups.names == ("a", "a", "c", "d")


def test_the_same_words_over_other_pictures_are_two():
    groups = find_groups(
        [
            film("a", WORDS, prints=(0, 1)),
            film("b", WORDS, prints=(2**40 - 1, 2**50 - 1)),
            film("c", WORDS, prints=(1, 3)),
        ]
    )
    assert groups.names == ("a", "b", "a")


def test_films_without_words_are_told_by_their_pictures_and_those_with_neither_stand_alone():
    groups = find_groups([film("a", prints=(7, 9)), film("b", prints=(7, 9)), film("c"), film("d", "😀😀")])
    assert groups.names == ("a", "a", "c", "d")


def test_a_print_outlives_a_little_noise_and_tells_pictures_apart():
    noise = Chance(4)
    x, y = np.meshgrid(np.linspace(0, 6, 160), np.linspace(0, 9, 240))
    picture = 120 + 60 * np.sin(x) * np.cos(y)
    other = 120 + 60 * np.cos(2 * x + y)
    spoiled = picture + 4 * noise.normals(*picture.shape)
    one, same, apart = (hash_of(p.clip(0, 255).astype(np.uint8)) for p in (picture, spoiled, other))
    assert (one ^ same).bit_count() <= 10
    assert (one ^ apart).bit_count() > 16


def test_thousands_are_grouped_without_comparing_each_with_each():
    luck = Chance(8).integers(10**9, 4000)
    films = [
        film(f"f{place}", f"卖点编号{number} 这款商品的独特说明 {number * 7919 % 10**9}")
        for place, number in enumerate(luck.tolist())
    ]
    films += [film(f"again{place}", *films[place].texts) for place in range(400)]
    groups = find_groups(films)
    assert groups.names[4000:] == tuple(f"f{place}" for place in range(400))
    assert groups.pairs < len(films) ** 2 / 20


def test_very_long_and_empty_texts_have_signatures():
    assert shingle_signature("") == shingle_signature("!?…") == ()
    assert len(shingle_signature("长" * 10_000)) == 32
