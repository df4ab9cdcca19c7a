"""Words that the law forbids: found in disguise as well, and not where they are something else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetar.capabilities.creative.copy.advertising_law import unlawful
from magnetar.capabilities.creative.disguises import readings, unmasked
from magnetar.capabilities.creative.wording import forbidden_words, lawful_title

HIDDEN = (
    "最 好 的 碗", "最.好", "最\u200b好", "最🔥低价", "最·便·宜", "獨一無二", "頂級", "治療腰痛", "zui hao", "jue dui靠谱", "全网第①", "全网第1", "蕞低价", "绝怼", "ding ji",
    "b e s t", "b.e.s.t", "Bеst bowl", "b3st", "ＢＥＳＴ", "N0.1 choice", "#1 choice", "mir@cle", "cl1n1cally pr0ven", "be\u00adst", "BEST",
)  # fmt: skip
LAWFUL = (
    "最近", "最后放盐", "最大承重150kg", "最长可拉到3米", "最小起订2件", "最佳食用期6个月", "最好在3天内吃完", "第一次露营", "宝宝的第一双学步鞋", "第一时间冷藏", "中央空调", "绝对湿度", "100%棉",
    "100%竹纤维", "100%头层牛皮", "100%实木", "100%全麦", "100% 新疆棉", "不能代替药物", "本品不具有治疗作用", "国家级非遗技艺", "长高架", "best before 12 months", "holds best on smooth tables", "cures in 24 hours", "100% merino wool", "S M L XL",
    "not intended to cure any disease", "304 stainless", "5 x 7 in", "4K 60 Hz", "12 x 1.5 L",
)  # fmt: skip
STILL = (
    "最低9.9元",
    "最高省50元",
    "最便宜1元",
    "全国第一双",
    "中央电视台",
    "100%防水",
    "100%治好牛皮癣",
    "100% effective",
    "not the best, the very best",
    "cures acne",
)


@pytest.mark.parametrize("text", HIDDEN)
def test_a_forbidden_word_in_disguise_is_found(text: str):
    assert unlawful(text)


@pytest.mark.parametrize("text", LAWFUL)
def test_lawful_uses_of_the_same_letters_pass(text: str):
    assert not unlawful(text)
    assert not forbidden_words(text)


@pytest.mark.parametrize("text", STILL)
def test_what_only_looks_lawful_is_found(text: str):
    assert unlawful(text)


@pytest.mark.parametrize("title", ["最 好 的碗", "zui hao", "蕞低价 zui hao"])
def test_a_title_that_hides_a_forbidden_word_shows_none_of_it(title: str):
    assert not forbidden_words(lawful_title(title, []))


@given(st.text(max_size=60))
def test_any_text_can_be_read_and_reading_again_changes_nothing_more(text: str):
    plain = unmasked(text)
    assert plain == plain.strip("\u200b\u00ad")
    assert text in readings(text)
    assert len(readings(text)) <= 3
    assert isinstance(unlawful(text), list)


@given(
    st.sampled_from(["最好", "顶级", "独一无二", "治疗", "疗效"]),
    st.sampled_from([" ", ".", "·", "*", "\u200b", "\u2060", "🔥", "_", "~"]),
)
def test_marks_between_the_letters_hide_nothing(word: str, mark: str):
    assert unlawful(mark.join(word))
