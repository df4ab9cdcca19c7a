"""Scripts are read whole or refused with the line; storyboards split them and rewrite nothing."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magnetar.capabilities.creative.drama.bible import write_bible
from magnetar.capabilities.creative.drama.board import compare, draw_board, pieces
from magnetar.capabilities.creative.drama.money import pay_plan, paywall
from magnetar.capabilities.creative.drama.parsing import MOST_LINE, parse, read_script
from magnetar.capabilities.creative.drama.placing import find_placements
from magnetar.capabilities.creative.drama.promos import choose
from magnetar.capabilities.creative.drama.script import Kind, Script
from magnetar.kernel.errors import BadInput, Refused
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money

EXAMPLES = Path(__file__).resolve().parents[4] / "examples" / "drama"
HEAD = "# 测试\n## 角色\n- 甲：男，30岁，黑色短发\n- 乙：女，20岁\n"


def scripted(*lines: str) -> Script:
    return parse(HEAD + "## 第1集 开始\n### 街 夜\n" + "\n".join(lines))


def boards(script: Script):
    bible = write_bible(script)
    return [draw_board(script, bible, episode) for episode in script.episodes]


@pytest.mark.parametrize("name", ["letter.zh.md", "last-train.en.md"])
def test_the_storyboard_tells_every_line_once_and_rewrites_none(name: str):
    script = read_script(EXAMPLES / name)
    seen = compare(script, boards(script))
    assert (seen.covered, seen.missing, seen.twice, seen.rewritten, seen.in_order) == (seen.lines, (), (), (), True)


@pytest.mark.parametrize("name", ["letter.zh.md", "last-train.en.md"])
def test_the_storyboards_words_stand_in_the_file_in_its_order(name: str):
    raw = (EXAMPLES / name).read_text(encoding="utf-8").splitlines()
    for board in boards(read_script(EXAMPLES / name)):
        for shot in board.shots:
            if shot.cue:
                assert shot.cue.text in raw[shot.cue.line - 1]


def test_every_shot_names_cast_props_and_place_of_the_bible():
    script = read_script(EXAMPLES / "letter.zh.md")
    bible = write_bible(script)
    for board in boards(script):
        for shot in board.shots:
            bible.place(shot.place)
            assert all(bible.role(one.role) for one in shot.cast)
            assert all(bible.prop(one) for one in shot.props)


def test_a_changed_missing_or_doubled_line_is_found():
    script = scripted("甲：你来了。", "乙：我来了。")
    [board] = boards(script)
    shot = board.shots[1]
    assert shot.cue
    changed = replace(
        board, shots=(board.shots[0], replace(shot, cue=replace(shot.cue, text="你走了。")), *board.shots[2:])
    )
    assert compare(script, [changed]).rewritten == ((7, "你来了。", "你走了。"),)
    assert compare(script, [replace(board, shots=board.shots[:2])]).missing == (8,)
    assert compare(script, [replace(board, shots=(*board.shots[:2], *board.shots[1:]))]).twice == (7,)


@given(st.text(alphabet=st.sampled_from("他她走来了，。！？…a b,."), min_size=1, max_size=120), st.integers(5, 40))
@settings(max_examples=200)
def test_pieces_joined_are_the_text(text: str, most: int):
    assert "".join(pieces(text, most)) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("<!-- nothing -->", "empty"),
        ("## 第1集\n### 街\n旁白：x", "no title"),
        ("# 甲\n", "no episode"),
        (HEAD + "## 第1集\n### 街 夜\n丙：你好", "line 7: .*'丙' is not in the cast"),
        ("# 甲\n## 第1集\n### 街\n甲：你好", "The script has no cast"),
        (HEAD + "## 第1集\n### 街\n甲：好\n## 第1集\n### 街\n甲：好", "line 8: .*stands already in line 5"),
        (HEAD + "## 第2集\n### 街\n甲：好\n## 第1集\n### 街\n甲：好", "episode 1 after 2"),
        (HEAD + "## 第1集\n### 街\n甲：<b>好</b>", "line 7: .*HTML '<b>'"),
        (HEAD + "## 第1集\n### 街\n甲：" + "好" * 10_000, "line 7: .*10,002 characters"),
        (HEAD + "## 第1集\n### 街\n甲：", "says nothing"),
        (HEAD + "## 第1集\n### 街\n😀😀", "nothing in .* can be shown"),
        (HEAD + "## 第1集\n甲：好", "before the first scene"),
        (HEAD + "## 第1集\n### 夜 内\n甲：好", "without a place"),
        (HEAD + "## 第1集\n### 街\n", "has no lines"),
        (HEAD + "- 甲：又一个\n", "stands already in line 3"),
        (HEAD + "## 花絮\n", "unknown section"),
        (HEAD + "### 街\n", "outside any episode"),
    ],
)  # fmt: skip
def test_a_script_that_cannot_be_told_is_refused_with_its_line(text: str, said: str):
    with pytest.raises(BadInput, match=said):
        parse(text)


def test_right_to_left_writing_is_refused_with_its_line():
    with pytest.raises(Refused, match=r"line 7: .*right-to-left"):
        scripted("甲：שלום")


def test_the_nearest_name_is_suggested():
    with pytest.raises(BadInput, match="Did you mean 'Maya'"):
        parse("# T\n## Cast\n- Maya: woman\n## Episode 1\n### Street\nMaja: Hello")


def test_emoji_are_told_but_not_shown_and_it_is_said():
    script = scripted("甲：好😀的")
    assert [line.text for line in script.lines()][1] == "好😀的"
    assert any("emoji" in note for note in script.notes)


def test_a_sentence_with_a_colon_is_an_action_and_brackets_tell_the_mood():
    script = scripted("他看着她，想了很久，终于说出了那句藏在心里的话：再见。", "甲（冷笑）：哦。", "乙（OS）：嗯。")
    action, cold, voice_over = list(script.lines())[1:]
    assert (action.kind, cold.mood, voice_over.voice_over) == (Kind.ACTION, "冷笑", True)


def test_files_that_are_no_scripts_are_refused(tmp_path: Path):
    (tmp_path / "gbk.md").write_bytes("# 剧本".encode("gbk"))
    (tmp_path / "broken.gz").write_bytes(b"\x1f\x8b\x08broken")
    (tmp_path / "huge.md").write_bytes(b"# x\n" * 400_000)
    for name, said in (
        ("gbk.md", "not UTF-8"),
        ("broken.gz", "damaged"),
        ("huge.md", "larger than"),
        ("none.md", "no script"),
    ):
        with pytest.raises(BadInput, match=said):
            read_script(tmp_path / name)


def test_a_packed_script_is_the_same_script(tmp_path: Path):
    raw = (EXAMPLES / "letter.zh.md").read_bytes()
    (tmp_path / "letter.md.gz").write_bytes(gzip.compress(raw))
    assert read_script(tmp_path / "letter.md.gz") == read_script(EXAMPLES / "letter.zh.md")


def test_a_line_at_the_limit_is_split_into_shots():
    script = scripted("甲：" + "好" * (MOST_LINE - 2))
    assert compare(script, boards(script)).whole


def test_looks_come_from_the_words_and_stay_when_the_script_grows():
    one, more = scripted("甲：好"), scripted("甲：好", "乙：也好")
    assert write_bible(one).roles == write_bible(more).roles
    coat = write_bible(parse("# T\n## 角色\n- 甲：女，60岁，米色风衣，眼镜\n## 第1集\n### 街\n甲：好")).roles[0]
    assert (coat.female, coat.age, coat.clothes, coat.glasses, coat.dress) == (True, 60, (214, 190, 150), True, "coat")


def test_pay_walls_stand_after_the_free_episodes_with_their_hooks():
    script = read_script(EXAMPLES / "letter.zh.md")
    told = paywall(script, pay_plan(3, 1, 60, 1), {1: "钩子一", 2: "钩子二"})
    assert told["first_paywall_after"] == 1
    assert [(one["after_episode"], one["before_episode"], one["hook"]) for one in told["points"]] == [
        (1, 2, "钩子一"),
        (2, 3, "钩子二"),
    ]
    assert told["points"][0]["unlock"] == [{"kind": "coins", "amount": 60}, {"kind": "ads", "count": 1}]
    assert paywall(script, pay_plan(3, 3), {})["points"] == []


@pytest.mark.parametrize(("free", "coins", "ads"), [(4, 60, 1), (1, 0, 0), (1, -1, 1), (1, 60, 21)])
def test_a_pay_plan_that_cannot_work_is_refused(free: int, coins: int, ads: int):
    with pytest.raises(BadInput):
        pay_plan(3, free, coins, ads)


def test_promos_share_no_shot_and_pass_over_unlawful_lines():
    script = scripted(
        *[f"甲（震惊）：这是怎么回事，第{n}次了？" for n in range(2, 12)], "乙：全网最低价！", *["乙：我不知道。"] * 10
    )
    told = boards(script)
    chosen, notes = choose(script, told, {shot.id: shot.seconds for shot in told[0].shots}, pay_plan(1))
    ids = [shot.id for one in chosen for shot in one.shots]
    assert len(chosen) >= 2
    assert len(ids) == len(set(ids))
    assert all(10.0 <= sum(shot.seconds for shot in one.shots) + one.card.seconds <= 15.0 for one in chosen)
    assert not any(shot.cue and "最低价" in shot.cue.text for one in chosen for shot in one.shots)
    assert any("最低" in note for note in notes)


def test_a_line_that_names_a_product_is_held_against_its_record():
    bowl = Product(ProductId("bowl"), MerchantId("m"), "青釉陶瓷碗 1000ml", Money.of("45.80"))
    script = scripted("甲：这只青釉陶瓷碗能装2000ml。", "乙：青釉陶瓷碗真好看。", "甲：两百年了。")
    good, other = find_placements(script, [bowl])
    assert [found["kind"] for found in good.findings] == ["number"]
    assert (other.line, other.product, other.findings) == (8, "bowl", ())
