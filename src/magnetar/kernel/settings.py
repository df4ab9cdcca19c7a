"""Settings: `magnetar.toml` in MAGNETAR_HOME, then the environment (`MAGNETAR_…`), then arguments."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource


def _home() -> Path:
    import os

    return Path(os.environ.get("MAGNETAR_HOME", "") or Path.home() / ".magnetar").expanduser()


def models_folder() -> Path:
    """Where models lie, for what knows no settings object."""
    return Settings().models_home


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
    models_home: Path = Path()
    """Where pulled models lie; by default `models` below home. Several homes may share one."""
    models_hub: str = "https://huggingface.co"
    """The hub that is asked first for models, or one that stands in for it; none asks no hub."""

    language: str = "auto"
    """Who writes: llama (a pulled model), openai (any endpoint of that contract), none; auto takes what is ready."""
    embedder: str = "auto"
    """Who places texts in a space: e5, openai, none; auto takes what is ready."""
    image: str = "auto"
    """Who makes pictures: drawn (here), kling, openai, diffusers; auto takes a named Kling endpoint, else drawn."""
    video: str = "auto"
    """Who makes clips: moving (here), kling, diffusers; auto takes a named Kling endpoint, else moving."""
    voice: str = "auto"
    """Who speaks: kokoro, espeak, openai, none; auto takes what is ready."""
    listener: str = "auto"
    """Who hears: whisper, openai, none; auto takes what is ready."""
    viewer: str = "auto"
    """Who reads pictures: rapidocr, none; auto takes what is ready."""
    people: str = "auto"
    """Who finds faces and people in pictures: yunet, none; auto takes what is ready."""
    answers: str = "live"
    """Models' answers: live, record (keep each below home/answers) or replay (only kept ones, nothing is asked)."""
    openai_url: str = ""
    """An OpenAI-compatible endpoint with its /v1."""
    openai_key: SecretStr = SecretStr("")
    openai_model: str = ""
    """Its model for text."""
    openai_embedding_model: str = ""
    openai_image_model: str = ""
    openai_voice_model: str = ""
    openai_listener_model: str = ""
    openai_price_in: float = 0.0
    """Price of a million tokens read, in currency units."""
    openai_price_out: float = 0.0
    """Price of a million tokens written, in currency units."""
    openai_price_currency: str = "CNY"
    kling_url: str = ""
    """An endpoint with the Kling contract."""
    kling_access_key: str = ""
    kling_secret_key: SecretStr = SecretStr("")
    kling_model: str = ""
    """Its model for video; empty takes the endpoint's own default."""
    kling_image_model: str = ""
    diffusion_image: str = ""
    """A folder with an image pipeline of diffusers."""
    diffusion_video: str = ""
    """A folder with a video pipeline of diffusers."""

    generation_private_hosts: str = ""
    """`host` or `host:port`, joined by commas, that pictures and callbacks of tasks may use although not public."""
    generation_public_url: str = ""
    """Where callers reach the task service, such as https://media.example; empty: the host that they asked."""
    generation_keep_days: float = Field(default=30.0, ge=0.0, le=36_500.0)
    """Days that results of tasks are kept; 0: without end."""
    generation_room_gb: float = Field(default=20.0, ge=0.0, le=1e6)
    """Room for each merchant's results, in GiB; beyond it the oldest go, not before a day; 0: any."""

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
        if self.models_home == Path():
            self.models_home = self.home / "models"
