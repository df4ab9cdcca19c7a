"""Campaigns and ad groups over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import Any, Protocol

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from magnetar.capabilities.campaigns.goals import GOALS
from magnetar.surface.principal import Principal
from magnetar.vocabulary.campaigns import ConversionKind, GoalKind, Horizon


def _known(names: Iterable[IntEnum]) -> str:
    return ", ".join(one.name.lower() for one in names)


class CampaignWanted(BaseModel):
    """A campaign to be made."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    goal: str = Field("target_roi", description=_known(GoalKind))
    conversion: str = Field("order", description=_known(ConversionKind))
    horizon: str = Field("open", description=f"Goals that count value: {_known(Horizon)}")
    target: float = Field(0.0, ge=0, allow_inf_nan=False, description="Value over spend, or currency per conversion.")
    expected_rate: float = Field(
        0.0, ge=0, le=1, allow_inf_nan=False,
        description="Conversions that are reported: how many a click should bring; 0 takes what was measured.",
    )  # fmt: skip
    expected_value: float = Field(
        0.0, ge=0, le=1e8, allow_inf_nan=False,
        description="Conversions that are reported: what one brings, currency units; 0 takes the product's price.",
    )  # fmt: skip
    daily_budget: float = Field(gt=0, le=1e9, allow_inf_nan=False, description="Currency units a day.")
    whole_site: bool = False
    incremental: bool = True
    frequency_cap: int = Field(4, ge=1, le=100)


class BudgetWanted(BaseModel):
    """A daily budget to be set."""

    model_config = ConfigDict(extra="forbid")

    daily_budget: float = Field(gt=0, le=1e9, allow_inf_nan=False, description="Currency units a day.")


class GroupWanted(BaseModel):
    """A product to be promoted."""

    model_config = ConfigDict(extra="forbid")

    product: str = Field(min_length=1, max_length=200)
    scenes: list[str] | None = Field(None, description="feed, live, search, mall; all by default.")
    bid_factor: float = Field(1.0, gt=0, le=3, allow_inf_nan=False)


class GroupChange(BaseModel):
    """What is to change in an ad group."""

    model_config = ConfigDict(extra="forbid")

    paused: bool | None = None
    bid_factor: float | None = Field(None, gt=0, le=3, allow_inf_nan=False)


class Steering(Protocol):
    """Campaigns of a running market, a merchant's at a time."""

    def list(self, merchant: str) -> list[dict[str, Any]]: ...
    def get(self, merchant: str, id: str) -> dict[str, Any]: ...
    def create(
        self,
        merchant: str,
        *,
        name: str,
        goal: str,
        target: float,
        daily_budget: float,
        conversion: str = ...,
        horizon: str = ...,
        expected_rate: float = ...,
        expected_value: float = ...,
        whole_site: bool = ...,
        incremental: bool = ...,
        frequency_cap: int = ...,
    ) -> dict[str, Any]: ...
    def pause(self, merchant: str, id: str) -> dict[str, Any]: ...
    def resume(self, merchant: str, id: str) -> dict[str, Any]: ...
    def budget(self, merchant: str, id: str, daily_budget: float) -> dict[str, Any]: ...
    def add_group(
        self, merchant: str, campaign: str, *, product: str, scenes: list[str] | None = ..., bid_factor: float = ...
    ) -> dict[str, Any]: ...
    def change_group(self, merchant: str, campaign: str, id: str, **changes: Any) -> dict[str, Any]: ...


def router(service: Steering, gate: Callable[..., Any]) -> APIRouter:
    """Routes below `/campaigns`."""
    routes = APIRouter(prefix="/campaigns", tags=["campaigns"])
    whose = Query("", description="For operators: whose.")

    @routes.get("", summary="List campaigns")
    def campaigns(who: Principal = Depends(gate), merchant: str = whose) -> dict[str, Any]:
        return {"campaigns": service.list(who.scope(merchant))}

    @routes.post("", summary="Make a campaign", status_code=201)
    def create(wanted: CampaignWanted, who: Principal = Depends(gate), merchant: str = whose) -> dict[str, Any]:
        return service.create(who.scope(merchant), **wanted.model_dump())

    @routes.get("/goals", summary="The table of goals, those that need no reported conversions first")
    def goals(who: Principal = Depends(gate), merchant: str = whose) -> dict[str, Any]:
        who.scope(merchant)
        return {
            "goals": [
                {
                    "id": row.id, "goal": row.kind.name.lower(), "conversion": row.conversion.name.lower(),
                    "horizon": row.horizon.name.lower(), "reported": not row.observed,
                    "zh": row.words[0], "en": row.words[1],
                }
                for row in GOALS.values()
            ]
        }  # fmt: skip

    @routes.get("/{id}", summary="One campaign with its ad groups")
    def campaign(id: str, who: Principal = Depends(gate), merchant: str = whose) -> dict[str, Any]:
        return service.get(who.scope(merchant), id)

    @routes.post("/{id}/pause", summary="Stop a campaign at once")
    def pause(id: str, who: Principal = Depends(gate), merchant: str = whose) -> dict[str, Any]:
        return service.pause(who.scope(merchant), id)

    @routes.post("/{id}/resume", summary="Let a campaign deliver again")
    def resume(id: str, who: Principal = Depends(gate), merchant: str = whose) -> dict[str, Any]:
        return service.resume(who.scope(merchant), id)

    @routes.put("/{id}/budget", summary="Change a daily budget")
    def budget(id: str, wanted: BudgetWanted, who: Principal = Depends(gate), merchant: str = whose) -> dict[str, Any]:
        return service.budget(who.scope(merchant), id, wanted.daily_budget)

    @routes.post("/{id}/groups", summary="Promote a product", status_code=201)
    def add_group(
        id: str, wanted: GroupWanted, who: Principal = Depends(gate), merchant: str = whose
    ) -> dict[str, Any]:
        return service.add_group(who.scope(merchant), id, **wanted.model_dump())

    @routes.patch("/{id}/groups/{group}", summary="Change an ad group")
    def change_group(
        id: str, group: str, change: GroupChange, who: Principal = Depends(gate), merchant: str = whose
    ) -> dict[str, Any]:
        return service.change_group(who.scope(merchant), id, group, **change.model_dump(exclude_none=True))

    return routes
