"""What only the store on disk has to answer for."""

from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import text

from magnetar.engines.memory import MemoryStore
from magnetar.engines.sqlite import SqliteStore
from magnetar.kernel.database import Database, database_of
from magnetar.kernel.errors import BadInput, Refused
from magnetar.vocabulary.money import Money


def test_what_was_put_is_there_after_opening_again(tmp_path: Path):
    store = SqliteStore(tmp_path / "deep" / "magnetar.db")
    store.collection("prices", Money).put("demo", [("a", Money(7))])
    store.close()
    assert SqliteStore(tmp_path / "deep" / "magnetar.db").collection("prices", Money).get("demo", "a") == Money(7)


def test_a_database_from_a_newer_version_is_refused(tmp_path: Path):
    store = SqliteStore(tmp_path / "magnetar.db")
    with store.writing() as connection:
        connection.execute(text("UPDATE schema_store SET version_num = 'r0099_later'"))
    store.close()
    with pytest.raises(Refused, match=r"newer Magnetar.*r0099_later.*Upgrade Magnetar"):
        SqliteStore(tmp_path / "magnetar.db")


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path):
    path = tmp_path / "magnetar.db"
    path.write_bytes(b"a letter to my aunt, more than a header long" * 10)
    with pytest.raises(BadInput, match="Cannot open the database"):
        SqliteStore(path)
    assert path.read_bytes().startswith(b"a letter")


def test_a_commit_waits_for_the_disk_and_readers_do_not_wait_for_writers(tmp_path: Path):
    store = SqliteStore(tmp_path / "magnetar.db")
    with store.reading() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_writes_inside_a_transaction_belong_to_it(tmp_path: Path):
    store = SqliteStore(tmp_path / "magnetar.db")
    prices = store.collection("prices", Money)
    with pytest.raises(RuntimeError), store.writing():  # noqa: PT012
        prices.put("demo", [("a", Money(1))])
        assert prices.get("demo", "a") == Money(1)
        raise RuntimeError("changed my mind")
    assert prices.get("demo", "a") is None
    with store.writing():
        prices.put("demo", [("a", Money(1))])
        with pytest.raises(RuntimeError), store.writing():  # noqa: PT012
            prices.put("demo", [("b", Money(2))])
            raise RuntimeError("only this part")
    assert [key for key, _ in prices.list("demo")] == ["a"]


def test_only_a_store_with_a_database_gives_one(tmp_path: Path):
    store = SqliteStore(tmp_path / "magnetar.db")
    assert isinstance(store, Database)
    assert database_of(store) is store
    with pytest.raises(Refused, match="MAGNETAR_STORE=sqlite"):
        database_of(MemoryStore())


def _open_and_write(path: str, number: int) -> None:
    store = SqliteStore(path)
    for turn in range(20):
        store.collection("prices", Money).put("demo", [(f"{number}-{turn}", Money(turn))])
    store.close()


def test_processes_that_open_a_new_database_at_once_take_turns(tmp_path: Path):
    path = str(tmp_path / "magnetar.db")
    context = get_context("spawn")
    processes = [context.Process(target=_open_and_write, args=(path, number)) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert SqliteStore(path).collection("prices", Money).count("demo") == 60
