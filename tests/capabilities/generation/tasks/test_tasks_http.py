"""A client of the contract: create, poll, download; and everything that it may do wrong."""

import base64
import io
import json
import struct
import zlib

import av
import pytest
from PIL import Image
from task_desk import Desk

from magnetar.capabilities.generation.ports import FilmWanted, Made, PictureWanted
from magnetar.capabilities.generation.providers.drawn import Drawn
from magnetar.capabilities.generation.providers.moving import Moving
from magnetar.capabilities.generation.tasks.making import Makers
from magnetar.kernel.errors import BadInput, ProviderUnavailable

PATH = "/v1/videos/text2video"


class Small(Moving):
    """The embedded films, narrower, so that a test is quick."""

    def make(self, wanted, out, progress=None) -> Made:
        small = FilmWanted(
            wanted.prompt, pictures=wanted.pictures, tail=wanted.tail, seconds=wanted.seconds, aspect=wanted.aspect,
            mode=wanted.mode, sound=wanted.sound, seed=wanted.seed, more={**wanted.more, "short_side": 128},
        )  # fmt: skip
        return super().make(small, out, progress)


MAKERS = Makers(Drawn(), Small())


def picture(width: int = 200, height: int = 160, form: str = "PNG") -> bytes:
    held = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(held, form)
    return held.getvalue()


def text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = b""
    for name, data in ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")):
        chunks += struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return b"\x89PNG\r\n\x1a\n" + chunks


def test_create_poll_and_download_a_film(desk: Desk):
    id = desk.made(PATH, prompt="清晨的咖啡杯, 推近", duration="5", aspect_ratio="9:16", external_task_id="film-1")
    assert desk.get(f"{PATH}/{id}")["task_status"] == "submitted"
    desk.wait(3)
    assert desk.work(MAKERS) == 1
    data = desk.get(f"{PATH}/{id}")
    assert data["task_status"] == "succeed"
    assert "no video model was used" in data["task_status_msg"]
    [video] = data["task_result"]["videos"]
    assert video["duration"] == "5"
    assert video["url"].startswith("http://tasks.test/v1/generation/files/")
    assert data["updated_at"] - data["created_at"] == 3000
    film = desk.call("GET", video["url"], token="")  # the address is enough
    assert film.headers["content-type"] == "video/mp4"
    with av.open(io.BytesIO(film.content)) as box:
        frames = [frame.to_ndarray(format="gray") for frame in box.decode(video=0)]
        assert json.loads(box.metadata["AIGC"])["Label"] == "1"
    assert len(frames) == 120
    assert frames[0].shape == (228, 128)
    assert abs(frames[0].astype(int) - frames[-1]).mean() > 2  # it moves
    assert desk.get(f"{PATH}/film-1")["task_id"] == id
    assert desk.credits() == (650.0, 0.0)


def test_pictures_are_made_labelled_and_counted(desk: Desk):
    id = desk.made("/v1/images/generations", prompt="a cup 🎉", n=2, aspect_ratio="1:1")
    desk.work(MAKERS)
    images = desk.get(f"/v1/images/generations/{id}")["task_result"]["images"]
    assert [one["index"] for one in images] == [0, 1]
    raw = [desk.call("GET", one["url"]).content for one in images]
    assert raw[0] != raw[1]
    with Image.open(io.BytesIO(raw[0])) as found:
        assert found.size == (1024, 1024)
        assert json.loads(found.info["AIGC"])["ContentProducer"].startswith("magnetar/")


def test_sent_pictures_are_moved_and_end_on_the_tail(desk: Desk):
    path = "/v1/videos/image2video"
    tail = Image.new("RGB", (128, 128), (200, 30, 30))
    held = io.BytesIO()
    tail.save(held, "PNG")
    id = desk.made(path, image=text(picture(form="JPEG")), image_tail=text(held.getvalue()), aspect_ratio="1:1")
    desk.work(MAKERS)
    film = desk.call("GET", desk.get(f"{path}/{id}")["task_result"]["videos"][0]["url"])
    with av.open(io.BytesIO(film.content)) as box:
        last = [frame.to_ndarray(format="rgb24") for frame in box.decode(video=0)][-1]
    assert abs(last[100, 64].astype(int) - (200, 30, 30)).max() < 12


