"""The model store: the hash decides, pulls go on where they broke off, archives are read and never run."""

from __future__ import annotations

import hashlib
import http.server
import io
import json
import shutil
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from magnetar.capabilities.generation.models import sources
from magnetar.capabilities.generation.models.manifest import MODELS, Hub, Model, ModelFile, NpmMember, PipMembers
from magnetar.capabilities.generation.models.store import ModelStore
from magnetar.cli.main import run
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import BadInput, ProviderFailed, ProviderUnavailable, Refused

WHOLE = bytes(range(256)) * 40
PARTS = PipMembers((("some-part-1==1.0", "some_part_1/a.bin"), ("some-part-2==1.0", "some_part_2/b.bin")))


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def wheel(folder: Path, number: int, member: str, content: bytes) -> Path:
    path = folder / f"some_part_{number}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, content)
        archive.writestr("some_part/__init__.py", "raise SystemExit('this must never run')")
    return path


def a_model(
    *places: Hub | PipMembers | NpmMember, content: bytes = WHOLE, confirmed: str = "the publisher"
) -> dict[str, Model]:
    file = ModelFile("model.bin", len(content), sha(content), places, confirmed)
    return {"toy": Model("toy", "a toy", "MIT", "language", (file,))}


def quiet(line: str) -> None:
    pass


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    wheel(folder, 1, "some_part_1/a.bin", WHOLE[:4_000])
    wheel(folder, 2, "some_part_2/b.bin", WHOLE[4_000:])
    return folder


def test_parts_of_two_wheels_are_joined_and_placed(tmp_path: Path, wheels: Path):
    store = ModelStore(tmp_path / "models", "none", a_model(PARTS))
    assert store.pull("toy", quiet, given=wheels) == ["model.bin"]
    assert (tmp_path / "models" / "toy" / "model.bin").read_bytes() == WHOLE
    assert store.ready("toy")
    assert not (tmp_path / "models" / ".parts" / "toy").exists()
    assert store.pull("toy", quiet, given=wheels) == []


def test_a_pull_goes_on_where_it_broke_off(tmp_path: Path, wheels: Path):
    store = ModelStore(tmp_path / "models", "none", a_model(PARTS))
    second = next(wheels.glob("some_part_2*"))
    second.rename(tmp_path / second.name)
    with pytest.raises(ProviderFailed, match=r"some_part_2-1\.0"):
        store.pull("toy", quiet, given=wheels)
    next(wheels.glob("some_part_1*")).unlink()  # the first part is kept and need not come again
    (tmp_path / second.name).rename(wheels / second.name)
    assert store.pull("toy", quiet, given=wheels) == ["model.bin"]


def test_a_kept_part_that_changed_is_fetched_again(tmp_path: Path, wheels: Path):
    store = ModelStore(tmp_path / "models", "none", a_model(PARTS))
    second = next(wheels.glob("some_part_2*"))
    second.rename(tmp_path / second.name)
    with pytest.raises(ProviderFailed):
        store.pull("toy", quiet, given=wheels)
    [kept] = (tmp_path / "models" / ".parts" / "toy").glob("*.000")
    kept.write_bytes(b"x" * 4_000)
    (tmp_path / second.name).rename(wheels / second.name)
    assert store.pull("toy", quiet, given=wheels) == ["model.bin"]
    assert [one.state for one in store.verify()] == ["ok"]


def test_another_file_is_refused_and_nothing_is_kept(tmp_path: Path, wheels: Path):
    wheel(wheels, 2, "some_part_2/b.bin", bytes(len(WHOLE) - 4_000))
    store = ModelStore(tmp_path / "models", "none", a_model(PARTS))
    with pytest.raises(ProviderFailed, match="not the file that is meant"):
        store.pull("toy", quiet, given=wheels)
    assert not (tmp_path / "models" / "toy").exists()
    wheel(wheels, 2, "some_part_2/b.bin", WHOLE[4_000:])
    assert store.pull("toy", quiet, given=wheels) == ["model.bin"]


def test_the_first_source_with_the_right_hash_wins(tmp_path: Path, wheels: Path):
    wrong = PipMembers((("some-part-1==1.0", "some_part/__init__.py"),))
    store = ModelStore(tmp_path / "models", "none", a_model(Hub("toy/model.bin"), wrong, PARTS))
    store.pull("toy", quiet, given=wheels)
    record = json.loads((tmp_path / "models" / "toy" / "pulled.json").read_text())
    assert record["from"]["model.bin"].startswith("pip some-part-1==1.0 and 1 more")


def test_a_member_that_bursts_is_refused(tmp_path: Path, wheels: Path):
    wheel(wheels, 1, "some_part_1/a.bin", bytes(50_000_000))
    store = ModelStore(tmp_path / "models", "none", a_model(PARTS))
    with pytest.raises(ProviderFailed, match="expected at most"):
        store.pull("toy", quiet, given=wheels)


def test_a_zip_that_lies_about_a_members_size_is_refused(tmp_path: Path):
    with pytest.raises(sources.SourceFailed, match="larger than the 100 bytes"):
        sources.copy_limited(io.BytesIO(bytes(101)), io.BytesIO(), 100, "member")


