"""What accounts tell the others; never a secret, nor anything that a secret can be guessed from."""

from magnetar.kernel.events import Event


class UserInvited(Event, frozen=True):
    """Somebody was given a first link."""

    name: str
    role: str
    merchant: str


class SignedIn(Event, frozen=True):
    """Somebody signed in."""

    name: str
    address: str


class SignInFailed(Event, frozen=True):
    """A password was wrong, or the name is unknown."""

    name: str
    address: str


class KeyIssued(Event, frozen=True):
    """A program was given a key."""

    prefix: str
    merchant: str
    by: str


class KeyRevoked(Event, frozen=True):
    """A key opens nothing any more."""

    prefix: str
    merchant: str
    by: str
