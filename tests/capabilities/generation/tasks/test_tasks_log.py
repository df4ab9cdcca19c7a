"""The database's log under load: given its length once, copied beside the creates, and nothing is lost by it."""

import shutil
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from task_desk import NOON, Desk, open_desk

from magnetar.capabilities.generation.tasks import checkpoints
from magnetar.kernel.clock import SteppedClock

PATH = "/v1/videos/text2video"


def test_a_busy_log_gets_its_length_and_loses_nothing(desk: Desk, monkeypatch, tmp_path: Path):
    monkeypatch.setattr(checkpoints, "PAGES", 600)
    monkeypatch.setattr(checkpoints, "BUSY", 1)
    monkeypatch.setattr(checkpoints, "LOOK_S", 0.01)
    monkeypatch.setattr(checkpoints, "EVERY_S", 0.05)
    monkeypatch.setattr(checkpoints, "_STEP", 1 << 20)
    log = desk.home / "magnetar.db-wal"
    desk.service._checkpoints.start()
    made = [desk.made(PATH, prompt="a cup") for _ in range(8)]
    until = time.monotonic() + 10
    while log.stat().st_size < 600 * 4_120 and time.monotonic() < until:
        time.sleep(0.01)
    made += [desk.made(PATH, prompt="a cup") for _ in range(2)]
    assert log.stat().st_size >= 600 * 4_120
    copy = tmp_path / "after-kill"  # what kill -9 would leave behind now
    copy.mkdir()
    for name in ("magnetar.db", "magnetar.db-wal", "generation.secret"):
        shutil.copy(desk.home / name, copy / name)
    desk.service._checkpoints.stop()
    again, store = open_desk(copy, SteppedClock(NOON))
    again.pair = desk.pair
    assert [again.task(one).status for one in made] == ["submitted"] * 10
    assert again.agrees()
    store.close()
    with sqlite3.connect(copy / "magnetar.db") as book:
        assert book.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert desk.agrees()


def test_a_quiet_log_stays_small(desk: Desk, monkeypatch):
    monkeypatch.setattr(checkpoints, "LOOK_S", 0.01)
    desk.service._checkpoints.start()
    desk.made(PATH, prompt="a cup")
    time.sleep(0.1)
    assert (desk.home / "magnetar.db-wal").stat().st_size < checkpoints.BUSY * 4_120
    desk.service._checkpoints.stop()


def test_a_create_waits_for_another_writer_and_then_goes(desk: Desk):
    other = sqlite3.connect(desk.home / "magnetar.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    ended: list[int] = []

    def end() -> None:
        time.sleep(0.2)
        ended.append(1)
        other.execute("COMMIT")

    ending = threading.Thread(target=end)
    ending.start()
    desk.made(PATH, prompt="a cup")
    assert ended == [1]
    ending.join()
    other.close()


def test_who_waits_too_long_is_told_and_may_ask_again(desk: Desk, monkeypatch):
    monkeypatch.setattr("magnetar.engines.sqlite.WAIT_S", 0.05)
    desk.made(PATH, prompt="a cup")  # the plan is known now, so that only the create waits
    other = sqlite3.connect(desk.home / "magnetar.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refused = desk.post(PATH, prompt="a cup", external_task_id="two")
    assert (refused.status_code, refused.json()["code"]) == (503, 5001)
    assert "nothing was made or charged" in refused.json()["message"]
    other.execute("ROLLBACK")
    other.close()
    assert desk.post(PATH, prompt="a cup", external_task_id="two").status_code == 200
    assert desk.agrees()


@pytest.mark.parametrize("inner", ["kept", "undone"])
def test_a_part_of_a_transaction_is_undone_alone(desk: Desk, inner: str):
    database = desk.service.book.database
    with database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x)")
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        try:
            with database.writing():
                with database.writing() as innermost:
                    innermost.exec_driver_sql("INSERT INTO t VALUES (2)")
                if inner == "undone":
                    raise KeyError
        except KeyError:
            pass
        connection.exec_driver_sql("INSERT INTO t VALUES (3)")
    with database.reading() as connection:
        found = [row[0] for row in connection.exec_driver_sql("SELECT x FROM t")]
    assert found == ([1, 2, 3] if inner == "kept" else [1, 3])
