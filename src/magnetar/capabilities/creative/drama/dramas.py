"""The whole job: a script and a folder in, episodes, promotional cuts, assets, plans and costs out."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from magnetar.capabilities.creative.copy.advertising_law import unlawful
from magnetar.capabilities.creative.drama.bible import Bible, write_bible
from magnetar.capabilities.creative.drama.board import Board, Coverage, compare, draw_board
from magnetar.capabilities.creative.drama.costs import errors, forecast, probe
from magnetar.capabilities.creative.drama.lettering import Sheet, shown
from magnetar.capabilities.creative.drama.making import Film, Production, Timed, boards_plain, cpu
from magnetar.capabilities.creative.drama.money import PayPlan, pay_plan, paywall
from magnetar.capabilities.creative.drama.parsing import read_script
from magnetar.capabilities.creative.drama.pictures import Pictures
from magnetar.capabilities.creative.drama.placing import find_placements
from magnetar.capabilities.creative.drama.promos import Promo, choose
from magnetar.capabilities.creative.drama.script import Script
from magnetar.capabilities.creative.drama.voices import Speaker, cast_voices
from magnetar.capabilities.creative.encode import whole_or_nothing
from magnetar.capabilities.creative.judging import judge_film
from magnetar.capabilities.creative.segments.cache import Cache
from magnetar.capabilities.creative.segments.sealing import Seal
from magnetar.capabilities.creative.timeline.cut import cut_of
from magnetar.capabilities.creative.timeline.subtitles import write_subtitles
from magnetar.capabilities.creative.typeface import find_typeface
from magnetar.capabilities.generation import Matrix
from magnetar.kernel.errors import BadInput, GoalMissed
from magnetar.vocabulary.catalogue import Product

PLAN, BIBLE, BOARDS, PAY = "plan.json", "bible.json", "storyboard.json", "pay-plan.json"
FREE_VOICES = ("espeak", "kokoro")
"""Voices that cost nothing but a little work, so that a forecast may ask them how long the lines are."""
WIDTHS = (240, 2160)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for."""

    script: Path
    out: Path
    language: str = ""
    voice: bool = True
    pictures: str = "auto"
    model: str = ""
    width: int = 1080
    fps: int = 25
    seed: int = 0
    font: str = ""
    free: int = -1
    coins: int = 60
    ads: int = 1
    promos: int = 3
    rights: str = ""
    clip_price: float = -1.0
    picture_price: float = -1.0
    credit_price: float = 0.0
    checks: str = "keys"
    """keys, full or none."""
    voice_name: str = ""
    """One voice for all roles; '' for one of each."""


@dataclass(slots=True)
class Planned:
    """Everything that is decided before the first frame is painted."""

    script: Script
    bible: Bible
    boards: list[Board]
    coverage: Coverage
    production: Production
    timed: dict[str, Timed]
    promos: list[Promo]
    pay: PayPlan
    forecast: dict[str, Any]
    notes: list[str]
    placements: list[dict[str, Any]]
    began: float
    probed_cpu: float = 0.0
    hooks: dict[int, str] = field(default_factory=dict[int, str])


