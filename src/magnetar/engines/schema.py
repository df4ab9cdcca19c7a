"""Tables brought up to date with Alembic, without any file at the user's side."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from magnetar.kernel.errors import Refused


def version_table(name: str) -> str:
    """The table that says which revision the tables of one owner are at."""
    return f"schema_{name}"


def revisions(folder: Path) -> list[str]:
    """The revisions that a folder brings, oldest first; a revision is named like its file."""
    return sorted(path.stem for path in (folder / "versions").glob("r[0-9]*.py"))


def current(connection: Connection, name: str) -> str | None:
    """The revision that the tables are at, None before the first."""
    if not inspect(connection).has_table(version_table(name)):
        return None
    return connection.execute(text(f"SELECT version_num FROM {version_table(name)}")).scalar()


def is_current(connection: Connection, name: str, folder: Path, where: str) -> bool:
    """Whether there is nothing to do.

    Raises:
        Refused: the tables are at a revision that the folder does not know.
    """
    known, found = revisions(folder), current(connection, name)
    if found is not None and found not in known:
        raise Refused(
            f"{where} was written by a newer Magnetar: its {name!r} tables are at {found!r}, "
            f"this version knows them up to {known[-1]!r}. Upgrade Magnetar, or choose another MAGNETAR_HOME."
        )
    return found == known[-1]


def upgrade(connection: Connection, name: str, folder: Path) -> None:
    """Run the revisions that are missing, on a connection that may write."""
    # Imported here, because Alembic takes a third of a second to import and is rarely needed.
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(folder))
    head = revisions(folder)[-1]
    with EnvironmentContext(Config(), script, fn=lambda found, _: script._upgrade_revs(head, found)) as environment:  # pyright: ignore
        environment.configure(connection=connection, version_table=version_table(name), transactional_ddl=True)
        environment.run_migrations()