def test_several_pictures_make_one_film(desk: Desk):
    path = "/v1/videos/multi-image2video"
    id = desk.made(path, prompt="cups", image_list=[{"image": text(picture())}, {"image": text(picture(160, 200))}])
    desk.work(MAKERS)
    assert desk.get(f"{path}/{id}")["task_status"] == "succeed"


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/v1/videos/lip-sync", {"input": {"video_url": "https://a.example/x.mp4", "mode": "text2video", "text": "hi"}}, "not available"),
        ("/v1/images/kolors-virtual-try-on", {"human_image": text(picture()), "cloth_image": text(picture())}, "Try-on needs"),
        (PATH, {"prompt": "a cup", "sound": "on"}, "no sound"),
    ],
)  # fmt: skip
def test_what_the_embedded_backend_cannot_do_fails_in_words_and_costs_nothing(desk: Desk, path: str, body, words: str):
    id = desk.made(path, **body)
    assert desk.credits()[1] > 0
    desk.work(MAKERS)
    data = desk.get(f"{path}/{id}")
    assert data["task_status"] == "failed"
    assert words in data["task_status_msg"]
    assert desk.credits() == (660.0, 0.0)


def test_the_same_call_under_the_same_external_id_is_the_same_task(desk: Desk):
    first = desk.made(PATH, prompt="a cup", external_task_id="x")
    assert desk.made(PATH, prompt="a cup", external_task_id="x") == first
    other = desk.post(PATH, prompt="a plate", external_task_id="x")
    assert other.status_code == 400
    assert first in other.json()["message"]
    assert desk.credits() == (650.0, 10.0)


def test_external_ids_of_two_merchants_do_not_meet(desk: Desk):
    first = desk.made(PATH, prompt="a cup", external_task_id="x")
    desk.pair = desk.service.keys.issue("other")
    assert desk.made(PATH, prompt="a plate", external_task_id="x") != first
    assert desk.call("GET", f"{PATH}/{first}").status_code == 404
    assert desk.call("DELETE", f"{PATH}/{first}").status_code == 404
    assert len(desk.get(PATH)) == 1


def test_lists_are_paged_newest_first(desk: Desk):
    made = [desk.made(PATH, prompt=f"cup {number}") for number in range(5)]
    desk.made("/v1/images/generations", prompt="a cup")
    assert [one["task_id"] for one in desk.get(f"{PATH}?pageNum=1&pageSize=2")] == made[:2:-1]
    assert [one["task_id"] for one in desk.get(f"{PATH}?pageNum=3&pageSize=2")] == made[:1]
    assert desk.get(f"{PATH}?pageNum=4&pageSize=2") == []
    assert len(desk.get(PATH)) == 5
    for query in ("pageNum=0", "pageSize=501", "pageNum=x", "pageSize=", "pageNum=-1", "pageNum=１"):
        assert desk.call("GET", f"{PATH}?{query}").status_code == 400


def test_a_task_is_found_at_its_own_path_only(desk: Desk):
    id = desk.made(PATH, prompt="a cup")
    assert desk.call("GET", f"/v1/videos/image2video/{id}").status_code == 404
    missing = desk.call("GET", f"{PATH}/nothing")
    assert (missing.status_code, missing.json()["code"]) == (404, 1203)
    assert desk.call("POST", "/v1/videos/omni", {}).status_code == 404
    assert desk.call("PUT", PATH, {}).status_code == 405