def plan_drama(
    wanted: Wanted,
    matrix: Matrix,
    home: Path,
    merchant: str,
    products: Sequence[Product] = (),
    told: Callable[[str], None] = print,
) -> Planned:
    """Read the script, split it into shots, hear the lines, forecast the cost.

    Raises:
        BadInput, Refused: the script, naming the line; an option out of range.
        GoalMissed: a line that names a product says what its record does not hold.
    """
    began = cpu()
    if not WIDTHS[0] <= wanted.width <= WIDTHS[1] or wanted.width % 18:
        raise BadInput(
            f"--width 须为 18 的倍数 takes a multiple of 18 from {WIDTHS[0]} to {WIDTHS[1]}, found {wanted.width}. 1080 is usual."
        )
    if wanted.language not in ("", "zh", "en"):
        raise BadInput(f"--language takes zh or en, found {wanted.language!r}.")
    if not 0 <= wanted.promos <= 6:
        raise BadInput(f"--promos lies in [0, 6], found {wanted.promos}.")
    script = read_script(wanted.script, wanted.language)
    bible = write_bible(script)
    boards = [draw_board(script, bible, episode) for episode in script.episodes]
    coverage = compare(script, boards)
    if not coverage.whole:
        raise GoalMissed(f"分镜与剧本不一致 the storyboard is not the script: {asdict(coverage)}")
    notes = list(script.notes)
    if not wanted.rights:
        notes.append(
            'rights: 未确认剧本版权 · who holds the rights in the script is not said; confirm it with --rights "…"'
        )
    placements = [asdict(one) for one in find_placements(script, products)]
    for one in placements:
        for found in one["findings"]:
            notes.append(f"line {one['line']} names {one['name']!r}: {found['words']!r} {found['reason']}")
    pay = pay_plan(len(script.episodes), wanted.free, wanted.coins, wanted.ads)
    face = find_typeface(wanted.font)
    store = Cache(home / "drama" / "store")
    speaker = None
    if wanted.voice and matrix.voice is not None:
        speaker = Speaker(
            matrix.voice, store, script.language, cast_voices(bible, matrix.voice, script.language, wanted.voice_name)
        )
    else:
        notes.append(
            "voice: 没有语音，字幕按阅读速度显示 · no voice speaks; words are shown at reading pace over music"
        )
    pictures = Pictures(
        matrix, home, wanted.pictures, wanted.model, wanted.clip_price, wanted.picture_price, wanted.credit_price
    )
    if pictures.kind == "panels":
        notes.append("pictures: 手绘分格画面，没有使用图像模型 · drawn comic panels; no picture model was used")
    if not pictures.tariff.known:
        notes.append(
            f"cost: the price of {pictures.provider!r} is not known here; give --clip-price or --picture-price"
        )
    production = Production(
        script,
        bible,
        store,
        pictures,
        speaker,
        Sheet(face, wanted.width, wanted.fps, script.language),
        merchant=merchant,
        seed=wanted.seed,
        rights=wanted.rights,
    )
    shots = sum(len(board.shots) for board in boards)
    told(
        f"剧本: {len(boards)} 集, {coverage.lines} 行, {shots} 镜头; 语音: {speaker.name if speaker else '无'} · "
        f"script: {len(boards)} episodes, {coverage.lines} lines, {shots} shots; voice: {speaker.name if speaker else 'none'}"
    )
    measured = speaker is None or speaker.name in FREE_VOICES
    timed = {
        shot.id: (production.time if measured else production.forecast_time)(shot)
        for board in boards
        for shot in board.shots
    }
    promos, said = (
        choose(script, boards, {name: one.frames / wanted.fps for name, one in timed.items()}, pay, wanted.promos)
        if wanted.promos
        else ([], [])
    )
    notes += said
    for one in timed.values():
        production._texts(one)
    rates = probe(production, list(timed.values()))
    probed = cpu()
    cuts = {
        f"promo-{number}": [*(timed[shot.id] for shot in promo.shots), production.time(promo.card)]
        for number, promo in enumerate(promos, 1)
    }
    expected = forecast(
        production, {board.episode: [timed[shot.id] for shot in board.shots] for board in boards}, cuts, rates
    )
    expected["currency"] = "CNY"
    expected["lengths"] = "measured" if measured else "estimated"
    expected["price_known"] = pictures.tariff.known
    expected["minutes"] = round(expected["cpu_seconds"] / 60, 2)
    hooks = {
        board.episode: (board.shots[-1].cue.text if board.shots[-1].cue else board.shots[-1].words[0])
        for board in boards
    }
    return Planned(
        script,
        bible,
        boards,
        coverage,
        production,
        timed,
        promos,
        pay,
        expected,
        list(dict.fromkeys(notes)),
        placements,
        began,
        probed - began,
        hooks,
    )


def plain_plan(planned: Planned) -> dict[str, Any]:
    """The plan as an object for programs."""
    seen = planned.coverage
    return {
        "title": planned.script.title, "language": planned.script.language, "cost_forecast": planned.forecast, "notes": planned.notes,
        "coverage": {"lines": seen.lines, "covered": seen.covered, "missing": list(seen.missing), "rewritten": list(seen.rewritten), "in_order": seen.in_order},
        "placements": planned.placements, "pay_plan": paywall(planned.script, planned.pay, planned.hooks),
        "pictures": {"source": planned.production.pictures.kind, "provider": planned.production.pictures.provider},
        "voice": planned.production.speaker.name if planned.production.speaker else None,
    }  # fmt: skip


