"""Where models lie, how they get there whole or not at all, and whether they still are what was meant."""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from magnetar.capabilities.generation.models.manifest import HUB, MODELS, Hub, Model, ModelFile, NpmMember, PipMembers
from magnetar.capabilities.generation.models.sources import HubSilent, Said, SourceFailed, copy_limited, fetch, hash_of
from magnetar.kernel.errors import BadInput, ProviderFailed, ProviderUnavailable, Refused

SOURCE_NAMES = {"hub": Hub, "pip": PipMembers, "npm": NpmMember}
ROOM = 64 << 20
"""Bytes that stay free beside what a pull needs."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of one file found."""

    model: str
    file: str
    state: str
    """ok, absent, or wrong."""
    detail: str
    unverified: bool = False


class ModelStore:
    """The folder of models. Files are placed by one rename after their hash was found right."""

    def __init__(self, folder: Path, hub: str = HUB, known: dict[str, Model] | None = None) -> None:
        self.folder = folder
        self.hub = hub
        self.known = MODELS if known is None else known
        self._silent = False

    def model(self, name: str) -> Model:
        """The model of that name.

        Raises:
            BadInput: there is none.
        """
        if name not in self.known:
            raise BadInput(f"没有这个模型 No model {name!r}. Choose one of: {', '.join(self.known)}.")
        return self.known[name]

    def path(self, model: Model, file: ModelFile) -> Path:
        """Where a file lies, or would."""
        if model.package:
            return _package_folder(model) / file.name
        return self.folder / model.name / file.name

    def ready(self, name: str) -> bool:
        """Whether all files of a model are here with the right size; `verify` looks at every byte."""
        model = self.model(name)
        if model.package:
            return importlib.util.find_spec(model.imported) is not None
        return all(_size(self.path(model, file)) == file.size for file in model.files)

    def need(self, name: str) -> Path:
        """The folder of a model that is here.

        Raises:
            ProviderUnavailable: it is not; the message is the command that brings it.
        """
        model = self.model(name)
        if not self.ready(name):
            raise ProviderUnavailable(
                f"模型未就绪 The model {name!r} is not here. Fetch it with: {self.command(model)}"
            )
        return _package_folder(model) if model.package else self.folder / name

    @staticmethod
    def command(model: Model) -> str:
        """The command that brings a model."""
        if model.package:
            return f"pip install 'magnetar[{model.extra}]'"
        return f"magnetar models pull {model.name}" + ("" if model.confirmed else " --unverified")

    def listed(self) -> list[dict[str, Any]]:
        """Every model as a row: what it is, whether it is here, and who confirms its hash."""
        rows: list[dict[str, Any]] = []
        for model in self.known.values():
            here = sum(_size(self.path(model, file)) == file.size for file in model.files) if not model.package else 0
            state = "ready" if self.ready(model.name) else "partial" if here else "absent"
            rows.append(
                {
                    "name": model.name, "purpose": model.purpose, "size_bytes": model.size, "licence": model.licence,
                    "extra": model.extra, "state": state, "comes": f"package {model.package}" if model.package else "pulled",
                    "unverified": not model.confirmed,
                    "confirmed": sorted({file.confirmed for file in model.files if file.confirmed}),
                    "sources": sorted({_describe(source) for file in model.files for source in file.sources}),
                    "came_from": self._record(model.name).get("from", {}), "get": self.command(model),
                }
            )  # fmt: skip
        return rows

    def pull(
        self, name: str, said: Said, *, given: Path | None = None, unverified: bool = False, only: str = ""
    ) -> list[str]:
        """Bring a model; the names of the files that came now. A model that is here and whole is left alone.

        Args:
            given: the model's file, a folder with its files, or one with the packages' archives.
            unverified: take files whose hash no publisher confirms.
            only: hub, pip or npm; '' tries every source in order.

        Raises:
            BadInput: an unknown model, or what was given is not the model.
            Refused: the hash is not confirmed and `unverified` was not said, or the disk is full.
            ProviderFailed: no source gave the file.
            ProviderUnavailable: the model comes in a package of an extra that is not installed.
        """
        model = self.model(name)
        if model.package:
            self.need(name)
            return []
        if not model.confirmed and not unverified:
            raise Refused(
                f"模型 {name!r} 的校验值未经发布者确认 no publisher confirms the hash of {name!r}: it is its uploader's own file. "
                f"To take it all the same: {self.command(model)}"
            )
        if given is not None and not given.exists():
            raise BadInput(f"No file or folder {str(given)!r}. Name the model's file or a folder with its files.")
        with self._locked():
            came: list[str] = []
            missing = [file for file in model.files if not self._whole(model, file)]
            self._check_room(missing)
            scratch = self.folder / ".parts" / model.name
            for file in missing:
                scratch.mkdir(parents=True, exist_ok=True)
                said(f"{model.name}/{file.name} {file.size / 1e6:,.1f} MB")
                origin = self._bring(model, file, scratch, said, given, only)
                self._note(model, file, origin)
                came.append(file.name)
            if scratch.is_dir():
                shutil.rmtree(scratch)
            return came

    def verify(self, names: Sequence[str] = ()) -> list[Checked]:
        """Hash every file of the models that are here, or of those named."""
        chosen = [self.model(name) for name in names] or [
            model for model in self.known.values() if self._touched(model)
        ]
        return [self._checked(model, file) for model in chosen for file in model.files]

    def _checked(self, model: Model, file: ModelFile) -> Checked:
        try:
            path = self.path(model, file)
        except ProviderUnavailable as error:
            return Checked(model.name, file.name, "absent", str(error))
        unverified = not file.confirmed
        if not path.is_file():
            return Checked(model.name, file.name, "absent", f"Fetch it with: {self.command(model)}", unverified)
        if (found := hash_of(path)) != file.sha256:
            what = f"SHA-256 is {found}, expected {file.sha256}."
            return Checked(model.name, file.name, "wrong", f"{what} Delete {path} and fetch it again.", unverified)
        return Checked(model.name, file.name, "ok", file.confirmed or "nobody but its uploader names it", unverified)

    def _touched(self, model: Model) -> bool:
        return self.ready(model.name) if model.package else (self.folder / model.name).is_dir()

    def _whole(self, model: Model, file: ModelFile) -> bool:
        path = self.path(model, file)
        return _size(path) == file.size and hash_of(path) == file.sha256

    def _check_room(self, files: Sequence[ModelFile]) -> None:
        """Parts and the joined file lie here together for a while."""
        if not files:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        needed = 2 * max(file.size for file in files) + sum(file.size for file in files) + ROOM
        free = shutil.disk_usage(self.folder).free
        if free < needed:
            raise Refused(
                f"磁盘空间不足 {self.folder} has {free / 1e6:,.0f} MB free, the pull needs {needed / 1e6:,.0f} MB. "
                "Make room, or set MAGNETAR_MODELS_HOME to another disk."
            )

    def _bring(
        self, model: Model, file: ModelFile, scratch: Path, said: Said, given: Path | None, only: str
    ) -> str:  # fmt: skip
        """Try the sources in order; the first whose file has the right hash is placed. Returns where it came from."""
        failures: list[str] = []
        if given is not None and (local := _local(given, model, file)) is not None:
            target = scratch / f"{file.name}.given"
            with local.open("rb") as source, target.open("wb") as out:
                copy_limited(source, out, max(file.size, 1), local.name)
            return self._place(model, file, target, f"file {local.name}")
        archives = given if given is not None and given.is_dir() else None
        for source in file.sources:
            if (only and not isinstance(source, SOURCE_NAMES[only])) or (self._silent and isinstance(source, Hub)):
                continue
            label = _describe(source)
            target = scratch / f"{file.name}.{type(source).__name__.lower()}"
            try:
                fetch(file, source, scratch, target, hub=self.hub, said=said, archives=archives)
                return self._place(model, file, target, label)
            except SourceFailed as error:
                self._silent = self._silent or isinstance(error, HubSilent)
                failures.append(f"{label}: {error}")
                said(f"  {label}: {error}")
        listed = "; ".join(failures) or f"no source {only or given!s} is known for it"
        raise ProviderFailed(
            f"取不到 {model.name}/{file.name} could not be fetched: {listed} "
            f"Where you have the file: magnetar models pull {model.name} --from FILE|DIR"
        )

    def _place(self, model: Model, file: ModelFile, arrived: Path, label: str) -> str:
        found = hash_of(arrived)
        if found != file.sha256:
            arrived.unlink()
            for piece in arrived.parent.glob(f"{file.sha256[:16]}.*"):  # what was joined cannot be trusted either
                piece.unlink()
            for archive in (*arrived.parent.glob("*.whl"), *arrived.parent.glob("*.tgz")):  # nor what it came in
                archive.unlink()
            raise SourceFailed(f"SHA-256 is {found}, expected {file.sha256}: not the file that is meant, not kept.")
        target = self.path(model, file)
        target.parent.mkdir(parents=True, exist_ok=True)
        with arrived.open("rb") as whole:
            os.fsync(whole.fileno())
        os.chmod(arrived, 0o644)
        os.replace(arrived, target)
        return label

    def _record(self, name: str) -> dict[str, Any]:
        try:
            return json.loads((self.folder / name / "pulled.json").read_text())
        except (OSError, ValueError):
            return {}

    def _note(self, model: Model, file: ModelFile, origin: str) -> None:
        record = self._record(model.name) or {"licence": model.licence, "from": {}}
        record["from"][file.name] = origin
        record["unverified"] = sorted(one.name for one in model.files if not one.confirmed)
        path = self.folder / model.name / "pulled.json"
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(record, ensure_ascii=False, indent=1))
        os.replace(fresh, path)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One pull at a time in a folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Refused(f"Another pull is under way in {self.folder}. Wait for it to end.") from None
            yield


def store_of(settings: Any) -> ModelStore:
    """The store that the settings name."""
    return ModelStore(Path(settings.models_home), settings.models_hub)


def _local(given: Path, model: Model, file: ModelFile) -> Path | None:
    """The file itself, where it was given; None where archives may hold it."""
    if given.is_file():
        if len(model.files) > 1 and given.name != file.name:
            raise BadInput(
                f"{model.name} has {len(model.files)} files. Name a folder that holds them, not {given.name!r}."
            )
        return given
    return given / file.name if (given / file.name).is_file() else None


def _package_folder(model: Model) -> Path:
    found = importlib.util.find_spec(model.imported)
    if found is None or found.origin is None:
        raise ProviderUnavailable(f"The package of {model.name!r} is not installed: {ModelStore.command(model)}")
    return Path(found.origin).parent


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1


def _describe(source: Hub | PipMembers | NpmMember) -> str:
    match source:
        case Hub(path):
            return f"hub {path}"
        case PipMembers(parts, by):
            return f"pip {parts[0][0]}{f' and {len(parts) - 1} more' if len(parts) > 1 else ''}, by {by}"
        case NpmMember(package, _, by):
            return f"npm {package}, by {by}"
