"""Settings: file, then environment, then arguments; the later wins."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from magnetar.kernel.settings import Settings


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("STORE", "MERCHANT", "WORKERS", "CURRENCY"):
        monkeypatch.delenv(f"MAGNETAR_{name}", raising=False)
    monkeypatch.setenv("MAGNETAR_HOME", str(tmp_path))
    return tmp_path


def test_everything_has_a_default_and_lives_in_one_folder(home: Path):
    settings = Settings()
    assert (settings.store, settings.event_log, settings.currency) == ("sqlite", "file", "CNY")
    assert settings.home == home


def test_the_environment_wins_over_the_file_and_arguments_over_both(home: Path, monkeypatch: pytest.MonkeyPatch):
    (home / "magnetar.toml").write_text('store = "memory"\nmerchant = "from-file"\nworkers = 3\n')
    monkeypatch.setenv("MAGNETAR_MERCHANT", "from-environment")
    settings = Settings(workers=5)
    assert (settings.store, settings.merchant, settings.workers) == ("memory", "from-environment", 5)


def test_a_setting_of_the_wrong_kind_is_refused_by_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAGNETAR_WORKERS", "many")
    with pytest.raises(ValidationError, match="workers"):
        Settings()