def test_too_many_at_once_is_429_with_a_wait(desk: Desk):
    desk.service.credits.buy("demo", 10_000, "x")
    answers = [desk.post(PATH, prompt="a cup") for _ in range(12)]  # gold: five a second, ten at once
    assert [one.status_code for one in answers] == [200] * 10 + [429] * 2
    assert answers[-1].headers["retry-after"] == "1"
    desk.wait(1)
    assert desk.post(PATH, prompt="a cup").status_code == 200


def test_a_full_queue_is_429(desk: Desk):
    desk.pair = desk.service.keys.issue("newcomer")
    desk.service.credits.buy("newcomer", 10_000, "x")
    for _ in range(20):
        desk.made(PATH, prompt="a cup")
        desk.wait(1)
    full = desk.post(PATH, prompt="a cup")
    assert (full.status_code, full.json()["code"]) == (429, 1303)


@pytest.mark.parametrize(
    "raw",
    [b"", b"no picture", bomb(50_000, 50_000), bomb(9_000, 9_000), picture(20, 200), b"GIF89a" + b"\0" * 50, picture()[:20], b"\x89PNG\r\n\x1a\n"],
    ids=["empty", "text", "bomb", "large", "narrow", "gif", "cut", "head"],
)  # fmt: skip
def test_what_is_no_good_picture_is_refused_before_it_is_decoded(desk: Desk, raw: bytes):
    answer = desk.post("/v1/videos/image2video", image=text(raw) or "=")
    assert answer.status_code == 400
    assert desk.credits() == (660.0, 0.0)


def test_a_picture_that_is_damaged_inside_fails_the_task(desk: Desk):
    path = "/v1/videos/image2video"
    id = desk.made(path, image=text(picture(form="JPEG")[:-300]))
    desk.work(MAKERS)
    assert desk.get(f"{path}/{id}")["task_status"] == "failed"
    assert desk.credits() == (660.0, 0.0)


def test_an_address_ends_and_cannot_be_bent(desk: Desk):
    id = desk.made("/v1/images/generations", prompt="a cup")
    desk.work(MAKERS)
    url = desk.get(f"/v1/images/generations/{id}")["task_result"]["images"][0]["url"]
    assert desk.call("GET", url).status_code == 200
    assert desk.call("GET", url.replace("expires=", "expires=9")).status_code == 403
    assert desk.call("GET", url[:-1] + ("0" if url[-1] != "0" else "1")).status_code == 403
    assert desk.call("GET", url.partition("?")[0]).status_code == 403
    bent = "/v1/generation/files/..%2f..%2fgeneration.secret?expires=99999999999&signature=0"
    assert desk.call("GET", bent).status_code == 403
    part = desk.call("GET", url, Range="bytes=0-7")
    assert (part.status_code, part.content) == (206, b"\x89PNG\r\n\x1a\n")
    assert desk.call("GET", url, Range="bytes=99999999-").status_code == 416
    desk.wait(24 * 3600 + 1)
    assert desk.call("GET", url).json()["code"] == 1103


def test_the_makers_say_what_they_refuse(tmp_path):
    with pytest.raises(BadInput, match="aspect"):
        Moving().make(FilmWanted("x", aspect="4:3"), tmp_path / "a.mp4")
    with pytest.raises(BadInput, match="seconds"):
        Moving().make(FilmWanted("x", seconds=0.0), tmp_path / "a.mp4")
    with pytest.raises(BadInput, match="One to nine"):
        Drawn().make(PictureWanted("x", count=10))
    with pytest.raises(ProviderUnavailable, match="Try-on"):
        Drawn().make(PictureWanted("x", garment=b""))
    assert not (tmp_path / "a.mp4").exists()


@pytest.mark.parametrize("prompt", ["", "🎉🎉🎉", "x" * 2500, "长" * 2500, "קפה של בוקר", "\u202eabc", "a\x00b"])
def test_any_prompt_makes_a_poster(prompt: str):
    [made] = Drawn().make(PictureWanted(prompt, width=270, height=480, seed=1))
    [again] = Drawn().make(PictureWanted(prompt, width=270, height=480, seed=1))
    assert made.content == again.content
