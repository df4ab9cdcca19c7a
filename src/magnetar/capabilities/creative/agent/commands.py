"""`magnetar studio agent`: talk about a film, and have it made."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from magnetar.kernel.errors import BadInput
from magnetar.surface.report import JsonOption, MerchantOption, progress, write_json
from magnetar.surface.session import session_of


def agent(
    context: typer.Context,
    say: Annotated[
        list[str] | None, typer.Option("--say", help="说的话, 可多次 · What is said; may be given several times. Without it, talk on the terminal.")
    ] = None,
    words: Annotated[
        str, typer.Option("--replay", metavar="FILE", help="回放 · A text file with one saying on each line, said in order.")
    ] = "",
    talk: Annotated[str, typer.Option("--talk", metavar="ID", help="继续一段对话 · Go on with an earlier talk.")] = "",
    out: Annotated[str, typer.Option("--out", metavar="FILE.mp4", help="最后一版的去处 · Where the last film is copied to.")] = "",
    catalogue: Annotated[
        str, typer.Option("--catalogue", metavar="FILE", help="商品目录 · A product feed; default: the merchant's catalogue, then the sample shop.")
    ] = "",
    merchant: MerchantOption = "",
    json: JsonOption = "",
) -> None:  # fmt: skip
    """创意 Agent: 用大白话做片、改片、发布 · Make, change and publish a film by talking about it."""
    from magnetar.capabilities.creative.agent.service import take_out
    from magnetar.capabilities.creative.agent.wiring import agent_for

    if words and say:
        raise BadInput("--say 和 --replay 只能用一个 Use --say or --replay, not both.")
    if out and Path(out).suffix.lower() != ".mp4":
        raise BadInput(f"--out takes a file that ends in .mp4, found {out!r}.")
    session = session_of(context)
    owner = session.merchant(merchant)
    held_agent = agent_for(session.platform.runtime, session.platform.catalogue, Path(catalogue) if catalogue else None)
    held = held_agent.get(owner, talk) if talk else held_agent.open(owner)
    said = say or (_lines(Path(words)) if words else None)
    console = Console(stderr=bool(json))
    turns: list[dict[str, Any]] = []
    for one in said if said is not None else _typed(console):
        answer = held_agent.say(owner, held.id, one, progress)
        _show(console, one if said is not None else "", answer)
        turns.append(
            {
                "said": one, "answer": answer.text, "understood": list(answer.understood), "missed": answer.missed or None, "offered": list(answer.offered),
                "options": [pitch.as_json() for pitch in answer.options],
                "cases": [
                    {"words": case.words, "impressions": case.impressions, "click_rate": case.click_rate, "own": case.own}
                    for case in answer.cases
                ],
                "film": answer.film.file if answer.film else None, "films": [one.file for one in answer.films], "scenes": list(answer.scenes),
            }
        )  # fmt: skip
    last = held_agent.get(owner, held.id)
    copied = str(take_out(last, Path(out))) if out else None
    made = last.talk.film
    write_json(
        json, "studio agent",
        {
            "talk": held.id, "product": last.talk.product or None, "turns": turns, "versions": last.talk.version,
            "film": copied or (made.file if made else None), "defects": made.defects if made else None,
            "published": bool(last.talk.published),
        },
    )  # fmt: skip


def _lines(path: Path) -> list[str]:
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"--replay: {str(path)!r} cannot be read as text: {error}") from None
    if not (kept := [line for line in lines if line and not line.startswith("#")]):
        raise BadInput(f"--replay: {str(path)!r} 里没有话 holds no words.")
    return kept


def _typed(console: Console) -> Any:
    console.print("[dim]说商品和想法开始; 空行结束 · Name a product and your wish; an empty line ends the talk.[/dim]")
    while True:
        try:
            line = console.input("[bold cyan]› [/bold cyan]") if sys.stdin.isatty() else sys.stdin.readline()
        except (EOFError, KeyboardInterrupt):
            return
        if not line.strip():
            return
        yield line


def _show(console: Console, said: str, answer: Any) -> None:
    if said:
        console.print(f"[bold cyan]› {said}[/bold cyan]", highlight=False)
    console.print(answer.text, markup=False, highlight=False)
    for number, pitch in enumerate(answer.options, 1):
        lines = " / ".join(" ".join(filter(None, (part.line.headline, part.line.caption))) for part in pitch.parts)
        console.print(f"  {number}. {lines}", markup=False, highlight=False)
    for case in answer.cases:
        console.print(f"  · {case.words}: {case.click_rate:.1%} of {case.impressions:,}", markup=False, highlight=False)
    if answer.film:
        console.print(f"  ▶ {answer.film.file}", markup=False, highlight=False, soft_wrap=True)
