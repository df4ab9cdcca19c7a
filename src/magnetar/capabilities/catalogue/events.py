"""What the catalogue tells the others."""

from magnetar.kernel.events import Event


class CatalogueImported(Event, frozen=True):
    """A feed changed a merchant's products; published only when something changed."""

    merchant: str
    format: str
    rows: int
    inserted: int
    updated: int
    unchanged: int
    rejected: int
