"""The demo: the sample shop from catalogue to proof, with films beside, kept where the console will find it."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from magnetar.app.commands import ARMS, DEMO_BUDGET, DEMO_DAYS, DEMO_ROI, run_and_show
from magnetar.app.demo_films import Films, chosen
from magnetar.app.goods import goods_from, sample_shop
from magnetar.app.rehearsals import Wish, keep_finished
from magnetar.app.screen import show_plan
from magnetar.capabilities.catalogue import show_report
from magnetar.surface.session import Session
from magnetar.twin.rehearsal import Setting, preview
from magnetar.vocabulary.campaigns import Goal, GoalKind
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import Money


def run_demo(session: Session, console: Console, pairs: int, seed: int) -> dict[str, Any]:
    """Import, plan, rehearse, render; returns the contract's object."""
    platform, merchant = session.platform, MerchantId(session.settings.merchant)
    shop = sample_shop()
    file = shop / "catalogue.csv"
    console.print(
        "[bold]Magnetar 磁星[/bold] 交出商品目录和预算, 先预演, 再投放. "
        "[dim]A catalogue and a budget go in, a rehearsed plan with proof comes out.[/dim]\n"
    )
    report = platform.catalogue.import_file(file, merchant)
    if not console.stderr:
        show_report(report)
    products = goods_from(file, merchant, session.settings.currency)
    budget, goal = Money.of(DEMO_BUDGET, products[0].price.currency), Goal(GoalKind.TARGET_ROI, DEMO_ROI)
    setting = Setting(products, merchant, budget, goal, DEMO_DAYS, ARMS, seed=seed)
    plan = preview(setting)
    show_plan(console, setting, plan)
    films = Films(chosen(plan, products), shop, session.settings.home / "films" / merchant)
    console.print(
        f"\n[bold]预演 The rehearsal[/bold] {DEMO_DAYS} 天 × {pairs} 对 × {len(ARMS)} 个方案 (另加一个 A/A 人工臂); "
        f"每个市场 {setting.shoppers:,} 名用户, 每天约 {setting.pages_per_day:,} 页, 28 个竞争对手; 同一对里的用户和运气相同."
    )
    try:
        figures, results = run_and_show(setting, pairs, session.settings.workers, console)
    except BaseException:
        films.cancel()
        raise
    wish = Wish(budget, goal, DEMO_DAYS, pairs, seed=seed)
    keep_finished(platform.runtime.store, platform.runtime.clock, merchant, "demo", wish, len(products), results)
    made, missing = films.finish()
    for path in made:
        console.print(f"广告片 film: {path}", soft_wrap=True)
    for reason in missing:
        console.print(f"[yellow]广告片未生成 no film:[/yellow] {reason}")
    return {**figures, "films": made, "import": report.as_json()}
