"""The creative agent: talks, with proposals as cards, films that play, versions, and publishing by a word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from magnetar.app.film_shelf import LIVE, PUBLISHED
from magnetar.capabilities.creative.agent.nearness import english
from magnetar.capabilities.creative.agent.service import Conversation
from magnetar.kernel.errors import BadInput, NotFound, Refused
from magnetar.web.console.film_words import FilmWords
from magnetar.web.console.pages.studio import Step, events
from magnetar.web.console.site import Site, Visit

LISTED, LONGEST = 30, 2_000
CHIPS = (
    ("先说价格", "price first"), ("字大一点", "bigger text"), ("换个音乐", "another tune"), ("短一点", "shorter"),
    ("高级感", "premium look"), ("换一批", "more ideas"), ("撤销", "undo"), ("重做", "redo"),
)  # fmt: skip


def routes(site: Site) -> list[Route]:
    """Pages of this part."""

    talks = site.talks

    def details(visit: Visit, held: Conversation) -> dict[str, Any]:
        merchant = visit.merchant
        working = talks.working(merchant, held.id)
        turns: list[dict[str, Any]] = []
        for number, turn in enumerate(held.turns):
            name = Path(turn.film).stem if turn.film else ""
            names = [Path(file).stem for file in turn.films] or ([name] if name else [])
            films = [one for one in names if site.shelf.file(merchant, one, {".mp4": ""})]
            shown = talks.shown(merchant, held.id, number)
            turns.append({"turn": turn, "films": films, "gone": len(films) < len(names), "shown": shown})
        made = [name for one in turns for name in one["films"]]
        states = {name: site.shelf.get(merchant, name) for name in made}
        return {
            "held": held, "turns": turns, "working": working, "error": talks.error(merchant, held.id), "films": made,
            "states": states, "chips": CHIPS, "longest": LONGEST, "tell": FilmWords(visit.voice), "english": english,
        }  # fmt: skip

    def listed(visit: Visit) -> Response:
        goods = site.goods(visit.merchant)
        return site.render(
            visit, "studio_talks.html", talks=talks.agent.all(visit.merchant)[:LISTED], goods=goods[:6], longest=LONGEST
        )

    def begin(visit: Visit) -> Response:
        words = _words(visit)
        held = talks.agent.open(visit.merchant)
        if words:
            bare = visit.voice.language == "zh" and site.platform.catalogue.get(visit.merchant, words) is not None
            talks.say(visit.merchant, held.id, f"商品 {words}" if bare else words)  # an id alone is in no language
        return site.go(visit, f"/studio/agent/{held.id}")

    def talk(visit: Visit, status: int = 200, said: str = "") -> Response:
        held = talks.agent.get(visit.merchant, visit.request.path_params["id"])
        return site.render(visit, "studio_talk.html", status, said=said, **details(visit, held))

    def say(visit: Visit) -> Response:
        id = visit.request.path_params["id"]
        try:
            words = _words(visit)
            if not words:
                raise BadInput("请说点什么. · Say something.")
            talks.say(visit.merchant, id, words)
        except (BadInput, Refused) as error:
            return talk(visit, 422, visit.voice.of(str(error)))
        return site.go(visit, f"/studio/agent/{id}#end")

    def publish(visit: Visit) -> Response:
        """Publish one of the talk's versions."""
        id, name = visit.request.path_params["id"], visit.request.path_params["film"]
        held = talks.agent.get(visit.merchant, id)
        if name not in {Path(file).stem for turn in held.turns for file in (*turn.films, turn.film) if file}:
            raise NotFound("这段对话里没有这个版本. · The talk has no such version.")
        film = site.shelf.get(visit.merchant, name)
        if film.state != PUBLISHED:
            if film.state != LIVE:
                site.shelf.move(visit.merchant, name, LIVE, visit.who.name)
            site.shelf.move(visit.merchant, name, PUBLISHED, visit.who.name)
        return site.go(
            visit, f"/studio/agent/{id}", visit.voice("已发布, 投放计划可以使用", "Published; campaigns may use it")
        )

    def stop(visit: Visit) -> Response:
        id = visit.request.path_params["id"]
        talks.stop(visit.merchant, id)
        return site.go(visit, f"/studio/agent/{id}#end", visit.voice("已停止", "Stopped"))

    def seen(visit: Visit, id: str) -> Step:
        held = talks.agent.get(visit.merchant, id)
        working = talks.working(visit.merchant, id)
        mark = f"{len(held.turns)} {working} {talks.error(visit.merchant, id)}"
        return Step(mark, working is not None, "part_studio_talk.html", details(visit, held))

    return [
        site.page("/studio/agent", listed),
        site.page("/studio/agent", begin, methods=("POST",)),
        site.page("/studio/agent/{id}", talk),
        site.page("/studio/agent/{id}", say, methods=("POST",)),
        Route("/studio/agent/{id}/events", events(site, seen, talks.wait)),
        site.page("/studio/agent/{id}/stop", stop, methods=("POST",)),
        site.page("/studio/agent/{id}/publish/{film}", publish, methods=("POST",)),
    ]


def _words(visit: Visit) -> str:
    """What was said.

    Raises:
        BadInput: it is longer than a talk takes.
    """
    said = visit.form.get("words", "")
    if isinstance(said, str) and len(said) > LONGEST:
        raise BadInput(
            f"一次最多说 {LONGEST:,} 字, 现有 {len(said):,} 字. · At most {LONGEST:,} characters at a time, found {len(said):,}."
        )
    return visit.text("words", LONGEST)
