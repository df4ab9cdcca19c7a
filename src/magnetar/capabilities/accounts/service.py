"""The accounts of a site: invite, sign in, sign out, and keys for programs."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from magnetar.capabilities.accounts import passwords, tokens
from magnetar.capabilities.accounts.attempts import Attempts
from magnetar.capabilities.accounts.events import KeyIssued, KeyRevoked, SignedIn, SignInFailed, UserInvited
from magnetar.capabilities.accounts.people import ApiKey, KnownMerchant, Session, User
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import DAY, MINUTE, SECOND, Clock
from magnetar.kernel.errors import BadInput, NotFound, Refused
from magnetar.kernel.store import Store
from magnetar.surface.principal import Principal, Role
from magnetar.vocabulary.ids import OPERATOR

LINK_LASTS = 2 * DAY
SESSION_LASTS = 14 * DAY
KEY_KEPT = MINUTE
"""How long a key is believed without looking again; a key revoked in another process lives on for so long."""
_SEEN_EVERY = 5 * MINUTE
_NAME = re.compile(r"[\w][\w.@+\-]{0,63}", re.ASCII)
_MERCHANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}")


@dataclass(frozen=True, slots=True)
class Invitation:
    """A first link, shown once."""

    name: str
    token: str
    until: int


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key with its secret, shown once."""

    key: str
    kept: ApiKey


