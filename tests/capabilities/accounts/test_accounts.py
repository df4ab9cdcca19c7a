"""Accounts: first links work once, passwords are never kept, sessions end, keys open one merchant only."""

import pytest

from magnetar.capabilities.accounts import AccountsService, form_token
from magnetar.capabilities.accounts.attempts import MOST, WINDOW
from magnetar.capabilities.accounts.service import KEY_KEPT, LINK_LASTS, SESSION_LASTS
from magnetar.engines.memory import MemoryLog, MemoryStore
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import SteppedClock
from magnetar.kernel.errors import BadInput, NotFound, Refused
from magnetar.surface.principal import Role

PASSWORD = "a password of some length"
START = 1_795_000_000_000_000


class Scene:
    """Accounts whose clock we turn."""

    def __init__(self) -> None:
        self.store, self.clock, self.log = MemoryStore(), SteppedClock(START), MemoryLog()
        self.accounts = self.another()

    def another(self) -> AccountsService:
        """A second process on the same store."""
        return AccountsService(self.store, Bus(self.log, self.clock), self.clock)

    def later(self, by: int) -> None:
        self.clock.step_to(self.clock.now() + by)

    def member(self, name: str = "li") -> str:
        return self.accounts.accept(self.accounts.invite(name, "merchant", "demo").token, PASSWORD)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_first_link_sets_the_password_and_signs_in(scene: Scene):
    who = scene.accounts.principal_of_session(scene.member())
    assert who is not None
    assert (who.name, who.role, who.merchant) == ("li", Role.MERCHANT, "demo")


def test_a_first_link_works_once(scene: Scene):
    link = scene.accounts.invite("li", "merchant", "demo").token
    scene.accounts.accept(link, PASSWORD)
    with pytest.raises(NotFound, match="used or has expired"):
        scene.accounts.accept(link, PASSWORD)


def test_a_first_link_expires(scene: Scene):
    link = scene.accounts.invite("li", "merchant", "demo").token
    scene.later(LINK_LASTS)
    with pytest.raises(NotFound):
        scene.accounts.invited(link)


def test_a_newer_link_replaces_the_older_one_and_ends_sessions(scene: Scene):
    session = scene.member()
    scene.accounts.invite("li", "merchant", "demo")
    assert scene.accounts.principal_of_session(session) is None
    with pytest.raises(Refused):
        scene.accounts.sign_in("li", PASSWORD)


@pytest.mark.parametrize("link", ["", "~", "li~", "nobody~x", "li~wrong", "../x~y", "~" * 50])
def test_a_made_up_link_opens_nothing(scene: Scene, link: str):
    scene.accounts.invite("li", "merchant", "demo")
    with pytest.raises(NotFound):
        scene.accounts.invited(link)


def test_somebody_invited_who_has_no_password_yet_cannot_sign_in(scene: Scene):
    scene.accounts.invite("li", "merchant", "demo")
    for password in ("", PASSWORD):
        with pytest.raises(Refused):
            scene.accounts.sign_in("li", password)


@pytest.mark.parametrize("password", ["short", "x" * 201])
def test_a_password_has_bounds(scene: Scene, password: str):
    link = scene.accounts.invite("li", "merchant", "demo").token
    with pytest.raises(BadInput, match="10 to 200"):
        scene.accounts.accept(link, password)
    scene.accounts.accept(link, PASSWORD)  # the link is still good


def test_no_secret_is_kept(scene: Scene):
    session = scene.member()
    link = scene.accounts.invite("wu", "operator").token
    key = scene.accounts.issue_key("demo").key
    kept = repr(scene.store._collections) + repr(list(scene.log.read()))
    for secret in (PASSWORD, session, link, link.rpartition("~")[2], key, key.rpartition("_")[2]):
        assert secret not in kept


def test_signing_in_rotates_the_session(scene: Scene):
    first = scene.member()
    second = scene.accounts.sign_in("li", PASSWORD, replaces=first)
    assert second != first
    assert scene.accounts.principal_of_session(first) is None
    assert scene.accounts.principal_of_session(second) is not None


