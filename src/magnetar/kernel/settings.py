"""Settings: `magnetar.toml` in MAGNETAR_HOME, then the environment (`MAGNETAR_…`), then arguments."""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource


def _home() -> Path:
    import os

    return Path(os.environ.get("MAGNETAR_HOME", "") or Path.home() / ".magnetar").expanduser()


class Settings(BaseSettings):
    """Every knob, with its default."""

    model_config = SettingsConfigDict(env_prefix="MAGNETAR_", extra="ignore")

    home: Path = Path()
    """All state lives below this folder."""
    store: str = "sqlite"
    """Operational store: sqlite or memory."""
    event_log: str = "file"
    """Event log: file (durable) or memory."""
    bidder: str = "pacing"
    """Bidding provider for campaigns that name none."""
    audiences: str = "rule"
    """How UAX chooses audiences on a live platform: rule, or reasons (ranked audiences and limits on reaching out)."""
    gate: bool = False
    """Whether other settings of the click predictor run in shadow and take over when they prove better."""
    currency: str = "CNY"
    merchant: str = "demo"
    """The merchant that commands act for when none is named."""
    shoppers: int = 100_000
    """Shoppers that a live platform knows at a time; those not seen for longest make room."""
    workers: int = 0
    """Processes for rehearsals; 0 means one for each core."""
    spread: str = "processes"
    """Where independent pieces of work run: processes (of this machine) or ray (extra `scale`)."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, _home() / "magnetar.toml")

    def model_post_init(self, context: object, /) -> None:
        if self.home == Path():
            self.home = _home()
