"""Errors that a person can act on.

    MagnetarError                 exit 2 unless said otherwise
    ├── BadInput                  what was found, what is expected, what to do
    ├── NotFound                  no such thing, or not yours
    ├── Refused                   a limit or a rule says no
    ├── UnknownProvider           a setting names a provider that does not exist
    ├── ProviderUnavailable       exit 3: the provider is known, a part of it is not installed
    ├── ProviderFailed            exit 1: the provider was asked and could not, after its retries
    └── GoalMissed                exit 1: the command ran, a goal or a check failed

A wrong argument in code is a ValueError, not one of these.
"""


class MagnetarError(Exception):
    """Something that a merchant, an operator or a caller can act on."""

    exit_code = 2


class BadInput(MagnetarError):
    """The input is not what was asked for."""


class NotFound(MagnetarError):
    """There is no such thing, or it belongs to somebody else."""


class Refused(MagnetarError):
    """A limit or a rule says no."""


class UnknownProvider(MagnetarError):
    """A setting names a provider that does not exist."""


class ProviderUnavailable(MagnetarError):
    """The provider is known but something that it needs is not here."""

    exit_code = 3


class ProviderFailed(MagnetarError):
    """The provider was asked and could not do it, after its retries."""

    exit_code = 1


class GoalMissed(MagnetarError):
    """The command ran to its end and a goal or a check was not met."""

    exit_code = 1