@pytest.mark.parametrize("kind", ["link", "missing", "large"])
def test_an_npm_archive_gives_only_the_plain_file_of_that_name(tmp_path: Path, kind: str):
    path = tmp_path / "voices-1.0.tgz"
    with tarfile.open(path, "w:gz") as archive:
        entry = tarfile.TarInfo("package/v.bin" if kind != "missing" else "../../v.bin")
        if kind == "link":
            entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(entry)
        else:
            content = bytes(200 if kind == "large" else 10)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    with pytest.raises(sources.SourceFailed):
        sources.member_of(path, "package/v.bin", tmp_path / "out", 100)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["voices-1.0.tgz"]


def test_an_npm_member_is_taken(tmp_path: Path):
    folder = tmp_path / "npm"
    folder.mkdir()
    with tarfile.open(folder / "voices-1.0.tgz", "w:gz") as archive:
        entry = tarfile.TarInfo("package/v.bin")
        entry.size = len(WHOLE)
        archive.addfile(entry, io.BytesIO(WHOLE))
    store = ModelStore(tmp_path / "models", "none", a_model(NpmMember("voices@1.0", "package/v.bin")))
    assert store.pull("toy", quiet, given=folder) == ["model.bin"]


def test_a_broken_archive_is_named(tmp_path: Path, wheels: Path):
    next(wheels.glob("some_part_1*")).write_bytes(b"PK\x03\x04 not a zip")
    with pytest.raises(ProviderFailed, match="cannot be read as an archive"):
        ModelStore(tmp_path / "models", "none", a_model(PARTS)).pull("toy", quiet, given=wheels)


@pytest.mark.parametrize("kind", ["wheel", "npm"])
def test_an_archive_that_is_damaged_inside_is_named(tmp_path: Path, kind: str):
    content = " ".join(str(one) for one in Chance(7).integers(10_000, 5_000)).encode()
    folder = tmp_path / "broken"
    folder.mkdir()
    if kind == "wheel":
        path = wheel(folder, 1, "some_part_1/a.bin", content)
        with zipfile.ZipFile(path) as archive:
            start = archive.getinfo("some_part_1/a.bin").header_offset + 60
    else:
        path = folder / "voices-1.0.tgz"
        with tarfile.open(path, "w:gz") as archive:
            entry = tarfile.TarInfo("package/v.bin")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        start = path.read_bytes().index(b"\0", 10) + 1  # after the name in gzip's head
    raw = bytearray(path.read_bytes())
    raw[start : start + 2_000] = b"\xff" * 2_000
    path.write_bytes(bytes(raw))
    with pytest.raises(sources.SourceFailed, match="cannot be read as an archive"):
        sources.member_of(path, "some_part_1/a.bin" if kind == "wheel" else "package/v.bin", tmp_path / "out", 1 << 20)


@pytest.mark.parametrize("bad", [b"not a zip", bytes(300)])
def test_a_fetched_archive_that_is_no_good_is_fetched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bad: bytes
):
    good = tmp_path / "good"
    good.mkdir()
    fetched: list[str] = []

    def pip(requirement: str, folder: Path) -> Path:
        fetched.append(requirement)
        path = wheel(folder, 1, "some_part_1/a.bin", bad if len(bad) == 300 else WHOLE[:300])
        if len(fetched) == 1 and len(bad) != 300:
            path.write_bytes(bad)
        if len(fetched) > 1:
            path = wheel(folder, 1, "some_part_1/a.bin", WHOLE[:300])
        return path

    monkeypatch.setattr(sources, "pip_wheel", pip)
    one = PipMembers((("some-part-1==1.0", "some_part_1/a.bin"),))
    store = ModelStore(tmp_path / "models", "none", a_model(one, content=WHOLE[:300]))
    with pytest.raises(ProviderFailed):
        store.pull("toy", quiet)
    assert store.pull("toy", quiet) == ["model.bin"]
    assert len(fetched) == 2


def test_a_file_of_ones_own_is_taken_if_its_hash_is_right(tmp_path: Path):
    store = ModelStore(tmp_path / "models", "none", a_model())
    own = tmp_path / "mine.bin"
    own.write_bytes(WHOLE[:-1] + b"!")
    with pytest.raises(ProviderFailed, match="not the file that is meant"):
        store.pull("toy", quiet, given=own)
    own.write_bytes(WHOLE)
    assert store.pull("toy", quiet, given=own) == ["model.bin"]
    assert own.read_bytes() == WHOLE


def test_an_unconfirmed_file_needs_a_word(tmp_path: Path, wheels: Path):
    store = ModelStore(tmp_path / "models", "none", a_model(PARTS, confirmed=""))
    with pytest.raises(Refused, match="--unverified"):
        store.pull("toy", quiet, given=wheels)
    store.pull("toy", quiet, given=wheels, unverified=True)
    [row] = store.listed()
    assert row["state"] == "ready"
    assert row["unverified"] is True
    assert [(one.state, one.unverified) for one in store.verify()] == [("ok", True)]


