"""The event log as Parquet: every value as it was, nothing twice, nothing half."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from magnetar.engines.duckdb import Analytics
from magnetar.engines.eventlog import FileLog
from magnetar.kernel.errors import BadInput
from magnetar.kernel.events import Column, Envelope, Event, UnknownEvent
from magnetar.vocabulary.campaigns import Scene
from magnetar.vocabulary.money import Money


@dataclass(frozen=True)
class Place:
    city: str
    zone: int | None = None


class Sold(Event, frozen=True):
    price: Money
    scene: Scene
    place: Place
    tags: tuple[str, ...] = ()
    note: str | None = None
    weight: float = 0.0


class Shown(Event, frozen=True):
    tick: int
    shopper: Column
    item: Column
    rate: Column
    paid: Column


class Watched(Event, frozen=True):
    pages: Shown
    depth: Column


class Uneven(Event, frozen=True):
    a: Column
    b: Column


def shown(tick: int, rows: int) -> Shown:
    return Shown(
        tick,
        np.arange(rows, dtype=np.int32),
        np.arange(rows * 3, dtype=np.int64).reshape(rows, 3),
        np.linspace(0, 1, rows, dtype=np.float32),
        np.arange(rows) % 2 == 0,
    )


def envelope(id: str, event: Event) -> Envelope:
    return Envelope(id, "test", 1_700_000_000_000_000, type(event).__name__, event)


@pytest.fixture
def log(tmp_path: Path) -> Any:
    log = FileLog(tmp_path / "log")
    log.append(
        [
            envelope("s1", Sold(Money(12_500_000), Scene.LIVE, Place("杭州"), ("new", "red"))),
            envelope("s2", Sold(Money(2**62, "USD"), Scene.FEED, Place("x", 3), note="it's", weight=0.1)),
            envelope("p1", shown(7, 3)),
            envelope("p2", shown(8, 0)),
            envelope("w1", Watched(shown(9, 2), np.array([1, 2], np.int8))),
            envelope("u1", Uneven(np.arange(2), np.arange(3.0))),
        ]
    )
    yield log
    log.close()


def test_every_value_is_there_with_its_type(log: FileLog, tmp_path: Path):
    analytics = Analytics(tmp_path / "sealed")
    assert analytics.seal(log) == []  # nothing is closed yet
    log.rotate()
    [sealed] = analytics.seal(log)
    assert sealed.rows == {"Shown": 3, "Sold": 2, "Uneven": 1, "Watched": 2}

    sold = analytics.query(
        "SELECT row_id, event_offset, price_micros, price_currency, scene, place_city, place_zone, tags, note, weight "
        "FROM Sold ORDER BY event_offset"
    )
    assert sold.rows == [
        ("s1", 0, 12_500_000, "CNY", 1, "杭州", None, '["new","red"]', None, 0.0),
        ("s2", 1, 2**62, "USD", 0, "x", 3, "[]", "it's", 0.1),
    ]
    pages = analytics.query("SELECT row_id, tick, shopper, item, rate, paid FROM Shown ORDER BY shopper")
    assert pages.columns == ("row_id", "tick", "shopper", "item", "rate", "paid")
    assert pages.rows == [
        ("p1:0", 7, 0, [0, 1, 2], 0.0, True),
        ("p1:1", 7, 1, [3, 4, 5], 0.5, False),
        ("p1:2", 7, 2, [6, 7, 8], 1.0, True),
    ]
    types = dict(analytics.query("SELECT column_name, column_type FROM (DESCRIBE Shown)").rows)
    assert (types["shopper"], types["item"], types["rate"], types["paid"]) == (
        "INTEGER",
        "BIGINT[]",
        "FLOAT",
        "BOOLEAN",
    )
    watched = analytics.query("SELECT row_id, pages_tick, pages_item[3], depth FROM Watched ORDER BY 1").rows
    assert watched == [("w1:0", 9, 2, 1), ("w1:1", 9, 5, 2)]
    assert analytics.query("SELECT a, b FROM Uneven").rows == [("[0,1]", "[0.0,1.0,2.0]")]


def test_sealing_again_changes_nothing_and_later_segments_join(log: FileLog, tmp_path: Path):
    analytics = Analytics(tmp_path / "sealed")
    log.rotate()
    analytics.seal(log)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "sealed").rglob("*") if path.is_file()}
    assert analytics.seal(log) == []
    assert before == {path: path.stat().st_mtime_ns for path in before}
    log.append([envelope("p3", shown(10, 5))])
    log.rotate()
    assert [sealed.rows for sealed in analytics.seal(log)] == [{"Shown": 5}]
    assert analytics.tables()["Shown"] == 8
    assert analytics.query("SELECT count(*), count(DISTINCT row_id) FROM Shown").rows == [(8, 8)]


def test_an_interrupted_sealing_is_invisible_and_made_good(
    log: FileLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    analytics = Analytics(tmp_path / "sealed")
    log.rotate()
    from magnetar.engines import duckdb as engine

    write, written = engine._write, []

    def failing(table: Any, path: Path) -> None:
        if len(written) == 2:
            raise OSError(28, "No space left on device")
        write(table, path)
        written.append(path)

    monkeypatch.setattr(engine, "_write", failing)
    with pytest.raises(OSError, match="No space"):
        analytics.seal(log)
    assert analytics.sealed() == []
    with pytest.raises(BadInput, match="seal a closed segment first"):
        analytics.query("SELECT * FROM Sold")
    monkeypatch.undo()
    assert len(analytics.seal(log)) == 1
    assert analytics.query("SELECT count(*) FROM Sold").rows == [(2,)]


def test_large_batches_go_to_several_files(log: FileLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("magnetar.engines.duckdb._ROWS", 10)
    log.append([envelope(f"b{number}", shown(number, 7)) for number in range(10)])
    log.rotate()
    analytics = Analytics(tmp_path / "sealed")
    analytics.seal(log)
    assert len(list((tmp_path / "sealed" / "Shown").glob("*.parquet"))) > 3
    assert analytics.query("SELECT count(DISTINCT row_id), sum(shopper) FROM Shown").rows == [(73, 10 * 21 + 3)]


def test_an_unknown_event_is_kept_as_json(tmp_path: Path):
    from magnetar.kernel import events

    raw = events.encode(envelope("x", Uneven(np.arange(2), np.arange(1))))
    data = events._WIRE_DECODER.decode(raw).data
    log = FileLog(tmp_path / "log")
    log.append([Envelope("x", "test", 1, "../../etc", UnknownEvent("../../etc", bytes(data)))])
    log.rotate()
    analytics = Analytics(tmp_path / "sealed")
    analytics.seal(log)
    assert analytics.tables() == {"UnknownEvent": 1}
    [(type_, data)] = analytics.query("SELECT event_type, data FROM UnknownEvent").rows
    assert type_ == "../../etc"
    assert '"a":[0,1]' in data
    log.close()


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO '{folder}/stolen.csv'",
        "DROP VIEW Sold",
        "SELECT 1; SELECT 2",
        "",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '{other}/secret.csv'",
        "SET enable_external_access = true",
        "ATTACH '{folder}/x.db'",
        "SELECT nonsense FROM Sold",
    ],
)
def test_a_query_reads_sealed_events_and_does_nothing_else(log: FileLog, tmp_path: Path, sql: str):
    (tmp_path / "secret.csv").write_text("a\n1\n")
    log.rotate()
    analytics = Analytics(tmp_path / "sealed")
    analytics.seal(log)
    files = set((tmp_path / "sealed").rglob("*"))
    with pytest.raises(BadInput):
        analytics.query(sql.format(folder=tmp_path / "sealed", other=tmp_path))
    assert set((tmp_path / "sealed").rglob("*")) == files


def test_queries_take_parameters(log: FileLog, tmp_path: Path):
    log.rotate()
    analytics = Analytics(tmp_path / "sealed")
    analytics.seal(log)
    assert analytics.query("SELECT row_id FROM Sold WHERE note = ?", ["it's"]).rows == [("s2",)]


def test_a_field_that_is_empty_in_one_segment_keeps_its_type_in_the_next(tmp_path: Path):
    log = FileLog(tmp_path / "log")
    analytics = Analytics(tmp_path / "sealed")
    for zone, note in ((None, None), (4, "x"), (None, None)):
        log.append([envelope(f"z{len(log)}", Sold(Money(1), Scene.FEED, Place("x", zone), note=note))])
        log.rotate()
        analytics.seal(log)
    found = analytics.query("SELECT place_zone, note FROM Sold ORDER BY event_offset").rows
    assert found == [(None, None), (4, "x"), (None, None)]
    log.close()


def test_without_events_plain_sql_is_answered(tmp_path: Path):
    assert Analytics(tmp_path / "sealed").query("SELECT 1 AS one").columns == ("one",)