def test_a_session_ends_by_signing_out_and_by_time(scene: Scene):
    first, second = scene.member(), scene.accounts.sign_in("li", PASSWORD)
    scene.accounts.sign_out(first)
    assert scene.accounts.principal_of_session(first) is None
    scene.later(SESSION_LASTS)
    assert scene.accounts.principal_of_session(second) is None


def test_a_removed_account_is_gone_at_once(scene: Scene):
    session = scene.member()
    scene.accounts.remove("li")
    assert scene.accounts.principal_of_session(session) is None
    with pytest.raises(NotFound):
        scene.accounts.remove("li")


@pytest.mark.parametrize("token", ["", "x", "x" * 10_000, "é"])
def test_a_made_up_session_is_nobody(scene: Scene, token: str):
    assert scene.accounts.principal_of_session(token) is None


def test_too_many_wrong_passwords_have_to_wait_even_with_the_right_one(scene: Scene):
    scene.member()
    for _ in range(MOST):
        with pytest.raises(Refused, match="not right"):
            scene.accounts.sign_in("li", "wrong", "10.0.0.1")
    with pytest.raises(Refused, match="Too many attempts; try again in 10 minutes"):
        scene.accounts.sign_in("li", PASSWORD, "10.0.0.2")
    scene.later(WINDOW)
    assert scene.accounts.sign_in("li", PASSWORD, "10.0.0.2")


def test_one_address_cannot_try_many_names(scene: Scene):
    for number in range(MOST):
        with pytest.raises(Refused, match="not right"):
            scene.accounts.sign_in(f"guess{number}", "wrong", "10.0.0.1")
    with pytest.raises(Refused, match="Too many"):
        scene.accounts.sign_in("guess99", "wrong", "10.0.0.1")


def test_a_wrong_name_and_a_wrong_password_say_the_same(scene: Scene):
    scene.member()
    said = []
    for name in ("li", "nobody"):
        with pytest.raises(Refused) as refused:
            scene.accounts.sign_in(name, "wrong")
        said.append(str(refused.value))
    assert said[0] == said[1]


def test_a_key_stands_for_its_merchant(scene: Scene):
    made = scene.accounts.issue_key("demo", "the shop's app")
    who = scene.accounts.principal_of_key(made.key)
    assert made.key.startswith("mk_")
    assert who is not None
    assert who.scope() == "demo"
    with pytest.raises(NotFound):
        who.scope("other")


def test_a_revoked_key_opens_nothing_here_at_once_and_elsewhere_within_a_minute(scene: Scene):
    made, elsewhere = scene.accounts.issue_key("demo"), scene.another()
    assert elsewhere.principal_of_key(made.key)
    scene.accounts.revoke_key("demo", made.kept.prefix)
    assert scene.accounts.principal_of_key(made.key) is None
    scene.later(KEY_KEPT + 1)
    assert elsewhere.principal_of_key(made.key) is None


def test_a_key_can_be_revoked_by_its_own_merchant_only(scene: Scene):
    made = scene.accounts.issue_key("demo")
    with pytest.raises(NotFound):
        scene.accounts.revoke_key("other", made.kept.prefix)
    assert [key.prefix for key in scene.accounts.keys("demo")] == [made.kept.prefix]
    assert scene.accounts.keys("other") == []


@pytest.mark.parametrize(
    "change", [lambda key: key[:-1], lambda key: key + "x", lambda key: "mk_" + key, lambda key: ""]
)
def test_nearly_a_key_is_none(scene: Scene, change):
    key = scene.accounts.issue_key("demo").key
    assert scene.accounts.principal_of_key(key)
    assert scene.accounts.principal_of_key(change(key)) is None


@pytest.mark.parametrize(
    ("name", "role", "merchant"),
    [("", "merchant", "demo"), ("a b", "merchant", "demo"), ("li", "king", ""), ("li", "operator", "demo"),
     ("li", "merchant", ""), ("li", "merchant", "../etc"), ("é", "operator", "")],
)  # fmt: skip
def test_an_invitation_that_makes_no_sense_is_refused(scene: Scene, name: str, role: str, merchant: str):
    with pytest.raises(BadInput):
        scene.accounts.invite(name, role, merchant)


def test_a_form_token_belongs_to_its_cookie():
    assert form_token("one") != form_token("two")
    assert form_token("") == ""
