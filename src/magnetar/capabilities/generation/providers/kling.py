"""An endpoint with the Kling contract: video 可灵, image 可图, try-on. Kuaishou's own, or our task service elsewhere.

Create, poll, fetch. A task carries an `external_task_id` made of what is asked, so that a create that is sent twice
is paid once; one whose task failed before, which costs nothing, is sent under the next number. Set MAGNETAR_KLING_URL, MAGNETAR_KLING_ACCESS_KEY and MAGNETAR_KLING_SECRET_KEY.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from magnetar.capabilities.generation.calling import Caller
from magnetar.capabilities.generation.ports import FilmWanted, Made, PictureWanted, Progress
from magnetar.kernel.clock import SECOND, Clock, SystemClock
from magnetar.kernel.errors import BadInput, ProviderFailed, ProviderUnavailable, Refused
from magnetar.kernel.settings import Settings

TOKEN_S, EARLY_S = 1800, 5
"""How long a token lives, and how long before now it begins, as the contract wants."""
POLL_S, PATIENCE_S = 3.0, 1200.0
AGAIN = 20
"""How often the same thing may fail, call by call, before its last failure is all that is told."""
SECONDS = ("5", "10")
_ASPECTS = ("9:16", "16:9", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9")


def videos(settings: Settings) -> KlingVideos:
    return KlingVideos(_tasks(settings), settings.kling_model)


def images(settings: Settings) -> KlingImages:
    return KlingImages(_tasks(settings), settings.kling_image_model)


def _tasks(settings: Settings) -> Tasks:
    secret = settings.kling_secret_key.get_secret_value()
    if not (settings.kling_url and settings.kling_access_key and secret):
        raise ProviderUnavailable(
            "No Kling-contract endpoint is named. Set MAGNETAR_KLING_URL, MAGNETAR_KLING_ACCESS_KEY and "
            "MAGNETAR_KLING_SECRET_KEY."
        )
    clock = SystemClock()
    caller = Caller(
        "the Kling endpoint",
        settings.kling_url,
        lambda: {"authorization": f"Bearer {sign(settings.kling_access_key, secret, clock)}"},
    )
    return Tasks(caller)


def sign(access_key: str, secret: str, clock: Clock) -> str:
    """A JSON web token (RFC 7519, HS256) as the contract wants it: `alg` and `typ`, `iss`, `exp`, `nbf`."""
    now = clock.now() // SECOND
    head = {"alg": "HS256", "typ": "JWT"}
    claims = {"iss": access_key, "exp": now + TOKEN_S, "nbf": now - EARLY_S}
    parts = [_coded(json.dumps(one, separators=(",", ":")).encode()) for one in (head, claims)]
    seal = hmac.new(secret.encode(), ".".join(parts).encode(), hashlib.sha256).digest()
    return ".".join([*parts, _coded(seal)])


def _coded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class Tasks:
    """Tasks at the endpoint: created once, asked after until they are done."""

    def __init__(
        self, caller: Caller, *, poll_s: float = POLL_S, patience_s: float = PATIENCE_S,
        wait: Callable[[float], Any] | None = None,
    ) -> None:  # fmt: skip
        self.caller = caller
        self._poll_s, self._patience_s = poll_s, patience_s
        self._wait = wait or threading.Event().wait

    def run(self, path: str, body: dict[str, Any], seed: int, progress: Progress | None) -> dict[str, Any]:
        """The `task_result` of a task; another seed asks for another result of the same words.

        Raises:
            Refused: the endpoint refuses it (its rules, credits, or a field).
            ProviderFailed: it failed there, or took longer than twenty minutes.
        """
        body = {name: value for name, value in body.items() if value not in (None, "", [])}
        told = json.dumps([path, body, seed], sort_keys=True, ensure_ascii=False)
        name = "mag-" + hashlib.sha256(told.encode()).hexdigest()[:40]
        data: dict[str, Any] = {}
        for again in range(AGAIN):
            body["external_task_id"] = name + (f"-{again + 1}" if again else "")
            data = self._data(self.caller.json("POST", path, body))
            if data.get("task_status") != "failed":
                break
        task, waited = str(data.get("task_id") or ""), 0.0
        if not task:
            raise ProviderFailed(f"The Kling endpoint gave no task_id: {str(data)[:200]}")
        while (status := data.get("task_status")) not in ("succeed", "failed"):
            if waited >= self._patience_s:
                raise ProviderFailed(f"Task {task} is still {status!r} after {waited:.0f} s; ask again later.")
            self._wait(self._poll_s)
            waited += self._poll_s
            data = self._data(self.caller.json("GET", f"{path}/{task}"))
            if progress:
                progress(min(0.95, waited / (waited + 30.0)))
        if status == "failed":
            raise ProviderFailed(f"Task {task} failed: {data.get('task_status_msg') or 'no reason given'}")
        return dict(data.get("task_result") or {})

    def _data(self, told: Any) -> dict[str, Any]:
        if not isinstance(told, dict) or told.get("code") != 0 or not isinstance(told.get("data"), dict):
            raise Refused(f"The Kling endpoint says {str(told)[:300]}")
        return told["data"]


class KlingVideos:
    """Text to video, image to video, several images to video."""

    name = "kling"

    def __init__(self, tasks: Tasks, model: str) -> None:
        self._tasks, self._model = tasks, model

    def make(self, wanted: FilmWanted, out: Path, progress: Progress | None = None) -> Made:
        if wanted.aspect not in _ASPECTS:
            raise BadInput(f"aspect takes one of {', '.join(_ASPECTS)}, found {wanted.aspect!r}.")
        body: dict[str, Any] = {
            "model_name": wanted.model or self._model, "prompt": wanted.prompt, "negative_prompt": wanted.negative,
            "mode": wanted.mode, "duration": "5" if wanted.seconds <= 5 else "10", "aspect_ratio": wanted.aspect,
            "sound": "on" if wanted.sound else None, **wanted.more,
        }  # fmt: skip
        stills = [base64.b64encode(one).decode() for one in wanted.pictures]
        if len(stills) > 1:
            path, body["image_list"] = "/v1/videos/multi-image2video", [{"image": one} for one in stills]
        elif stills:
            path, body["image"] = "/v1/videos/image2video", stills[0]
            body["image_tail"] = base64.b64encode(wanted.tail).decode() if wanted.tail else None
        else:
            path = "/v1/videos/text2video"
        films = self._tasks.run(path, body, wanted.seed, progress).get("videos") or []
        if not films or not films[0].get("url"):
            raise ProviderFailed("The Kling endpoint succeeded without a video.")
        content = self._tasks.caller.fetch(str(films[0]["url"]))
        part = out.with_name(out.name + ".part")
        part.write_bytes(content)
        part.replace(out)
        if progress:
            progress(1.0)
        from_what = f"{len(stills)} still(s)" if stills else "words"
        what = f"generated by {wanted.model or self._model or 'the endpoint'} from {from_what}"
        return Made(out, "video/mp4", self.name, what, float(films[0].get("duration") or wanted.seconds))


class KlingImages:
    """Pictures from words or a picture, and try-on."""

    name = "kling"

    def __init__(self, tasks: Tasks, model: str) -> None:
        self._tasks, self._model = tasks, model

    def make(self, wanted: PictureWanted, progress: Progress | None = None) -> list[Made]:
        body: dict[str, Any]
        if wanted.garment is not None:
            if wanted.picture is None:
                raise BadInput("Try-on needs a picture of the person, found none.")
            path, what = "/v1/images/kolors-virtual-try-on", "a try-on"
            body = {"model_name": wanted.model, "human_image": _base64(wanted.picture), "cloth_image": _base64(wanted.garment)}  # fmt: skip
        else:
            path, what = "/v1/images/generations", "generated from words" + (" and a picture" if wanted.picture else "")
            body = {
                "model_name": wanted.model or self._model, "prompt": wanted.prompt,
                "negative_prompt": wanted.negative, "n": wanted.count, "image": _base64(wanted.picture),
                "aspect_ratio": _nearest(wanted.width, wanted.height),
            }  # fmt: skip
        told = self._tasks.run(path, body, wanted.seed, progress).get("images") or []
        made = [self._tasks.caller.fetch(str(one["url"])) for one in sorted(told, key=lambda one: one.get("index", 0))]
        if not made:
            raise ProviderFailed("The Kling endpoint succeeded without a picture.")
        if progress:
            progress(1.0)
        return [
            Made(one, "image/png" if one[:4] == b"\x89PNG" else "image/jpeg", self.name, f"{what} by the endpoint")
            for one in made
        ]


def _base64(content: bytes | None) -> str | None:
    return base64.b64encode(content).decode() if content is not None else None


def _nearest(width: int, height: int) -> str:
    """The aspect that the contract knows which is nearest.

    >>> _nearest(1080, 1920), _nearest(1000, 1000)
    ('9:16', '1:1')
    """
    return min(_ASPECTS, key=lambda one: abs(int(one.split(":")[0]) / int(one.split(":")[1]) - width / height))
