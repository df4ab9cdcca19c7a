"""Only a token that is signed with HS256 by a known key, in its time, opens anything."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from task_desk import Desk

from magnetar.capabilities.generation.tasks.faults import Fault
from magnetar.capabilities.generation.tasks.tokens import check_time, make_token, read_token

NOW = 1_800_000_000
HEAD = {"alg": "HS256", "typ": "JWT"}
BODY = {"iss": "ak1", "exp": NOW + 1800, "nbf": NOW - 5}


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def signed(head: Any = HEAD, body: Any = BODY, secret: str = "secret", way: Any = hashlib.sha256) -> str:
    text = f"{part(head)}.{part(body)}"
    digest = hmac.new(secret.encode(), text.encode(), way).digest()
    return f"{text}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def secret_of(access_key: str) -> str | None:
    return "secret" if access_key == "ak1" else None


def opens(token: str, now: int = NOW) -> bool:
    found = read_token(token, secret_of)
    check_time(found, now)
    return found.access_key == "ak1"


def code(token: str, now: int = NOW) -> int:
    with pytest.raises(Fault) as refused:
        opens(token, now)
    assert refused.value.status == 401
    return refused.value.code


def test_a_token_as_clients_make_it_opens():
    assert opens(make_token("ak1", "secret", NOW))
    assert opens(signed())


def test_the_published_example_is_signed_as_we_sign():
    # RFC 7515, appendix A.1, with its key; the payload's line breaks are part of what is signed
    key = base64.urlsafe_b64decode(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow=="
    )
    text = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    assert (
        base64.urlsafe_b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest())
        == b"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk="
    )


def test_half_an_hour_later_it_has_expired():
    assert code(signed(), NOW + 1811) == 1004
    assert opens(signed(), NOW + 1809)  # clocks may differ by ten seconds


def test_a_token_is_not_good_before_its_time():
    early = signed(body={**BODY, "nbf": NOW + 60})
    assert code(early) == 1003
    assert opens(early, NOW + 51)


def test_nbf_may_be_left_out_and_exp_may_not():
    assert opens(signed(body={"iss": "ak1", "exp": NOW + 10}))
    assert code(signed(body={"iss": "ak1"})) == 1002


@pytest.mark.parametrize(
    "head",
    [{"alg": "HS256"}, {"typ": "JWT"}, {"alg": "none", "typ": "JWT"}, {"alg": "hs256", "typ": "JWT"},
     {"alg": "HS512", "typ": "JWT"}, {"alg": "RS256", "typ": "JWT"}, {**HEAD, "crit": ["exp"]}, [], "x", None],
)  # fmt: skip
def test_the_header_must_name_the_algorithm_and_the_type(head: Any):
    assert code(signed(head)) == 1002


def test_without_a_signature_nothing_opens():
    bare = f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(BODY)}"
    assert code(f"{bare}.") == 1002
    assert code(bare) == 1002
    assert code(f"{part(HEAD)}.{part(BODY)}.") == 1002


def test_another_secret_key_or_hash_does_not_open():
    assert code(signed(secret="other")) == 1002
    assert code(signed(way=hashlib.sha512)) == 1002
    assert code(signed(body={**BODY, "iss": "ak2"})) == 1002
    assert code(signed(body={**BODY, "iss": "ak2"}, secret="no such key")) == 1002


@pytest.mark.parametrize("body", [{**BODY, "exp": "soon"}, {**BODY, "exp": True}, {**BODY, "exp": -1}, {**BODY, "exp": 1e300}, {**BODY, "iss": 5}, {**BODY, "iss": ""}, []])  # fmt: skip
def test_claims_of_the_wrong_kind_are_refused(body: Any):
    assert code(signed(body=body)) == 1002


@given(st.text(max_size=200))
def test_any_other_text_is_refused_in_words(text: str):
    assert code(text) == 1002


@given(st.integers(0, len(signed()) - 1), st.sampled_from("AZaz09-_."))
def test_a_token_with_one_letter_changed_is_refused(at: int, letter: str):
    good = signed()
    if good[at] == letter or at == len(good) - 1:  # the last letter holds two bits that nobody reads
        return
    with pytest.raises(Fault):
        opens(good[:at] + letter + good[at + 1 :])


def test_over_http_a_missing_wrong_or_late_token_is_401(desk: Desk):
    path = "/v1/videos/text2video"
    assert desk.call("GET", path, token="").json()["code"] == 1001
    assert desk.call("GET", path, token="a.b.c").status_code == 401
    kept = desk.token()
    assert desk.call("GET", path, token=kept).status_code == 200
    desk.wait(1900)
    late = desk.call("GET", path, token=kept)  # also one that was good before
    assert (late.status_code, late.json()["code"]) == (401, 1004)


def test_a_revoked_key_opens_nothing(desk: Desk):
    kept = desk.token()
    assert desk.call("GET", "/v1/videos/text2video", token=kept).status_code == 200
    desk.service.keys.revoke("demo", desk.pair.access_key)
    assert desk.call("GET", "/v1/videos/text2video", token=kept).status_code == 401


def test_the_database_gives_no_secret_away(desk: Desk):
    assert desk.pair.secret_key.encode() not in (desk.home / "magnetar.db").read_bytes()
    assert (desk.home / "generation.secret").stat().st_mode & 0o077 == 0
