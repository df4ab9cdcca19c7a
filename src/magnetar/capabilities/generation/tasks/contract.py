"""The contract of tasks over HTTP: what a call may ask for, and how it is answered.

The paths, fields, envelope and status words are those of the Kling API (可灵), so that a client written for it
needs another address and another pair of keys and nothing else. Durations are strings, `model` is an older
name of `model_name`, and a task's four states are submitted, processing, succeed and failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from magnetar.capabilities.generation.tasks.faults import Fault, bad
from magnetar.capabilities.generation.tasks.prices import LONG_MODELS, models_of

PATHS = {
    "/v1/videos/text2video": "text2video",
    "/v1/videos/image2video": "image2video",
    "/v1/videos/multi-image2video": "multi-image2video",
    "/v1/videos/lip-sync": "lip-sync",
    "/v1/images/generations": "image",
    "/v1/images/kolors-virtual-try-on": "try-on",
}
VIDEOS = ("text2video", "image2video", "multi-image2video", "lip-sync")
SUBMITTED, PROCESSING, SUCCEED, FAILED = "submitted", "processing", "succeed", "failed"
LONGEST_PROMPT = 2_500
MOST_PICTURES = 4
MOST_IMAGES = 9
ASPECTS = ("16:9", "9:16", "1:1")
IMAGE_ASPECTS = (*ASPECTS, "4:3", "3:4", "3:2", "2:3", "21:9")
_LONGEST_ID = 128
_UNUSED = ("camera_control", "static_mask", "dynamic_masks", "image_fidelity", "human_fidelity", "voice_list")


class _Pictured(msgspec.Struct):
    image: str


class _Body(msgspec.Struct):
    model_name: str | None = None
    model: str | None = None
    prompt: str | None = None
    negative_prompt: str | None = None
    image: str | None = None
    image_tail: str | None = None
    image_list: list[_Pictured | str] | None = None
    human_image: str | None = None
    cloth_image: str | None = None
    mode: str | None = None
    duration: str | int | None = None
    aspect_ratio: str | None = None
    cfg_scale: float | None = None
    sound: str | None = None
    n: int | None = None
    input: dict[str, Any] | None = None
    callback_url: str | None = None
    external_task_id: str | None = None
    camera_control: Any = None
    static_mask: Any = None
    dynamic_masks: Any = None
    image_fidelity: Any = None
    human_fidelity: Any = None
    voice_list: Any = None


class Wanted(msgspec.Struct, frozen=True):
    """A call that was checked; this is what is kept, and what a repeated call is compared with."""

    kind: str
    model: str
    mode: str = "std"
    seconds: int = 5
    count: int = 1
    prompt: str = ""
    negative: str = ""
    aspect: str = "16:9"
    cfg_scale: float = 0.5
    sound: bool = False
    pictures: tuple[str, ...] = ()
    """Addresses, base64, or `sha256:…` once a picture lies in our files."""
    tail: str = ""
    garment: str = ""
    input: dict[str, Any] = {}
    callback_url: str = ""
    external_task_id: str = ""
    unused: tuple[str, ...] = ()
    """Fields that were sent and that no provider here makes use of."""


_DECODE = msgspec.json.Decoder(_Body).decode


def read_wanted(kind: str, body: bytes) -> Wanted:
    """Check a call's body.

    Raises:
        Fault: 400 with the field, what was found and what is expected.
    """
    try:
        asked = _DECODE(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise bad(f"the body is not what is expected: {error}") from None
    model = asked.model_name if asked.model_name is not None else asked.model
    known = models_of(kind)
    model = model or known[0]
    if model not in known:
        raise Fault(404, 1203, f"model_name {_show(model)} is not known for {kind}; choose one of: {', '.join(known)}")
    external = asked.external_task_id or ""
    if len(external) > _LONGEST_ID or not external.isprintable():
        raise bad(f"external_task_id has at most {_LONGEST_ID} printable characters, found {_show(external)}")
    common: dict[str, Any] = {
        "kind": kind,
        "model": model,
        "prompt": _text("prompt", asked.prompt),
        "negative": _text("negative_prompt", asked.negative_prompt),
        "callback_url": _address("callback_url", asked.callback_url or ""),
        "external_task_id": external,
        "unused": tuple(name for name in _UNUSED if getattr(asked, name) is not None),
    }
    if kind == "image":
        return _image(asked, common)
    if kind == "try-on":
        person, garment = _picture("human_image", asked.human_image), _picture("cloth_image", asked.cloth_image)
        if not person or not garment:
            raise bad("human_image and cloth_image are both needed")
        return Wanted(**common, pictures=(person,), garment=garment, seconds=0)
    if kind == "lip-sync":
        return _lip_sync(asked, common)
    return _video(asked, common)


def _image(asked: _Body, common: dict[str, Any]) -> Wanted:
    if not common["prompt"].strip():
        raise bad("prompt is needed: what is the picture to show?")
    count = 1 if asked.n is None else asked.n
    if not 1 <= count <= MOST_IMAGES:
        raise bad(f"n lies in [1, {MOST_IMAGES}], found {count}")
    first = _picture("image", asked.image)
    aspect = _one_of("aspect_ratio", asked.aspect_ratio, IMAGE_ASPECTS)
    return Wanted(**common, seconds=0, count=count, aspect=aspect, pictures=(first,) if first else ())


def _video(asked: _Body, common: dict[str, Any]) -> Wanted:
    kind, pictures, tail = common["kind"], tuple[str, ...](), ""
    if kind == "text2video":
        if not common["prompt"].strip():
            raise bad("prompt is needed: what is the film to show?")
    elif kind == "image2video":
        first, tail = _picture("image", asked.image), _picture("image_tail", asked.image_tail)
        if not first and not tail:
            raise bad("image or image_tail is needed: an http(s) address or base64")
        pictures = (first,) if first else ()
    else:
        listed = [one if isinstance(one, str) else one.image for one in asked.image_list or ()]
        pictures = tuple(filter(None, (_picture(f"image_list[{at}]", one) for at, one in enumerate(listed))))
        if not 1 <= len(pictures) <= MOST_PICTURES:
            raise bad(f"image_list holds 1 to {MOST_PICTURES} pictures, found {len(pictures)}")
    strength = 0.5 if asked.cfg_scale is None else asked.cfg_scale
    if not 0.0 <= strength <= 1.0:
        raise bad(f"cfg_scale lies in [0, 1], found {strength}")
    return Wanted(
        **common,
        mode=_one_of("mode", asked.mode, ("std", "pro")),
        seconds=_duration(common["model"], asked.duration),
        aspect=_one_of("aspect_ratio", asked.aspect_ratio, ASPECTS),
        cfg_scale=strength,
        sound=_one_of("sound", asked.sound, ("off", "on")) == "on",
        pictures=pictures,
        tail=tail,
    )


def _lip_sync(asked: _Body, common: dict[str, Any]) -> Wanted:
    given = asked.input or {}
    if not any(isinstance(given.get(name), str) and given[name] for name in ("video_id", "video_url", "session_id")):
        raise bad("input.video_id or input.video_url is needed")
    if len(msgspec.json.encode(given)) > 1 << 20:
        raise bad("input has at most 1 MiB; name an audio_url instead of sending the sound")
    return Wanted(**common, input=given)


def _duration(model: str, given: str | int | None) -> int:
    allowed = range(3, 16) if model in LONG_MODELS else (5, 10)
    if given is None or given == "":
        return 5
    text = str(given)
    if isinstance(given, bool) or not text.isascii() or not text.isdigit() or len(text) > 3 or int(text) not in allowed:
        stated = '"3" to "15"' if model in LONG_MODELS else '"5" or "10"'
        raise bad(f"duration of {model} is a string of seconds, {stated}; found {_show(given)}")
    return int(text)


def _text(name: str, given: str | None) -> str:
    text = (given or "").replace("\x00", "")
    if len(text) > LONGEST_PROMPT:
        raise bad(f"{name} has at most {LONGEST_PROMPT} characters, found {len(text)}")
    return text


def _one_of(name: str, given: str | None, allowed: tuple[str, ...]) -> str:
    if not given:
        return allowed[0]
    if given not in allowed:
        raise bad(f"{name} is one of {', '.join(allowed)}; found {_show(given)}")
    return given


def _picture(name: str, given: str | None) -> str:
    """An address that reads well, or base64 to be looked at later."""
    text = (given or "").strip()
    if text[:5].lower() == "data:":  # clients paste data addresses although the contract wants bare base64
        text = text.partition(",")[2]
    return _address(name, text) if text[:8].lower().startswith(("http://", "https://")) else text


def _address(name: str, text: str) -> str:
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good or len(text) > 2_000 or not text.isprintable() or " " in text or parts.username is not None:
        raise bad(f"{name} is an http(s) address without a user's name, found {_show(text)}")
    return text


def _show(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…'"


def envelope(request_id: str, data: object = None, code: int = 0, message: str = "SUCCEED") -> bytes:
    """What every call is answered with."""
    said: dict[str, Any] = {"code": code, "message": message, "request_id": request_id}
    if data is not None:
        said["data"] = data
    return msgspec.json.encode(said)


def task_data(
    task_id: str, status: str, message: str, external: str, created_at: int, updated_at: int,
    result: Mapping[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A task as it is told; times in microseconds become the contract's milliseconds."""
    data: dict[str, Any] = {
        "task_id": task_id,
        "task_status": status,
        "task_info": {"external_task_id": external},
        "created_at": created_at // 1000,
        "updated_at": updated_at // 1000,
    }
    if message:
        data["task_status_msg"] = message
    if result is not None:
        data["task_result"] = result
    return data
