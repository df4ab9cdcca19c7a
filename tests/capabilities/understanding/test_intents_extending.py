"""Who proposes needs: what is taken, what is refused, and that data decide; and intentions chosen by words."""

import json

import numpy as np
import pytest

from magnetar.capabilities.understanding.intents import (
    Behaviour,
    LexiconExtender,
    Proposal,
    Purposes,
    Question,
    SpokenExtender,
    build,
)
from magnetar.capabilities.understanding.intents.extending import judge, types_named
from magnetar.capabilities.understanding.intents.mining import mine


def proposal(*types: str, name: str = "露营") -> Proposal:
    return Proposal(name, "camping", list(types), "they go together")


def test_an_answer_outside_the_schema_is_refused_and_said():
    answers = iter(
        ["I think…", '[{"name": 3}]', '[{"name": "x", "name_en": "x", "types": ["a"], "reason": "r"}]', "[" * 50_000]
    )
    extender = SpokenExtender("model", lambda prompt: next(answers))
    for _ in range(4):
        assert extender.propose(["tent", "lamp"], None) == []
    assert len(extender.refused) == 4


def test_a_model_is_asked_about_each_need_with_the_catalogues_own_words():
    asked = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        return "Sure: " + json.dumps(
            [{"name": "夜钓", "name_en": "night fishing", "types": ["tent", "lamp"], "reason": "dark"}]
        )

    made = build(Behaviour.of([], []), ["a", "b"], ["blue tent", "head lamp"], extenders=[SpokenExtender("model", ask)])
    assert "tent" in asked[0]
    assert [(one.name, one.status, one.source) for one in made.needs] == [("夜钓", "unverified", "model")]


def test_words_fit_types_that_end_with_them():
    assert types_named(["camp chair"], ["chair", "camp chairs", "chair camp"]) == (1,)
    assert types_named(["椅"], ["折叠椅", "椅垫"]) == (0,)
    assert types_named(["", "🙂"], ["椅"]) == ()


def test_data_support_or_contradict_a_proposal():
    # a and b always together, c always alone: 200 baskets
    rows = [(n, item) for n in range(200) for item in ([0, 1] if n % 2 else [2])]
    who, what = zip(*rows, strict=True)
    told = Behaviour.of(who, what, np.zeros(len(who)), np.zeros(len(who)))
    names, often = ["tent", "lamp", "mug"], np.array([100.0, 100.0, 100.0])
    edges = mine(told, 3).edges
    good = judge(proposal("tent", "lamp"), "model", 0, names, edges, often, 200)
    assert good is not None
    assert good.need.status == "supported"
    assert good.need.support == 1.0
    lone = judge(proposal("tent", "mug"), "lexicon", 1, names, edges, often, 200)
    assert lone is not None
    assert lone.need.status == "hypothesis"
    assert set(lone.refuted) == {(0, 2), (2, 0)}
    assert judge(proposal("tent", "boat"), "lexicon", 2, names, edges, often, 200) is None


def test_a_refuted_pair_is_no_edge_even_as_a_hypothesis():
    rows = [(n, item) for n in range(200) for item in ([0, 1] if n % 2 else [2])]
    who, what = zip(*rows, strict=True)
    told = Behaviour.of(who, what, np.zeros(len(who)), np.zeros(len(who)))
    made = build(
        told, ["a", "b", "c"], ["big tent", "head lamp", "tin mug"], extenders=[_Fixed(proposal("tent", "lamp", "mug"))]
    )
    pairs = set(zip(made.type_links.source.tolist(), made.type_links.target.tolist(), strict=True))
    tent, mug = made.types.index("tent"), made.types.index("mug")
    assert (tent, mug) not in pairs


class _Fixed:
    name = "fixed"

    def __init__(self, one: Proposal) -> None:
        self._one = one

    def propose(self, types, need):
        return [self._one] if need is None else []


def test_the_table_of_scenes_names_each_once_in_both_languages():
    found = LexiconExtender().propose([], None)
    assert len({one.name for one in found}) == len(found) > 20
    assert all(one.name_en and one.types and one.triggers for one in found)


# ---- intentions


def questions(count: int = 60) -> list[Question]:
    """Goods of three trades; the right statement speaks of the trade in words that the goods do not have."""
    trades = [
        ("tent", "sleeping bag", "spending nights outdoors"),
        ("violin", "bow rosin", "playing music"),
        ("racket", "shuttlecock", "winning games"),
    ]
    made = []
    for number in range(count):
        a, b, why = trades[number % 3]
        options = [f"because they both are for {other}" for _, _, other in trades]
        shift = number % len(options)
        options = options[shift:] + options[:shift]
        made.append(
            Question(
                f"{a} number{number}",
                f"{b} size{number % 7}",
                tuple(options),
                options.index(f"because they both are for {why}"),
            )
        )
    return made


def test_words_of_purposes_are_learned_from_words_of_goods():
    asked = questions()
    model = Purposes.fit(asked[:45])
    right = np.array([one.right for one in asked[45:]])
    assert (model.choose(asked[45:]) == right).all()
    assert (model.nearest(asked[45:]) == right).mean() < 1.0


def test_a_question_without_options_or_words_has_a_defined_answer():
    model = Purposes.fit(questions(12))
    empty = Question("", "", (), 0)
    odd = Question("🙂" * 10_000, "", ("🙂", ""), 0)
    assert model.choose([empty, odd]).tolist() == [-1, 0]
    assert model.nearest([empty, odd]).tolist() == [-1, 0]
    assert model.choose([]).tolist() == []
    with pytest.raises(ValueError, match="at least one question"):
        Purposes.fit([])
