"""The predictor's gate in life: an operator opens it, candidates learn in shadow, and what takes over is kept over restarts.

Rehearsals never open it: their arms must differ in nothing but the agent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from magnetar.capabilities.understanding import Predictor, Strengths
from magnetar.capabilities.understanding.gate import Gate, Standing
from magnetar.kernel.bus import HandlingFailed
from magnetar.kernel.store import Store
from magnetar.platform.market import TICKS_PER_DAY, Marketplace
from magnetar.vocabulary.ids import OPERATOR

if TYPE_CHECKING:
    from magnetar.platform.live import LivePlatform

DEFAULT = "default"
SETTINGS = {
    DEFAULT: Strengths(),
    "quick-orders": Strengths(order_item=1.0, order_match=1.0),
    "slow-orders": Strengths(order_item=6.0, order_match=4.0),
}
"""By name: all that may be in use; those that are not in use are candidates."""


@dataclass(frozen=True, slots=True)
class GateChoice:
    """What was decided about the gate, by an operator and by itself."""

    open: bool
    name: str
    """The settings in use."""
    replaced: list[str] = field(default_factory=list[str])
    """Settings that were in use before; coming back they are told as a rollback."""


class Gating:
    """Opens and closes the gate of a live platform, and turns it at tick edges."""

    def __init__(self, store: Store, open_by_default: bool) -> None:
        self._kept = store.collection("predictor_gate", GateChoice)
        found = self._kept.get(OPERATOR, "choice")
        self.open = found.open if found else open_by_default
        self.name = found.name if found and found.name in SETTINGS else DEFAULT
        self._replaced = set(found.replaced if found else ())
        self.gate: Gate | None = None
        self._day = -1

    def settle(self, predictor: Predictor) -> None:
        """Give a new predictor the settings that are in use."""
        if self.name != DEFAULT:
            predictor.adopt(SETTINGS[self.name])

    def start(self, market: Marketplace) -> None:
        """Put candidates beside a market's predictor, where the gate is open; those of the market before go on."""
        old, self.gate = self.gate, None
        if old is not None:
            old.close()
        if self.open:
            others = {name: one for name, one in SETTINGS.items() if name != self.name}
            self.gate = Gate(market.bus, market.predictor, others, self.name, self._replaced)
            if old is not None:
                self.gate.take_over(old)

    def choose(self, live: LivePlatform, wanted: bool) -> None:
        """Open or close it, as an operator says; closed, the settings in use stay in use."""
        with live._turn, live._lock:
            if wanted == self.open:
                return
            self.open = wanted
            if not wanted and self.gate is not None:
                self.gate.close()
                self.gate = None
            self._keep()
            self.start(live.market)

    def at_edge(self, market: Marketplace, tick: int) -> None:
        """After a market opened a tick: close the shadows' tick; at midnight let the best take over."""
        day, before = tick // TICKS_PER_DAY, self._day
        self._day = day
        if self.gate is None:
            return
        try:
            if 0 <= before < day and self.gate.new_day() is not None:
                self.name, self._replaced = self.gate.name, set(self.gate.replaced)
                self._keep()
            self.gate.refresh(market.bus.clock.now())
        except Exception as error:  # what is only tried out must not stop the clock
            self.gate.close()
            self.gate = None
            said = f"{type(error).__name__}: {error}"
            market.bus.publish(HandlingFailed(f"tick:{tick}", "TickOpened", "Gating.at_edge", said))

    def forget(self, row: int) -> None:
        """A row of the seats is somebody else's, or nobody's, now."""
        if self.gate is not None:
            self.gate.forget(row)

    def standings(self) -> list[Standing]:
        """How the candidates do; none where the gate is closed."""
        return self.gate.standings() if self.gate is not None else []

    def _keep(self) -> None:
        self._kept.put(OPERATOR, [("choice", GateChoice(self.open, self.name, sorted(self._replaced)))])
