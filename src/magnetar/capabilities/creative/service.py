"""Films, stills and moving pictures of a merchant's products."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from magnetar.capabilities.catalogue import CatalogueService
from magnetar.capabilities.creative.direction import Direction
from magnetar.capabilities.creative.events import FilmMade
from magnetar.capabilities.creative.film import FilmReport, render_film
from magnetar.capabilities.creative.goods import Found, find, find_in_file
from magnetar.capabilities.creative.script import Script
from magnetar.capabilities.generation import Voice
from magnetar.kernel.bus import Bus


class CreativeService:
    """Makes creatives and tells that it did."""

    def __init__(
        self, catalogue: CatalogueService, bus: Bus, currency: str = "CNY", font: str = "",
        voice: Callable[[], Voice | None] | None = None, speech: Path | None = None,
    ) -> None:  # fmt: skip
        """Connect.

        Args:
            voice: gives the voice of this machine, asked the first time a film wants one; None where there is none.
            speech: a folder where spoken lines are kept.
        """
        self._catalogue = catalogue
        self._bus = bus
        self._currency = currency
        self._font = font
        self._find_voice = voice
        self._speech = speech

    @cached_property
    def voice(self) -> Voice | None:
        """Who speaks in films; None where no voice is ready."""
        return self._find_voice() if self._find_voice else None

    def find(self, merchant: str, product_id: str, file: Path | None = None, pictures: Path | None = None) -> Found:
        """The product that creatives are to be about.

        Raises:
            NotFound: there is none of that id; the message names close matches.
        """
        if file is not None:
            return find_in_file(file, product_id, merchant, self._currency, pictures)
        return find(self._catalogue, product_id, merchant, self._currency, pictures)

    def make_film(
        self, found: Found, out: Path, *, language: str = "zh", seed: int = 0, threads: int = 1,
        script: Script | None = None, direction: Direction | None = None, voice: Voice | None = None,
    ) -> FilmReport:  # fmt: skip
        """Render a film and publish `FilmMade`; the direction's voice speaks, by default the first that is ready.

        Args:
            voice: whose voice it is, where it is not this machine's own.
        """
        direction = direction or Direction()
        language = script.language if script is not None else language
        report = render_film(
            found.product,
            found.pictures,
            out,
            language=language,
            seed=seed,
            points=points_for(found, language),
            font=self._font,
            threads=threads,
            script=script,
            direction=direction,
            voice=None if direction.voice == "none" else voice or self.voice,
            speech=self._speech,
        )
        self._bus.publish(
            FilmMade(
                merchant=found.product.merchant,
                product=found.product.id,
                file=str(out),
                film=str(report.manifest["film"]),
                language=language,
                seed=seed,
                seconds=report.seconds,
                cpu_seconds=report.cpu_seconds,
                defects=len(report.defects),
            )
        )
        return report


def points_for(found: Found, language: str) -> tuple[str, ...] | None:
    """The selling points to give a film in a language; None for the record's own."""
    return found.points_en if language == "en" and found.points_en else None
