"""Calls a supplier over HTTP: time limits, retries that pay once, and errors that say what the supplier said.

The addresses called here are named by the operator in the settings, never by a merchant or a page.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from magnetar.kernel.errors import BadInput, ProviderFailed, Refused

if TYPE_CHECKING:
    import httpx

TRIES = 4
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 20.0
LONGEST_ANSWER = 256 << 20
_AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
"""Statuses that another try may mend; 409 stands for a supplier that is still busy with the same request."""


class Caller:
    """One supplier's endpoint."""

    def __init__(
        self, name: str, base_url: str, headers: Callable[[], Mapping[str, str]], *, timeout_s: float = 60.0,
        tries: int = TRIES, wait: Callable[[float], Any] | None = None,
    ) -> None:  # fmt: skip
        """
        Args:
            name: the supplier as it is called in messages.
            base_url: with or without a closing slash.
            headers: made anew for each try, since tokens age.
            wait: how to pass a pause; a test passes none.
        """
        if not base_url.startswith(("http://", "https://")):
            raise BadInput(f"The address of {name} must begin with https:// or http://, found {base_url!r}.")
        self.name = name
        self._base = base_url.rstrip("/")
        self._headers = headers
        self._timeout_s = timeout_s
        self._tries = tries
        self._wait = wait or threading.Event().wait

    def json(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """The answer to a call, as parsed JSON. Raises as `send`."""
        answer = self.send(method, path, body, **more)
        try:
            return answer.json()
        except ValueError:
            raise ProviderFailed(
                f"{self.name} answered {method} {path} with something that is no JSON: {answer.text[:200]!r}."
            ) from None

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """The answer to a call.

        Raises:
            Refused: the supplier refuses the request itself (400, 402, 403, 404, 413, 422) or the key (401).
            ProviderFailed: it could not be reached, or failed again on every try.
        """
        import httpx

        pause, last = FIRST_PAUSE_S, ""
        with httpx.Client(timeout=self._timeout_s, follow_redirects=False) as client:
            for number in range(self._tries):
                asked_to_wait = 0.0
                try:
                    answer = self._once(client, method, path, body, more)
                    if answer.status_code < 300:
                        return answer
                    last = f"{answer.status_code}: {said(answer)}"
                    if answer.status_code not in _AGAIN:
                        raise Refused(self._refusal(answer.status_code, last))
                    asked_to_wait = _seconds(answer.headers.get("retry-after", ""))
                except httpx.TransportError as error:
                    last = f"{type(error).__name__}: {error}"
                if number + 1 < self._tries:
                    self._wait(min(LONGEST_PAUSE_S, max(pause, asked_to_wait)))
                    pause *= 2
        raise ProviderFailed(f"{self.name} could not after {self._tries} tries; the last said {last}")

    def fetch(self, url: str) -> bytes:
        """What lies at an address that the supplier gave, at most 256 MiB, without our keys.

        Raises:
            ProviderFailed: it cannot be fetched.
        """
        import httpx

        try:
            with httpx.stream("GET", url, timeout=self._timeout_s, follow_redirects=True) as answer:
                answer.raise_for_status()
                kept = bytearray()
                for part in answer.iter_bytes():
                    kept += part
                    if len(kept) > LONGEST_ANSWER:
                        raise ProviderFailed(f"{self.name} offers a file of more than {LONGEST_ANSWER >> 20} MiB.")
                return bytes(kept)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderFailed(f"{self.name} made a file that cannot be fetched: {error}") from None

    def _once(self, client: httpx.Client, method: str, path: str, body: Any, more: dict[str, Any]) -> httpx.Response:
        given = {} if body is None else {"json": body}
        return client.request(method, self._base + path, headers=dict(self._headers()), **given, **more)

    def _refusal(self, status: int, last: str) -> str:
        advice = {
            401: " Check the key in the settings.",
            402: " The supplier's balance is used up.",
            403: " The supplier's rules forbid it, or the key may not do this.",
            404: " Check the address and the model's name in the settings.",
        }
        return f"{self.name} refuses, {last}{advice.get(status, '')}"


def said(answer: httpx.Response) -> str:
    """The supplier's own words, short."""
    try:
        told = answer.json()
    except ValueError:
        return repr(answer.text[:200])
    for key in ("error", "message", "detail"):
        if isinstance(told, dict) and told.get(key):
            inner = told[key]
            return str(inner.get("message", inner) if isinstance(inner, dict) else inner)[:300]
    return str(told)[:300]


def _seconds(text: str) -> float:
    try:
        return max(0.0, float(text))
    except ValueError:
        return 0.0
