"""What the task service tells the others."""

from magnetar.kernel.events import Event


class GenerationFinished(Event, frozen=True):
    """A task ended; its credits were spent or given back."""

    task_id: str
    merchant: str
    kind: str
    model: str
    status: str
    """succeed or failed."""
    price_micros: int
    """Micro-credits that were held."""
    made_by: str
    """The provider; empty where it failed."""
    took_us: int
    """From its making to its end."""
