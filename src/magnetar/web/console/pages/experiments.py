"""Experiments: what a campaign really adds, by shoppers who are kept from it; begun, read and ended here."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from starlette.responses import Response
from starlette.routing import Route

from magnetar.app.journeys import journeys_in
from magnetar.capabilities.measurement import Design, Estimate, Experiment, Interval
from magnetar.capabilities.measurement.attribution import Credit, attribute
from magnetar.capabilities.shoppers import Clicked, Ordered, Returned
from magnetar.kernel.clock import DAY
from magnetar.kernel.errors import BadInput, NotFound, Refused
from magnetar.kernel.events import Envelope
from magnetar.vocabulary.money import MICROS
from magnetar.web.console import charts
from magnetar.web.console.showing import NONE, Showing
from magnetar.web.console.site import Site, Visit

OFFERED = (Design.HOLDOUT, Design.REGIONS, Design.AA)
DESIGNS = {
    Design.HOLDOUT: ("留存对照: 一部分用户看不到广告", "Holdout: some shoppers do not see the ads"),
    Design.REGIONS: ("地区对照: 一部分地区看不到广告", "Regions: some regions do not see the ads"),
    Design.AA: ("A/A 检验: 两组都看得到, 应无差异", "A/A check: both arms see the ads; no difference is due"),
    Design.BUDGET_SPLIT: ("预算拆分", "Budget split"),
    Design.SWITCHBACK: ("时段轮换", "Switchback"),
    Design.AB: ("普通 A/B", "Plain A/B"),
}
RULES = ("last-touch", "linear", "time-decay", "shapley", "markov")
RULE_WORDS = {
    "last-touch": ("末次触点", "Last touch"),
    "linear": ("线性", "Linear"),
    "time-decay": ("时间衰减", "Time decay"),
    "shapley": ("Shapley", "Shapley"),
    "markov": ("马尔可夫", "Markov"),
}
LOOKBACK = 7 * DAY
LONGEST_LOG = 400_000
"""Envelopes of the log that a page reads for credit; beyond, the command line does it."""
POWER = 2.8
"""Standard errors that an effect must have to be told from 0 four times in five, at 95 %."""
DEFAULTS = {"campaign": "", "design": "holdout", "share": "10"}


@dataclass(frozen=True, slots=True)
class Reading:
    """An experiment with what it shows by now."""

    one: Experiment
    name: str
    """Of the campaign."""
    estimate: Estimate
    days: float
    """That it has run, or ran."""

    @property
    def proved(self) -> bool:
        """Whether the interval that may be looked at every day lies above 0."""
        return self.estimate.readable and self.estimate.always_valid.low > 0.0

    @property
    def days_needed(self) -> float | None:
        """Further days until an effect of the size seen so far is told from 0 four times in five.

        A total grows with time and its error with the square root of it. None where nothing can be said; 0 where
        it is told already.
        """
        effect, error = self.estimate.incremental_gmv.mean, self.estimate.error
        if not (math.isfinite(effect) and math.isfinite(error)) or effect == 0.0 or error <= 0.0 or self.days <= 0.0:
            return None
        return max(self.days * (POWER * error / abs(effect)) ** 2 - self.days, 0.0)


def verdict(reading: Reading, currency: str, show: Showing) -> tuple[str, str, list[str]]:
    """(tone, sentence, what to be careful about), from the estimate alone."""
    t, one = show.voice, reading.estimate
    gain, roi = one.incremental_gmv, one.incremental_roi
    cautions: list[str] = []
    if not math.isfinite(gain.low):
        return (
            "calm",
            t("数据还不够, 两组各需要至少两个用户, 才有区间.", "Too little data yet: an interval needs at least two shoppers in each arm."),
            cautions,
        )  # fmt: skip
    if not one.readable:
        return (
            "bad",
            t("两组与计划不符 (人数或事前的行为, p < 0.001): 请先查分流与计数, 不要读这个数.", "The arms are not what was planned, in size or in what shoppers did before (p < 0.001): check assignment and counting, and do not read the figure."),
            cautions,
        )  # fmt: skip
    if reading.one.design is Design.AA:
        held = gain.low <= 0.0 <= gain.high
        return (
            "good" if held else "warn",
            t("两组一样对待, 差异 {mean} {interval}: {what}", "Both arms are treated alike; they differ by {mean} {interval}: {what}",
              mean=show.amount(gain.mean), interval=_interval(gain, show),
              what=t("区间包含 0, 度量没有偏.", "the interval holds 0, as it should.") if held else
              t("区间不含 0. 二十次里会有一次如此; 再做一次, 若仍如此, 度量有问题.", "it misses 0. One in twenty does; repeat it, and if it misses again the measuring is at fault.")),
            cautions,
        )  # fmt: skip
    sentence = t(
        "广告给看得到它的用户多带来 {mean} {interval} {currency} 的成交", "For the shoppers who may see them, the ads added {mean} {interval} {currency} of sales",
        mean=show.amount(gain.mean), interval=_interval(gain, show), currency=currency,
    )  # fmt: skip
    if math.isfinite(roi.mean):
        sentence += t(
            ", 每花 1 {currency} 带来 {roi} {interval}.", ": {roi} {interval} for each {currency} spent.",
            currency=currency, roi=show.amount(roi.mean, 2), interval=_interval(roi, show, 2),
        )  # fmt: skip
    else:
        sentence += t(".", ".")
    if reading.proved:
        return "good", sentence, cautions
    if gain.low > 0.0:
        cautions.append(
            t("单次读取的区间已离开 0, 但每天都看会偶然碰上; 等“随时可看”的区间也离开 0 再下结论.",
              "The interval of a single look has left 0, but looking every day finds that by luck; wait until the anytime interval has, too.")
        )  # fmt: skip
    else:
        cautions.append(t("区间包含 0: 还没有证明广告有增量.", "The interval holds zero: no gain is proved yet."))
    return "warn", sentence, cautions


def _interval(one: Interval, show: Showing, digits: int = 0) -> str:
    return f"[{show.amount(one.low, digits)}, {show.amount(one.high, digits)}]" if math.isfinite(one.low) else NONE


class Credits:
    """What attribution would say of an experiment's days, read from the event log once a tick."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._turn = threading.Lock()
        self._found: dict[str, tuple[int, list[Credit]]] = {}

    def of(self, one: Experiment) -> list[Credit]:
        """Credit by campaign under each rule, for clicks and orders since the experiment began.

        Raises:
            Refused: the log is too long to be read while somebody waits.
        """
        live = self._site.hosting.live
        with self._turn:
            tick = live.market.tick
            known = self._found.get(one.id)
            if known is not None and known[0] == tick:
                return known[1]
            live.recorder.flush()
            log = live.recorder
            if len(log) > LONGEST_LOG:
                raise Refused(
                    "日志太长, 请用命令行: magnetar measure attribution --by campaign · "
                    "The log is too long for a page; use: magnetar measure attribution --by campaign"
                )
            items = live._stock.items
            mine = np.array([item.merchant == one.merchant for item in items], bool)
            found = journeys_in(
                _within(log.read(), one), [item.id for item in items], mine, lookback=LOOKBACK, by=("campaign",)
            )
            credits = [attribute(found, rule) for rule in RULES] if len(found.value) else []
            self._found[one.id] = tick, credits
            return credits


