"""What is kept about people, their sessions and their programs' keys; secrets only as hashes."""

from __future__ import annotations

from dataclasses import dataclass

from magnetar.surface.principal import Principal, Role
from magnetar.vocabulary.ids import MerchantId


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in."""

    name: str
    role: str
    merchant: str
    """Empty for operators."""
    password: str = ""
    """Argon2 hash; empty until the first link was used."""
    link: str = ""
    """Hash of the first link's token, while there is one."""
    link_until: int = 0
    made_at: int = 0
    seen_at: int = 0

    @property
    def principal(self) -> Principal:
        return Principal(self.name, Role(self.role), MerchantId(self.merchant) if self.merchant else None)


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in on one device, under the hash of its token."""

    name: str
    made_at: int
    until: int


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A program's key to one merchant's data, under its public prefix."""

    prefix: str
    merchant: str
    label: str
    secret: str
    """Hash of the part after the prefix."""
    made_at: int
    by: str = ""
    revoked_at: int = 0

    @property
    def principal(self) -> Principal:
        return Principal(f"key {self.prefix}", Role.MERCHANT, MerchantId(self.merchant))


@dataclass(frozen=True, slots=True)
class KnownMerchant:
    """A merchant that accounts exist for."""

    id: str
    made_at: int