def make_drama(
    wanted: Wanted, planned: Planned, told: Callable[[str], None] = print, seal: Seal | None = None
) -> dict[str, Any]:
    """Make everything that is planned.

    Args:
        seal: signs every film.

    Raises:
        GoalMissed: a line that names a product says what its record does not hold; see `Planned.placements`.
    """
    wrong = [one for one in planned.placements if one["findings"]]
    if wrong:
        first = wrong[0]
        raise GoalMissed(
            f"第 {first['line']} 行的植入与档案不符 line {first['line']} says of {first['name']!r} what its record does not hold: "
            f"{', '.join(found['words'] for found in first['findings'][:4])}. Change the line or the record."
        )  # fmt: skip
    started = cpu()
    production, script = planned.production, planned.script
    production.made.clear()
    if seal is not None:
        seal.made = "synthetic" if production.pictures.kind == "panels" else "media"
    production.seal = seal
    speaker = production.speaker
    if planned.forecast["lengths"] == "estimated":
        planned.timed = {name: _keep_bought(production.time(one.shot), one) for name, one in planned.timed.items()}
    episodes: list[dict[str, Any]] = []
    promos: list[dict[str, Any]] = []
    pad = len(str(max(board.episode for board in planned.boards)))
    for board in planned.boards:
        before = cpu()
        name = f"episode-{board.episode:0{max(2, pad)}d}.mp4"
        head = f"第{board.episode}集" if script.language == "zh" else f"Episode {board.episode}"
        film = production.film(
            wanted.out / name,
            f"{script.title} {head}",
            [planned.timed[shot.id] for shot in board.shots],
            "episode",
            told,
            board.episode,
        )
        row = _row(film, wanted, before, planned.forecast["episodes"], "episode", board.episode)
        row["hook"] = planned.hooks[board.episode]
        _subtitles(film)
        episodes.append(row)
    for number, promo in enumerate(planned.promos, 1):
        before = cpu()
        timed = [*(planned.timed[shot.id] for shot in promo.shots), production.time(promo.card)]
        title = script.title if not unlawful(script.title) else ("宣传片" if script.language == "zh" else "Promo")
        film = production.film(wanted.out / f"promo-{number}.mp4", title, timed, "promo", told, promo.episode)
        row = _row(film, wanted, before, planned.forecast["promos"], "promo", f"promo-{number}")
        promos.append({**row, "from_episode": promo.episode, "strength": promo.strength})
    assets = production.draw_bible(wanted.out / "bible")
    plans = {
        BIBLE: {"schema": "magnetar/drama-bible/1", "title": script.title, **planned.bible.plain()},
        BOARDS: {"schema": "magnetar/drama-storyboard/1", "title": script.title, "episodes": boards_plain(planned.boards, planned.timed, production.sheet.fps)},
        PAY: paywall(script, planned.pay, planned.hooks),
    }  # fmt: skip
    pictures = production.pictures
    used = (
        cpu()
        - started
        + (speaker.cpu_seconds if speaker else 0.0)
        + (pictures.cpu_seconds if pictures.provider not in ("drawn", "moving", "panels") else 0.0)
    )
    checked = sum(row["check_cpu_seconds"] for row in [*episodes, *promos])
    cost = {
        "cpu_seconds": round(used - checked, 3), "check_cpu_seconds": round(checked, 3), "plan_cpu_seconds": round(planned.probed_cpu, 3),
        "credits": round(sum(one[2] for one in pictures.bought), 4), "money": round(sum(one[3] for one in pictures.bought) + (speaker.micros / 1e6 if speaker else 0.0), 4),
        "currency": "CNY", "clips_bought": len(pictures.bought), "shots_made": len(production.made),
        "shots_reused": sum(row["shots"] for row in [*episodes, *promos]) - len(production.made),
        "film_seconds": round(sum(row["seconds"] for row in [*episodes, *promos]), 2),
    }  # fmt: skip
    cost["error"] = errors(planned.forecast, cost)
    result = {
        **plain_plan(planned),
        "episodes": episodes,
        "promos": promos,
        "cost": cost,
        "assets": [str(path) for path in assets],
        "rights": wanted.rights or None,
        "checks": wanted.checks,
        "signed": {"films": seal.films, "issuer": seal.issuer, "development": seal.development, "cpu_seconds_each": round(seal.cpu_seconds / max(1, seal.films), 4)} if seal else None,
    }  # fmt: skip
    result["files"] = [str(wanted.out / name) for name in (PLAN, *plans)]
    for name, content in {
        **plans,
        PLAN: {"schema": "magnetar/drama-plan/1", "script": wanted.script.name, **result},
    }.items():
        with whole_or_nothing(wanted.out / name) as part:
            part.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return result


