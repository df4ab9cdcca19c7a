"""Accounts: people with roles and passwords, one-time first links, sessions, and keys for programs."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.accounts.events import KeyIssued, KeyRevoked, SignedIn, SignInFailed, UserInvited
    from magnetar.capabilities.accounts.people import ApiKey, Session, User
    from magnetar.capabilities.accounts.service import AccountsService, Invitation, IssuedKey
    from magnetar.capabilities.accounts.tokens import form_token

__all__ = [
    "AccountsService",
    "ApiKey",
    "Invitation",
    "IssuedKey",
    "KeyIssued",
    "KeyRevoked",
    "Session",
    "SignInFailed",
    "SignedIn",
    "User",
    "UserInvited",
    "form_token",
]

__getattr__ = lazily(
    __name__,
    {
        "events": ("KeyIssued", "KeyRevoked", "SignInFailed", "SignedIn", "UserInvited"),
        "people": ("ApiKey", "Session", "User"),
        "service": ("AccountsService", "Invitation", "IssuedKey"),
        "tokens": ("form_token",),
    },
)
