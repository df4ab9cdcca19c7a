"""The database: what a capability needs that keeps tables of its own."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from magnetar.kernel.errors import Refused

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


@runtime_checkable
class Database(Protocol):
    """A relational database, through SQLAlchemy; a store that has one is one."""

    @property
    def engine(self) -> Engine: ...

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection that sees one moment of the database for as long as it is held."""
        ...

    def writing(self) -> AbstractContextManager[Connection]:
        """A connection that holds the right to write: what it did is durable at the end, or undone by an exception."""
        ...

    def migrate(self, name: str, folder: Path) -> None:
        """Bring the tables of one owner up to date, by the Alembic revisions in `folder/versions`.

        Raises:
            Refused: the tables were written by a newer version.
        """
        ...


def database_of(store: object) -> Database:
    """The store's database.

    Raises:
        Refused: this store keeps its records elsewhere.
    """
    if isinstance(store, Database):
        return store
    raise Refused(
        f"Tables need a relational store, and {type(store).__name__} is none. "
        "Set MAGNETAR_STORE=sqlite, or choose the provider 'memory'."
    )


def driver_of(connection: Connection) -> Any:
    """The driver's own connection, in the same transaction: its `execute` takes a sixth of the CPU time.

    For the few statements that run for every call of a door; rows come as tuples, `?` stands for a value.
    """
    if not connection.in_transaction():
        connection.begin()
    return connection.connection.driver_connection