def _keep_bought(timed: Timed, planned: Timed) -> Timed:
    """The real length, with the clip that the forecast priced."""
    return Timed(timed.shot, timed.frames, timed.start, timed.said, planned.bought_s)


def _row(
    film: Film, wanted: Wanted, before: float, rows: Sequence[dict[str, Any]], name: str, which: Any
) -> dict[str, Any]:
    made = cpu()
    defects = (
        list(judge_film(film.file, ours=True, every=wanted.checks == "full").defects) if wanted.checks != "none" else []
    )
    expected = next((row["cpu_seconds"] for row in rows if row[name] == which), None)
    return {
        name: which, "file": str(film.file), "manifest": str(film.file.with_suffix(".json")), "seconds": film.seconds, "shots": film.shots,
        "shots_made": film.made, "loudness_lufs": film.lufs, "true_peak_db": film.peak_db, "cpu_seconds": round(made - before, 3),
        "cpu_seconds_forecast": expected, "check_cpu_seconds": round(cpu() - made, 3), "defects": defects,
    }  # fmt: skip


def _subtitles(film: Film) -> None:
    with whole_or_nothing(film.file.with_suffix(".srt")) as part:
        part.write_text(write_subtitles(cut_of(film.manifest, film.file), "srt"), encoding="utf-8")


def check_drama(
    script: Path, out: Path | None, language: str = "", full: bool = True
) -> tuple[dict[str, Any], list[str]]:
    """A script alone, or with the films that were made of it: is every line told, none rewritten, every film sound?

    Returns:
        What was found, and the complaints.
    """
    read = read_script(script, language)
    bible = write_bible(read)
    boards = [draw_board(read, bible, episode) for episode in read.episodes]
    seen = compare(read, boards)
    wrong: list[str] = [] if seen.whole else [f"the storyboard is not the script: {asdict(seen)}"]
    told: dict[str, Any] = {
        "title": read.title, "language": read.language, "episodes": len(boards), "shots": sum(len(board.shots) for board in boards),
        "lines": seen.lines, "covered": seen.covered, "rewritten": len(seen.rewritten), "roles": [one.id for one in bible.roles],
        "places": [one.id for one in bible.places], "props": [one.id for one in bible.props], "notes": list(read.notes), "films": [],
    }  # fmt: skip
    if out is not None:
        for board in boards:
            told["films"].append(_check_film(out, board, full, wrong))
    return told, wrong


def _check_film(out: Path, board: Board, full: bool, wrong: list[str]) -> dict[str, Any]:
    name = next(
        (
            path
            for path in sorted(out.glob("episode-*.mp4"))
            if path.stem.split("-")[-1].isdigit() and int(path.stem.split("-")[-1]) == board.episode
        ),
        None,
    )
    if name is None:
        wrong.append(f"episode {board.episode}: no film in {str(out)!r}")
        return {"episode": board.episode, "file": None, "defects": []}
    try:
        manifest = json.loads(name.with_suffix(".json").read_text(encoding="utf-8"))
        texts = [
            text["text"]
            for scene in manifest["scenes"]
            for text in scene["texts"]
            if text["role"] in ("dialogue", "narration", "action", "place", "hook")
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"清单文件无法读取 The manifest beside {str(name)!r} cannot be read: {error}. Make the drama again."
        ) from None
    expected = [shown(shot.cue.text) for shot in board.shots if shot.cue]
    if texts != expected:
        place = next(
            (n for n, (one, other) in enumerate(zip(texts, expected, strict=False)) if one != other),
            min(len(texts), len(expected)),
        )
        found, want = ((row[place] if place < len(row) else "nothing") for row in (texts, expected))
        wrong.append(f"episode {board.episode}: the film shows {found!r} where the script says {want!r}")
    defects = list(judge_film(name, ours=True, every=full).defects)
    wrong += [f"{name.name}: {one['kind']} ({one['detail']})" for one in defects[:5]]
    return {"episode": board.episode, "file": str(name), "defects": defects}
