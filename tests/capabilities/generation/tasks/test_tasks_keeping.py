"""Results are kept as long as was said, and no longer; who asks later is told so."""

import os
from pathlib import Path

import pytest
from task_desk import NOON, Desk, open_desk

from magnetar.capabilities.generation.ports import Made, PictureWanted
from magnetar.capabilities.generation.tasks.making import Makers
from magnetar.capabilities.generation.tasks.rows import Done
from magnetar.kernel.clock import SECOND, SteppedClock

PATH = "/v1/images/generations"
DAY_S = 24 * 3600


class Plain:
    """Pictures of so many bytes."""

    name = "plain"

    def __init__(self, size: int = 100) -> None:
        self.size = size

    def make(self, wanted: PictureWanted, progress=None) -> list[Made]:
        return [Made(bytes(self.size), "image/png", "plain", "nothing") for _ in range(wanted.count)]


def result(desk: Desk, size: int = 100, **body) -> str:
    id = desk.made(PATH, prompt="a cup", **body)
    desk.work(Makers(Plain(size), None))  # pyright: ignore[reportArgumentType]
    _age(desk)
    return id


def _age(desk: Desk) -> None:
    """Files bear the desk's time and not this machine's."""
    now = desk.clock.now() / SECOND
    for path in (desk.home / "generation").rglob("*"):
        if path.is_file() and path.stat().st_mtime < NOON / SECOND - 1e6:
            os.utime(path, (now, now))


def files(desk: Desk) -> list[Path]:
    return sorted(path for path in (desk.home / "generation").rglob("*") if path.is_file())


def test_a_result_is_kept_for_its_days_and_then_told_as_gone(desk: Desk):
    id = result(desk, external_task_id="cup-1")
    url = desk.get(f"{PATH}/{id}")["task_result"]["images"][0]["url"]
    desk.wait(30 * DAY_S - 10)
    assert desk.service.keeping.sweep().results == 0
    assert desk.call("GET", desk.get(f"{PATH}/{id}")["task_result"]["images"][0]["url"]).status_code == 200
    desk.wait(20)
    assert desk.service.keeping.sweep().results == 1
    answer = desk.call("GET", f"{PATH}/cup-1")
    assert (answer.status_code, answer.json()["code"]) == (410, 1203)
    assert "Create a new task" in answer.json()["message"]
    data = answer.json()["data"]
    assert (data["task_id"], data["task_status"]) == (id, "succeed")
    assert "task_result" not in data
    assert data["expired_at"] == desk.clock.now() // 1000
    assert desk.call("GET", url).status_code == 403  # ended long ago
    [listed] = desk.get(PATH)
    assert "task_result" not in listed
    assert files(desk) == []
    assert desk.credits() == (659.0, 0.0)  # what was made was paid for
    assert desk.agrees()
    assert desk.service.keeping.sweep().results == 0


def test_an_address_whose_file_was_deleted_says_so(desk: Desk):
    id = result(desk)
    url = desk.get(f"{PATH}/{id}")["task_result"]["images"][0]["url"]
    desk.wait(3600)
    assert desk.service.keeping.sweep(days=0.01).results == 1
    answer = desk.call("GET", url)
    assert (answer.status_code, answer.json()["code"]) == (404, 1203)


def test_where_there_is_no_more_room_the_oldest_go_but_none_of_the_last_day(tmp_path: Path):
    desk, store = open_desk(tmp_path, SteppedClock(NOON), room_bytes=250)
    ids = []
    for _ in range(4):
        ids.append(result(desk))
        desk.wait(DAY_S)
    assert desk.service.keeping.taken("demo") == 400
    assert desk.service.keeping.sweep().crowded == 2
    gone = [desk.call("GET", f"{PATH}/{one}").status_code for one in ids]
    assert gone == [410, 410, 200, 200]
    assert desk.service.keeping.taken("demo") == 200
    for _ in range(3):
        ids.append(result(desk))
    assert desk.service.keeping.sweep().crowded == 2  # the two older ones; the three of today stay, though too many
    assert [desk.call("GET", f"{PATH}/{one}").status_code for one in ids[2:]] == [410, 410, 200, 200, 200]
    store.close()