def _within(log: Iterator[tuple[int, Envelope]], one: Experiment) -> Iterator[tuple[int, Envelope]]:
    """The log with the clicks, orders and returns of an experiment's days only."""
    for offset, envelope in log:
        outside = envelope.time < one.started_at or (not one.running and envelope.time > one.ended_at)
        if not (outside and isinstance(envelope.data, Clicked | Ordered | Returned)):
            yield offset, envelope


def routes(site: Site) -> list[Route]:
    """Pages of this part."""
    credits = Credits(site)

    def reading(one: Experiment) -> Reading:
        live = site.hosting.live
        with live._lock:
            market = live.market
            now = site.runtime.clock.now() if one.running else one.ended_at
            return Reading(
                one,
                market.campaigns.campaign(one.campaigns[0]).name,
                market.experiments.estimate(one.id),
                (now - one.started_at) / DAY,
            )

    def own(visit: Visit) -> Experiment:
        """The experiment that the address names, if it is the visitor's merchant's.

        Raises:
            NotFound: it is not.
        """
        id = visit.request.path_params["id"]
        for one in site.hosting.market.experiments.list(visit.merchant):
            if one.id == id:
                return one
        raise NotFound(f"没有这个实验: {id[:60]!r}. · No experiment {id[:60]!r}.")

    def everything(visit: Visit, status: int = 200, said: str = "", given: dict[str, str] | None = None) -> Response:
        hosting, merchant = site.hosting, visit.merchant
        experiments = hosting.market.experiments
        campaigns = hosting.campaigns(merchant)
        wanted = visit.request.query_params.get("campaign", "")[:200]
        wanted = wanted if any(one.id == wanted for one in campaigns) else ""
        found = [one for one in experiments.list(merchant) if not wanted or wanted in one.campaigns]
        return site.render(
            visit,
            "experiments.html",
            status,
            rows=[reading(one) for one in reversed(found)],
            campaigns=campaigns,
            free=[one for one in campaigns if experiments.of_campaign(one.id) is None],
            wanted=wanted,
            designs=[(design.value, visit.voice(*DESIGNS[design])) for design in OFFERED],
            words={design: visit.voice(*pair) for design, pair in DESIGNS.items()},
            said=said,
            given={**DEFAULTS, "campaign": wanted, **(given or {})},
        )

    def start(visit: Visit) -> Response:
        given = {name: visit.text(name) for name in DEFAULTS}
        try:
            design = next((one for one in OFFERED if one.value == given["design"]), None)
            if design is None:
                raise BadInput(f"请选择实验方式. · Choose a design, found {given['design'][:40]!r}.")
            share = visit.number("share", "对照比例", "The share") / 100.0
            if not 0.01 <= share <= 0.9:
                raise BadInput(
                    f"对照比例须在 1% 到 90% 之间, 现为 {100 * share:g}%. · "
                    f"The share kept from the ads lies between 1 % and 90 %, found {100 * share:g} %."
                )
            campaign = site.hosting.campaign(visit.merchant, given["campaign"])
            live = site.hosting.live
            with live._turn, live._lock:
                busy = live.market.experiments.of_campaign(campaign.id)
                if busy is not None:
                    raise Refused(
                        f"这个计划已在实验 {busy.id} 里, 先结束它. · The campaign is in experiment {busy.id} already; end that first."
                    )
                made = live.market.experiments.hold_out(campaign.id, share, design=design, standing=True)
        except (BadInput, Refused, NotFound) as error:
            return everything(visit, 422, visit.voice.of(str(error)), given)
        said = visit.voice("实验开始: 下个半小时起分流", "The experiment begins with the next half-hour")
        return site.go(visit, f"/experiments/{made.id}", said)

    def watch(visit: Visit) -> Response:
        found = reading(own(visit))
        one, show, t = found.estimate, Showing(visit.voice), visit.voice
        currency = site.runtime.settings.currency
        chart = None
        if math.isfinite(one.incremental_gmv.low):
            bars = [(t("此刻读一次", "A single look"), one.incremental_gmv)]
            if math.isfinite(one.always_valid.low):
                bars.append((t("随时可看", "At any time"), one.always_valid))
            title = t("增量成交, 95% 区间", "Incremental GMV, 95 % interval")
            chart = charts.intervals(title, [(name, _as_row(bar)) for name, bar in bars], show)
        return site.render(
            visit,
            "part_experiment.html" if visit.in_part else "experiment.html",
            found=found,
            one=found.one,
            estimate=one,
            verdict=verdict(found, currency, show),
            method=t(*one.method),
            words=t(*DESIGNS[found.one.design]),
            chart=chart,
            currency=currency,
        )

    def credit(visit: Visit) -> Response:
        """What attribution says of the same days, beside what the experiment says."""
        found = reading(own(visit))
        show, t = Showing(visit.voice), visit.voice
        trouble, gain = "", found.estimate.incremental_gmv
        rows: list[tuple[str, str, str]] = []
        credited: list[float] = []
        try:
            for one in credits.of(found.one):
                place = next((row for row, name in enumerate(one.channels) if name in found.one.campaigns), None)
                micros = int(one.micros[place]) if place is not None else 0
                share = float(one.share[place]) if place is not None else 0.0
                credited.append(micros / MICROS)
                rows.append((t(*RULE_WORDS[one.rule]), show.amount(micros / MICROS, 2), show.percent(share, 1)))
        except Refused as error:
            trouble = t.of(str(error))
        return site.render(
            visit,
            "part_credit.html" if visit.in_part else "credit.html",
            found=found,
            one=found.one,
            rows=rows,
            trouble=trouble,
            over=bool(credited) and min(credited) > gain.high,
            under=bool(credited) and max(credited) < gain.low,
            gain=gain,
            interval=_interval(gain, show),
            currency=site.runtime.settings.currency,
        )

    def end(visit: Visit) -> Response:
        one, live = own(visit), site.hosting.live
        with live._turn, live._lock:
            live.market.experiments.end(one.id, f"by {visit.who.name}")
        return site.go(visit, f"/experiments/{one.id}", visit.voice("实验已结束", "The experiment has ended"))

    return [
        site.page("/experiments", everything),
        site.page("/experiments", start, methods=("POST",)),
        site.page("/experiments/{id}", watch),
        site.page("/experiments/{id}/credit", credit),
        site.page("/experiments/{id}/end", end, methods=("POST",)),
    ]


def _as_row(one: Interval) -> dict[str, Any]:
    return {"mean": one.mean, "low": one.low, "high": one.high}