def test_verify_finds_one_changed_byte_and_a_missing_file(tmp_path: Path, wheels: Path):
    store = ModelStore(tmp_path / "models", "none", a_model(PARTS))
    store.pull("toy", quiet, given=wheels)
    path = tmp_path / "models" / "toy" / "model.bin"
    path.write_bytes(WHOLE[:100] + b"\xff" + WHOLE[101:])
    assert [one.state for one in store.verify()] == ["wrong"]
    assert store.pull("toy", quiet, given=wheels) == ["model.bin"]  # the right size does not fool a pull
    path.unlink()
    assert [one.state for one in store.verify(["toy"])] == ["absent"]
    with pytest.raises(ProviderUnavailable, match="magnetar models pull toy"):
        store.need("toy")


def test_a_full_disk_is_told_before_the_pull(tmp_path: Path, wheels: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100, 99, 1))  # pyright: ignore
    with pytest.raises(Refused, match="MB free"):
        ModelStore(tmp_path / "models", "none", a_model(PARTS)).pull("toy", quiet, given=wheels)


def test_two_pulls_do_not_meet(tmp_path: Path, wheels: Path):
    store = ModelStore(tmp_path / "models", "none", a_model(PARTS))
    with store._locked(), pytest.raises(Refused, match="Another pull"):
        ModelStore(tmp_path / "models", "none", a_model(PARTS)).pull("toy", quiet, given=wheels)


class Shelf(http.server.BaseHTTPRequestHandler):
    """Serves WHOLE; breaks off after `most` bytes of an answer."""

    most = 10**9
    asked: list[str]

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "bytes=0-")
        type(self).asked.append(f"{self.path} {wanted}")
        if self.path != "/toy/model.bin":
            self.send_error(404)
            return
        body = WHOLE[int(wanted.removeprefix("bytes=").rstrip("-")) :]
        self.send_response(206)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: self.most])

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def hub() -> Iterator[str]:
    Shelf.asked, Shelf.most = [], 10**9
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shelf)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_download_goes_on_where_it_broke_off(tmp_path: Path, hub: str):
    store = ModelStore(tmp_path / "models", hub, a_model(Hub("toy/model.bin")))
    Shelf.most = 3_000
    with pytest.raises(ProviderFailed, match="magnetar models pull toy --from"):
        store.pull("toy", quiet)
    Shelf.most = 10**9
    assert ModelStore(store.folder, hub, store.known).pull("toy", quiet) == ["model.bin"]
    assert Shelf.asked == ["/toy/model.bin bytes=0-", "/toy/model.bin bytes=3000-"]


def test_a_hub_without_the_file_is_told_and_the_next_source_asked(tmp_path: Path, hub: str):
    told: list[str] = []
    store = ModelStore(tmp_path / "models", hub, a_model(Hub("other/model.bin")))
    with pytest.raises(ProviderFailed, match="404"):
        store.pull("toy", told.append)
    assert any("404" in line for line in told)


def test_a_silent_hub_fails_in_words(tmp_path: Path):
    store = ModelStore(tmp_path / "models", "http://127.0.0.1:9", a_model(Hub("toy/model.bin")))
    with pytest.raises(ProviderFailed, match="cannot be reached"):
        store.pull("toy", quiet)


def test_every_entry_is_pinned():
    for name, model in MODELS.items():
        assert name == model.name
        assert model.licence
        assert model.files
        for file in model.files:
            assert len(file.sha256) == 64
            assert int(file.sha256, 16)
            assert file.size > 0
            assert "/" not in file.name or model.package
            assert file.sources or model.package
            for source in file.sources:
                if isinstance(source, PipMembers):
                    assert all("==" in requirement for requirement, _ in source.parts)
                    assert source.by


def test_every_pulled_model_whose_hash_is_confirmed_asks_its_publisher_first():
    for model in MODELS.values():
        for file in model.files:
            if file.sources and file.confirmed:
                assert isinstance(file.sources[0], Hub)


def test_uploads_by_unknown_authors_are_no_dependencies():
    project = (Path(__file__).resolve().parents[3] / "pyproject.toml").read_text()
    for model in MODELS.values():
        for file in model.files:
            for source in file.sources:
                if isinstance(source, PipMembers):
                    assert not [one for one, _ in source.parts if one.split("==")[0] in project]


def test_the_command_lists_and_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path))
    monkeypatch.delenv("MAGNETAR_MODELS_HOME", raising=False)
    assert run(["models", "list", "--json", str(tmp_path / "list.json")]) == 0
    listed = json.loads((tmp_path / "list.json").read_text())
    assert {row["name"] for row in listed["models"]} == set(MODELS)
    assert listed["models_home"] == str(tmp_path / "models")
    assert run(["models", "pull", "no-such"]) == 2
    assert "Choose one of" in capsys.readouterr().err
    assert run(["models", "pull", "whisper-base"]) == 2
    assert run(["models", "pull", "kokoro", "--source", "ftp"]) == 2
    assert run(["models", "verify", "qwen-0.5b"]) == 1


def test_an_unknown_model_lists_the_known_ones(tmp_path: Path):
    with pytest.raises(BadInput, match="kokoro"):
        ModelStore(tmp_path).pull("gpt", quiet)
