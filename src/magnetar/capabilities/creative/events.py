"""What creative work tells the others."""

from magnetar.kernel.events import Event


class FilmMade(Event, frozen=True):
    """A film of a product was rendered and checked."""

    merchant: str
    product: str
    file: str
    film: str
    """Digest of what it was made of; the ProduceID of its metadata."""
    language: str
    seed: int
    seconds: float
    cpu_seconds: float
    defects: int


class CreativePublished(Event, frozen=True):
    """A merchant put a film to use."""

    merchant: str
    product: str
    file: str
    film: str
    """Digest of what it was made of."""
    by: str = "merchant"
    """merchant or agent: who asked for it."""