class AccountsService:
    """Knows who may do what."""

    def __init__(self, store: Store, bus: Bus, clock: Clock) -> None:
        self._users = store.collection("users", User)
        self._sessions = store.collection("sessions", Session)
        self._keys = store.collection("api_keys", ApiKey)
        self._merchants = store.collection("merchants", KnownMerchant)
        self._bus, self._clock = bus, clock
        self._attempts = Attempts()
        self._believed: dict[str, tuple[int, ApiKey]] = {}

    # ---- people

    def invite(self, name: str, role: Role | str, merchant: str = "") -> Invitation:
        """Make an account, or a new first link for one; an older link and the password stop working at once.

        Raises:
            BadInput: the name, role or merchant cannot be used.
        """
        role = _role(role)
        if not _NAME.fullmatch(name):
            raise BadInput(
                f"A name has 1 to 64 letters, digits and . @ + - _, found {name[:80]!r}. Choose another, such as an e-mail address."
            )
        if role is Role.OPERATOR and merchant:
            raise BadInput("An operator belongs to no merchant. Leave out --merchant, or choose the role merchant.")
        if role is Role.MERCHANT:
            self.add_merchant(merchant)
        now = self._clock.now()
        token = tokens.fresh()
        known = self._users.get(OPERATOR, name)
        user = User(
            name,
            role.value,
            merchant,
            link=tokens.digest(token),
            link_until=now + LINK_LASTS,
            made_at=known.made_at if known else now,
        )
        self._users.put(OPERATOR, [(name, user)])
        self._end_sessions(name)
        self._bus.publish(UserInvited(name=name, role=role.value, merchant=merchant))
        return Invitation(name, f"{name}~{token}", user.link_until)

    def invited(self, link: str) -> User:
        """Whose first link this is.

        Raises:
            NotFound: it was used, has expired, or never was one.
        """
        name, _, token = link.rpartition("~")
        user = self._users.get(OPERATOR, name) if _NAME.fullmatch(name) else None
        good = tokens.matches(token, user.link if user and user.link else tokens.digest(""))
        if user is None or not user.link or not good or user.link_until <= self._clock.now():
            raise NotFound(
                "链接已使用或已过期, 请管理员重新邀请. · This link was used or has expired; ask an operator to invite you again."
            )
        return user

    def accept(self, link: str, password: str, address: str = "") -> str:
        """Use a first link: set the password and sign in; returns the session's token.

        Raises:
            NotFound: the link is not good, or not any more.
            BadInput: the password is too short.
        """
        user = self.invited(link)
        kept = passwords.keep(password)
        self._users.put(OPERATOR, [(user.name, replace(user, password=kept, link="", link_until=0))])
        return self._open_session(user.name, address)

    def sign_in(self, name: str, password: str, address: str = "", replaces: str = "") -> str:
        """Check a password and open a session; returns its token, always a new one.

        Args:
            replaces: token of the session that this device had; it ends.

        Raises:
            Refused: the name and password do not fit, or too many did not before.
        """
        now = self._clock.now()
        keys = [f"name {name[:64]}", f"address {address}"] if address else [f"name {name[:64]}"]
        wait = max(self._attempts.wait(key, now) for key in keys)
        if wait:
            minutes = -(-wait // MINUTE)
            raise Refused(
                f"尝试次数过多, 请 {minutes} 分钟后再试. · Too many attempts; try again in {minutes} minutes."
            )
        user = self._users.get(OPERATOR, name) if _NAME.fullmatch(name) else None
        if not passwords.fits(password, user.password if user else "") or user is None:
            for key in keys:
                self._attempts.failed(key, now)
            self._bus.publish(SignInFailed(name=name[:64], address=address))
            raise Refused("用户名或密码不对. · The name or the password is not right.")
        self._attempts.forget(keys[0])
        if passwords.is_dated(user.password):
            self._users.put(OPERATOR, [(name, replace(user, password=passwords.keep(password)))])
        self.sign_out(replaces)
        return self._open_session(name, address)

    def principal_of_session(self, token: str) -> Principal | None:
        """Who holds this session; None where there is none, or not any more."""
        if not token or len(token) > 100:
            return None
        session = self._sessions.get(OPERATOR, tokens.digest(token))
        now = self._clock.now()
        if session is None or session.until <= now:
            return None
        user = self._users.get(OPERATOR, session.name)
        if user is None or not user.password:
            return None
        if user.seen_at < now - _SEEN_EVERY:
            self._users.put(OPERATOR, [(user.name, replace(user, seen_at=now))])
        return user.principal

    def sign_out(self, token: str) -> None:
        """End a session; nothing where there is none."""
        if token:
            self._sessions.delete(OPERATOR, [tokens.digest(token)])

    def remove(self, name: str) -> None:
        """Delete an account and end its sessions.

        Raises:
            NotFound: there is none of that name.
        """
        if not self._users.delete(OPERATOR, [name]):
            raise NotFound(f"No account {name!r}.")
        self._end_sessions(name)

    def users(self) -> list[User]:
        """Every account, by name."""
        return [user for _, user in self._users.list(OPERATOR)]

    def _open_session(self, name: str, address: str) -> str:
        now = self._clock.now()
        self._sessions.delete(OPERATOR, [key for key, one in self._sessions.list(OPERATOR) if one.until <= now])
        token = tokens.fresh()
        self._sessions.put(OPERATOR, [(tokens.digest(token), Session(name, now, now + SESSION_LASTS))])
        self._bus.publish(SignedIn(name=name, address=address))
        return token

    def _end_sessions(self, name: str) -> None:
        self._sessions.delete(OPERATOR, [key for key, one in self._sessions.list(OPERATOR) if one.name == name])

    # ---- merchants

    def add_merchant(self, id: str) -> None:
        """Make a merchant known; one that is stays as it is.

        Raises:
            BadInput: the id cannot be used.
        """
        if not _MERCHANT.fullmatch(id):
            raise BadInput(
                f"A merchant's id has 1 to 64 letters, digits and . - _, found {id[:80]!r}. Name one with --merchant."
            )
        if self._merchants.get(OPERATOR, id) is None:
            self._merchants.put(OPERATOR, [(id, KnownMerchant(id, self._clock.now()))])

    def merchants(self) -> list[str]:
        """Every merchant that accounts know, in order."""
        return [id for id, _ in self._merchants.list(OPERATOR)]

    # ---- keys

    def issue_key(self, merchant: str, label: str = "", by: str = "") -> IssuedKey:
        """A new key for a merchant's programs; its secret is shown here and never again.

        Raises:
            BadInput: the merchant's id cannot be used.
        """
        self.add_merchant(merchant)
        prefix, secret = tokens.fresh_key()
        kept = ApiKey(prefix, merchant, label.strip()[:80], tokens.digest(secret), self._clock.now(), by)
        self._keys.put(OPERATOR, [(prefix, kept)])
        self._bus.publish(KeyIssued(prefix=prefix, merchant=merchant, by=by))
        return IssuedKey(f"{prefix}_{secret}", kept)

    def keys(self, merchant: str) -> list[ApiKey]:
        """A merchant's keys, revoked ones too, newest first."""
        mine = [key for _, key in self._keys.list(OPERATOR) if key.merchant == merchant]
        return sorted(mine, key=lambda key: -key.made_at)

    def revoke_key(self, merchant: str, prefix: str, by: str = "") -> None:
        """Let a key open nothing any more.

        Raises:
            NotFound: the merchant has no such key.
        """
        key = self._keys.get(OPERATOR, prefix)
        if key is None or key.merchant != merchant:
            raise NotFound(f"No key {prefix!r}.")
        if not key.revoked_at:
            self._keys.put(OPERATOR, [(prefix, replace(key, revoked_at=self._clock.now()))])
            self._bus.publish(KeyRevoked(prefix=prefix, merchant=merchant, by=by))
        self._believed.pop(prefix, None)

    def principal_of_key(self, key: str) -> Principal | None:
        """Who a key stands for; None where it opens nothing. Reads the store once a minute for each key."""
        prefix, secret = tokens.split_key(key)
        if not prefix:
            return None
        now = self._clock.now()
        looked_at, kept = self._believed.get(prefix, (0, None))
        if kept is None or now - looked_at > KEY_KEPT:
            kept = self._keys.get(OPERATOR, prefix)
            if kept is None:
                return None
            if len(self._believed) > 10_000:
                self._believed.clear()
            self._believed[prefix] = now, kept
        return kept.principal if tokens.matches(secret, kept.secret) and not kept.revoked_at else None


def _role(role: Role | str) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise BadInput(f"A role is one of: {', '.join(Role)}; found {str(role)[:40]!r}.") from None


def lasts(until: int, now: int) -> str:
    """How long something is still good, in hours, for people."""
    return f"{max(0, until - now) // (3600 * SECOND)} h"
