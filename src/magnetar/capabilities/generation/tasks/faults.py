"""Answers that are not the one hoped for: an HTTP status, the contract's code and words."""

from __future__ import annotations


class Fault(Exception):
    """Why a call is refused.

    Codes as clients of the contract know them: 1000-1004 who are you, 1102 no credits, 1103 not yours,
    12xx what was asked (1203 with status 410: it was there and is deleted), 1302-1303 too fast or too many, 5xxx ours.
    """

    def __init__(self, status: int, code: int, message: str, retry_after_s: int = 0, data: object = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.retry_after_s = status, code, message, retry_after_s
        self.data = data


def bad(message: str) -> Fault:
    """The request is not what is expected."""
    return Fault(400, 1201, f"请求有误 · bad request: {message}")
