"""Calls are read as clients of the Kling API write them; what is wrong is said by field."""

import json
from typing import Any

import pytest

from magnetar.capabilities.generation.tasks.contract import Wanted, envelope, read_wanted, task_data
from magnetar.capabilities.generation.tasks.faults import Fault
from magnetar.capabilities.generation.tasks.prices import PRICES_FILE, Prices, plan_named
from magnetar.kernel.errors import BadInput


def read(kind: str = "text2video", **body: Any) -> Wanted:
    return read_wanted(kind, json.dumps(body).encode())


def test_a_film_asked_for_with_little_is_five_seconds_of_the_first_model():
    found = read(prompt="a cup")
    assert (found.model, found.mode, found.seconds, found.aspect, found.sound) == ("kling-v1", "std", 5, "16:9", False)


@pytest.mark.parametrize(("given", "seconds"), [("5", 5), ("10", 10), (10, 10), ("", 5), (None, 5)])
def test_durations_are_strings_of_seconds(given: Any, seconds: int):
    assert read(prompt="a cup", duration=given).seconds == seconds


@pytest.mark.parametrize("given", ["7", "5s", "-5", "05.0", "１０", "", True, 5.5, [], "9" * 400])
def test_another_duration_is_refused(given: Any):
    if given == "":
        return
    with pytest.raises(Fault, match="duration") as refused:
        read(prompt="a cup", duration=given)
    assert refused.value.status == 400


@pytest.mark.parametrize(("given", "good"), [("3", True), ("15", True), ("2", False), ("16", False)])
def test_the_newest_model_makes_three_to_fifteen_seconds(given: str, good: bool):
    if good:
        assert read(prompt="a cup", model_name="kling-v3", duration=given).seconds == int(given)
        return
    with pytest.raises(Fault, match='"3" to "15"'):
        read(prompt="a cup", model_name="kling-v3", duration=given)


def test_the_older_name_of_the_model_is_understood_and_the_newer_wins():
    assert read(prompt="a cup", model="kling-v1-6").model == "kling-v1-6"
    assert read(prompt="a cup", model="kling-v1-6", model_name="kling-v1-5").model == "kling-v1-5"
    assert read(prompt="a cup", model_name="").model == "kling-v1"


def test_an_unknown_model_lists_the_known():
    with pytest.raises(Fault, match="choose one of: kling-v1, kling-v1-5") as refused:
        read(prompt="a cup", model_name="sora")
    assert refused.value.status == 404


@pytest.mark.parametrize(
    ("kind", "body", "field"),
    [
        ("text2video", {}, "prompt"),
        ("text2video", {"prompt": " \n"}, "prompt"),
        ("text2video", {"prompt": "x" * 10_000}, "10000"),
        ("text2video", {"prompt": 5}, r"\$.prompt"),
        ("text2video", {"prompt": "x", "mode": "ultra"}, "mode"),
        ("text2video", {"prompt": "x", "aspect_ratio": "4:3"}, "aspect_ratio"),
        ("text2video", {"prompt": "x", "cfg_scale": 1.5}, "cfg_scale"),
        ("text2video", {"prompt": "x", "sound": "loud"}, "sound"),
        ("text2video", {"prompt": "x", "callback_url": "ftp://a/b"}, "callback_url"),
        ("text2video", {"prompt": "x", "callback_url": "http://u:p@a/b"}, "callback_url"),
        ("text2video", {"prompt": "x", "external_task_id": "a" * 129}, "external_task_id"),
        ("text2video", {"prompt": "x", "external_task_id": "a\nb"}, "external_task_id"),
        ("image2video", {"prompt": "x"}, "image"),
        ("image2video", {"image": "http://[bad/x.png"}, "image"),
        ("multi-image2video", {"prompt": "x", "image_list": []}, "image_list"),
        ("multi-image2video", {"prompt": "x", "image_list": [{"image": "aGk="}] * 5}, "found 5"),
        ("image", {"prompt": "x", "n": 10}, "n lies"),
        ("try-on", {"human_image": "aGk="}, "cloth_image"),
        ("lip-sync", {"input": {}}, "video_id"),
        ("lip-sync", {"input": []}, "input"),
    ],
)
def test_what_is_wrong_is_named(kind: str, body: dict[str, Any], field: str):
    with pytest.raises(Fault, match=field) as refused:
        read(kind, **body)
    assert refused.value.status == 400
    assert refused.value.code == 1201


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b"\xff\xfe", b'{"prompt":' * 5000])
def test_a_body_that_is_no_object_is_refused(body: bytes):
    with pytest.raises(Fault) as refused:
        read_wanted("text2video", body)
    assert refused.value.status == 400


def test_fields_nobody_here_uses_are_accepted_and_remembered():
    found = read(prompt="a cup", camera_control={"type": "simple"}, watermark_info={"enabled": True})
    assert found.unused == ("camera_control",)


def test_emoji_and_text_from_right_to_left_are_a_prompt():
    assert read(prompt="🎉🎉").prompt == "🎉🎉"
    assert read(prompt="قهوة الصباح").prompt == "قهوة الصباح"


def test_a_picture_may_be_an_address_or_base64_or_a_data_address():
    assert read("image2video", image="https://a.example/x.png").pictures == ("https://a.example/x.png",)
    assert read("image2video", image="data:image/png;base64,aGk=").pictures == ("aGk=",)
    assert read("image2video", image_tail="aGk=").tail == "aGk="


def test_the_envelope_is_the_contracts():
    data = task_data("7", "submitted", "", "mine", 1_700_000_000_123_456, 1_700_000_000_999_999)
    assert json.loads(envelope("r1", data)) == {
        "code": 0,
        "message": "SUCCEED",
        "request_id": "r1",
        "data": {
            "task_id": "7",
            "task_status": "submitted",
            "task_info": {"external_task_id": "mine"},
            "created_at": 1_700_000_000_123,
            "updated_at": 1_700_000_000_999,
        },
    }


def test_prices_follow_model_mode_seconds_count_and_sound():
    prices = Prices.usual()
    assert prices.of("text2video", "kling-v1", "std", 5) == 10_000_000
    assert prices.of("image2video", "kling-v1", "pro", 10) == 70_000_000
    assert prices.of("text2video", "kling-v3", "std", 4, sound=True) == 36_000_000
    assert prices.of("image", "kling-v2", count=3) == 6_000_000


def test_the_operator_may_set_other_prices(tmp_path):
    (tmp_path / PRICES_FILE).write_text('{"video": {"kling-v1/std": 0.5}}')
    assert Prices.read(tmp_path).of("text2video", "kling-v1", "std", 10) == 5_000_000


@pytest.mark.parametrize(
    "text", ["[]", '{"video": {"kling-v1/std": 0}}', '{"video": {"sora/std": 1}}', "{", '{"video": 1}']
)
def test_a_price_file_that_cannot_be_used_says_so(tmp_path, text: str):
    (tmp_path / PRICES_FILE).write_text(text)
    with pytest.raises(BadInput, match=PRICES_FILE):
        Prices.read(tmp_path)


def test_an_unknown_membership_lists_the_known():
    with pytest.raises(BadInput, match="free, gold, platinum, diamond, enterprise"):
        plan_named("silver")
