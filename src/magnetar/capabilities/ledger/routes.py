"""The ledger over HTTP: a merchant's balance and its lines; operators bring money in."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, Header, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field

from magnetar.capabilities.ledger.service import LedgerService
from magnetar.kernel.errors import BadInput
from magnetar.surface.principal import Principal, Role
from magnetar.vocabulary.money import MICROS, Money


class CreditWanted(BaseModel):
    """Money that came in from outside."""

    model_config = ConfigDict(extra="forbid")

    amount: float = Field(gt=0, le=1e9, allow_inf_nan=False, description="Currency units.")
    currency: str = Field(pattern="^[A-Z]{3}$")


def router(service: LedgerService, gate: Callable[..., Any]) -> APIRouter:
    """Routes below `/ledger`."""
    routes = APIRouter(prefix="/ledger", tags=["ledger"])

    @routes.get("/balance", summary="What a merchant's account holds")
    def balance(who: Principal = Depends(gate), merchant: str = "") -> dict[str, Any]:
        return _balance(service, who.scope(merchant))

    @routes.get("/entries", summary="The newest lines of a merchant's account, newest first")
    def entries(
        who: Principal = Depends(gate), merchant: str = "", limit: int = Query(100, ge=1, le=1000)
    ) -> dict[str, Any]:
        newest = deque(service.ledger.entries(_account(who.scope(merchant))), maxlen=limit)
        return {
            "entries": [
                {"key": one.key, "at": one.at / MICROS, "amount": one.amount.amount, "currency": one.amount.currency}
                for one in reversed(newest)
            ]
        }

    @routes.post("/credit", summary="Bring money in (operators)", status_code=201)
    def credit(
        wanted: CreditWanted,
        who: Principal = Depends(gate),
        merchant: str = Query(min_length=1),
        idempotency_key: str = Header(min_length=1, max_length=128),
    ) -> dict[str, Any]:
        if who.role is not Role.OPERATOR:
            raise HTTPException(403, "Only operators bring money in.")
        mine = who.scope(merchant)
        try:
            money = Money.of(wanted.amount, wanted.currency)
        except ValueError as error:
            raise BadInput(f"{error}.") from None
        fresh = service.credit(f"{mine}:{idempotency_key}", _account(mine), money)
        return {**_balance(service, mine), "credited": fresh}

    return routes


def _account(merchant: str) -> str:
    return f"merchant:{merchant}:balance"


def _balance(service: LedgerService, merchant: str) -> dict[str, Any]:
    money = service.balance(_account(merchant))
    return {"merchant": merchant, "balance": money.amount, "currency": money.currency}
