"""What `--voice` means, the same for every command: auto, none, a provider, or the name of one of its voices."""

from __future__ import annotations

from collections.abc import Iterator

from magnetar.capabilities.generation import choosing
from magnetar.capabilities.generation.matrix import Matrix
from magnetar.capabilities.generation.ports import Voice
from magnetar.kernel.errors import BadInput, ProviderUnavailable
from magnetar.kernel.settings import Settings

NONE, AUTO = "none", choosing.AUTO
_SHOWN = 40
"""Names of voices in a message."""


def find_speaker(settings: Settings, wanted: str, language: str = "") -> tuple[Matrix, str]:
    """The matrix whose voice speaks as it was asked for, and the name of that voice.

    Args:
        wanted: auto or '' (whom the settings name, else the first that is ready, else nobody), none, a provider, or a
            voice of any provider that is ready.
        language: that the voice must speak; '' for any.

    Returns:
        A matrix, its `voice` None where nobody speaks; and a voice's name, '' for the provider's own choice.

    Raises:
        BadInput: no such provider and no such voice; the message lists those that there are.
        ProviderUnavailable: a provider that was named is not ready.
    """
    if wanted in ("", AUTO):
        return Matrix(settings), ""
    if wanted == NONE:
        return _with(settings, NONE), ""
    providers = list(choosing.VOICES.choices())
    if wanted in providers:
        matrix = _with(settings, wanted)
        _ = matrix.voice  # raises where it is not ready
        return matrix, ""
    ready = list(_ready(settings, providers))
    for provider, voice in ready:
        if wanted in _names(voice, language):
            return _with(settings, provider), wanted
    for _, voice in ready if language else ():
        if wanted in _names(voice, ""):
            raise BadInput(
                f"--voice {wanted!r}: {voice.name} 的这个音色不说 is a voice of {voice.name} that does not speak {language!r}. "
                f"Choose {_listed(ready, providers, language)}."
            )
    raise BadInput(
        f"--voice 没有这个音色 there is no voice {wanted[:60]!r}. Choose {_listed(ready, providers, language)}."
    )


def _with(settings: Settings, provider: str) -> Matrix:
    return Matrix(settings.model_copy(update={"voice": provider}))


def _ready(settings: Settings, providers: list[str]) -> Iterator[tuple[str, Voice]]:
    """Providers that can speak here, the settings' own first."""
    own = [name for name in providers if name == settings.voice]
    for provider in [*own, *(name for name in providers if name not in own)]:
        try:
            voice = _with(settings, provider).voice
        except ProviderUnavailable:
            continue
        if voice is not None:
            yield provider, voice


def _names(voice: Voice, language: str) -> list[str]:
    """A provider's voices of a language, or of all."""
    return [name for one in ([language] if language else ["zh", "en"]) for name in voice.voices(one)]


def _listed(ready: list[tuple[str, Voice]], providers: list[str], language: str) -> str:
    """Everything that `--voice` takes here, in words."""
    names = dict.fromkeys(name for _, voice in ready for name in _names(voice, language))
    missing = [name for name in providers if name not in {provider for provider, _ in ready}]
    words = ", ".join([AUTO, NONE, *(provider for provider, _ in ready), *list(names)[:_SHOWN]])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    absent = f"; 未就绪 not ready here: {', '.join(missing)} (magnetar models pull kokoro, apt install espeak-ng)"
    return words + more + (absent if missing else "")
