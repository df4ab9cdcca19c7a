"""Text becomes terms, and terms become vectors, whatever the text is."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from magnetar.capabilities.understanding import TextVectors, plain, terms
from magnetar.capabilities.understanding.words import LONGEST

TEXTS = [
    "陶瓷餐盘 8英寸",
    "陶瓷饭碗 6只装",
    "露营折叠椅",
    "露营帐篷 3人",
    "Folding camp chair",
    "folding chairs for camping",
]


def test_full_width_and_capitals_are_one_way_of_writing():
    assert terms("ＬＥＤ 台灯") == terms("led 台灯")


def test_emoji_and_punctuation_have_no_terms():
    assert terms("🙂🙂!!?? ……") == []


def test_a_long_text_is_read_to_its_limit():
    assert len(plain("词" * 10_000)) == LONGEST
    assert terms("chair " * 10_000) == ["chair"] * (LONGEST // 6) + ["ch"]


@given(st.text(max_size=200))
def test_any_text_is_cut(text: str):
    assert all(term.strip() for term in terms(text))


def test_like_texts_lie_near_each_other():
    seen = TextVectors.fit(TEXTS, 4).encode(TEXTS)
    assert seen[0] @ seen[1] > seen[0] @ seen[2]
    assert seen[4] @ seen[5] > seen[4] @ seen[1]
    np.testing.assert_allclose(np.linalg.norm(seen, axis=1), 1.0, atol=1e-5)


def test_unknown_words_and_no_words_give_zeros():
    model = TextVectors.fit(TEXTS, 4)
    assert not model.encode(["zebra", "", "🙂"]).any()
    for texts in ([], ["🙂"], ["餐盘"]):
        assert TextVectors.fit(texts).encode(["餐盘"]).shape[0] == 1


def test_many_texts_are_decomposed_as_few_are():
    texts = [f"{a}x {b} {c}" for a in "pqrsuv" for b in ("red", "blue", "green") for c in ("cup", "pan", "pot", "lid")]
    few, most = TextVectors.fit(texts, 5), TextVectors.fit(texts, 60)
    np.testing.assert_allclose(np.abs(few.basis[:, :1]), np.abs(most.basis[:, :1]), atol=1e-6)
    assert few.basis.shape[1] == 5