def test_without_limits_nothing_is_deleted(tmp_path: Path):
    desk, store = open_desk(tmp_path, SteppedClock(NOON), keep_days=0.0, room_bytes=0)
    result(desk)
    desk.wait(10_000 * DAY_S)
    swept = desk.service.keeping.sweep()
    assert (swept.results, swept.crowded, swept.pictures, swept.bytes) == (0, 0, 0, 0)
    assert len(files(desk)) == 1
    store.close()


def test_a_worker_that_died_in_the_middle_of_its_file_leaves_nothing_behind(desk: Desk):
    class Dies(Plain):
        def make(self, wanted, progress=None) -> list[Made]:
            place = desk.service.files.place(id, "00.png")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.with_name(".half.part").write_bytes(b"x" * 50)
            place.write_bytes(b"x" * 60)
            raise SystemExit  # as kill -9: nothing is handed in

    id = desk.made(PATH, prompt="a cup")
    with pytest.raises(SystemExit):
        desk.work(Makers(Dies(), None))  # pyright: ignore[reportArgumentType]
    assert desk.task(id).status == "processing"
    desk.wait(31)
    assert desk.work(Makers(Plain(), None)) == 0  # pyright: ignore[reportArgumentType]  # its turn comes a second later
    desk.wait(2)
    assert desk.work(Makers(Plain(), None)) == 1  # pyright: ignore[reportArgumentType]
    _age(desk)
    [image] = desk.get(f"{PATH}/{id}")["task_result"]["images"]
    assert desk.call("GET", image["url"]).content == bytes(100)
    assert len(files(desk)) == 3
    assert desk.service.keeping.sweep().leftovers == 0  # somebody may still write them
    desk.wait(DAY_S + 100)
    swept = desk.service.keeping.sweep()
    assert (swept.leftovers, swept.bytes) == (2, 110)
    assert len(files(desk)) == 1
    assert desk.credits() == (659.0, 0.0)
    assert desk.agrees()


def test_sent_pictures_go_when_no_open_task_needs_them(desk: Desk):
    from test_tasks_http import picture, text

    path = "/v1/videos/image2video"
    waits = desk.made(path, image=text(picture(200, 160)))
    done = desk.made(path, image=text(picture(210, 160)))
    _age(desk)
    desk.service.leases.finish([Done(task) for task in desk.service.leases.lease(2) if task.task_id == done])
    desk.wait(31 * DAY_S)
    assert desk.service.keeping.sweep().pictures == 1
    [kept] = files(desk)
    assert kept.name == desk.task(waits).wanted.pictures[0].rpartition(":")[2]


def test_one_process_an_hour_sweeps(desk: Desk, tmp_path: Path):
    other, store = open_desk(tmp_path, desk.clock)
    assert desk.service.keeping.sweep_if_due() is not None
    assert other.service.keeping.sweep_if_due() is None
    desk.wait(3600)
    assert other.service.keeping.sweep_if_due() is not None
    assert desk.service.keeping.sweep_if_due() is None
    assert desk.agrees()  # the sweeps' own row is no queue
    store.close()


def test_a_day_of_hourly_sweeps_looks_through_every_folder(desk: Desk):
    for number in range(100):
        place = desk.service.files.place(f"1{number:02d}", "00.png")
        place.parent.mkdir(parents=True)
        place.write_bytes(b"x")
        os.utime(place, (NOON / SECOND, NOON / SECOND))
    desk.wait(DAY_S + 1)
    swept = 0
    for _ in range(24):
        found = desk.service.keeping.sweep_if_due()
        assert found is not None
        assert found.leftovers < 20
        swept += found.leftovers
        desk.wait(3600)
    assert swept == 100
    assert files(desk) == []
