"""Who agreed to be understood, what they did, and forgetting it all: portraits are drawn for nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from magnetar.capabilities.understanding.portraits import Deed, Event, Population, Portrait, Taste, draw_portrait
from magnetar.kernel.errors import Refused
from magnetar.kernel.store import Collection, Store

MOST = 5_000
"""Deeds of one shopper that are kept, the latest."""


@dataclass(frozen=True, slots=True)
class Consent:
    """A shopper's word, and when it was given, microseconds."""

    given: bool
    at: int


@dataclass(frozen=True, slots=True)
class Deeds:
    """What a shopper did, as columns."""

    at: list[int] = field(default_factory=list[int])
    deed: list[str] = field(default_factory=list[str])
    product: list[str] = field(default_factory=list[str])
    price: list[float | None] = field(default_factory=list[float | None])

    def events(self) -> list[Event]:
        rows = zip(self.at, self.deed, self.product, self.price, strict=True)
        return [Event(at, Deed(deed), product, price) for at, deed, product, price in rows]


class PortraitBook:
    """Keeps consents and deeds of one platform's shoppers, by merchant."""

    def __init__(self, store: Store) -> None:
        self._consents: Collection[Consent] = store.collection("portrait_consents", Consent)
        self._deeds: Collection[Deeds] = store.collection("portrait_deeds", Deeds)

    def consent(self, merchant: str, shopper: str, given: bool, at: int) -> None:
        """Take a shopper's word. A no forgets at once what was kept, and only the no itself stays."""
        if not given:
            self._deeds.delete(merchant, [shopper])
        self._consents.put(merchant, [(shopper, Consent(given, at))])

    def may(self, merchant: str, shopper: str) -> bool:
        """Whether a shopper has agreed; silence is no."""
        found = self._consents.get(merchant, shopper)
        return found is not None and found.given

    def note(self, merchant: str, shopper: str, events: Iterable[Event]) -> int:
        """Keep deeds; the same deed twice is kept once. Returns how many are kept now.

        Raises:
            Refused: the shopper has not agreed.
        """
        self._ask(merchant, shopper)
        kept = self._deeds.get(merchant, shopper) or Deeds()
        every = sorted(
            {*kept.events(), *events}, key=lambda one: (one.at, one.product, one.deed.value, one.price or 0.0)
        )[-MOST:]
        told = Deeds(
            [one.at for one in every], [one.deed.value for one in every], [one.product for one in every],
            [one.price for one in every],
        )  # fmt: skip
        self._deeds.put(merchant, [(shopper, told)])
        return len(every)

    def portrait(
        self, merchant: str, shopper: str, population: Population, now: int, taste: Taste | None = None
    ) -> Portrait:
        """The shopper's portrait from the deeds that are kept.

        Raises:
            Refused: the shopper has not agreed.
        """
        self._ask(merchant, shopper)
        kept = self._deeds.get(merchant, shopper) or Deeds()
        return draw_portrait(shopper, kept.events(), population, now, taste)

    def forget(self, merchant: str, shopper: str) -> int:
        """Forget everything: deeds and consent. Returns how many records there were."""
        return self._deeds.delete(merchant, [shopper]) + self._consents.delete(merchant, [shopper])

    def _ask(self, merchant: str, shopper: str) -> None:
        if not self.may(merchant, shopper):
            raise Refused(
                f"用户 {shopper!r} 没有同意个性化画像, 不生成也不保存. · Shopper {shopper!r} has not agreed to a portrait: "
                "none is drawn and nothing is kept. Record the consent first: magnetar understand shopper ID --consent yes."
            )
