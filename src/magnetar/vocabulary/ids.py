"""Ids of different things are different types, so that they cannot be swapped unnoticed."""

from typing import NewType

MerchantId = NewType("MerchantId", str)
ProductId = NewType("ProductId", str)
ShopperId = NewType("ShopperId", str)
CampaignId = NewType("CampaignId", str)
AdGroupId = NewType("AdGroupId", str)
CreativeId = NewType("CreativeId", str)
OrderId = NewType("OrderId", str)
IntentionId = NewType("IntentionId", str)

OPERATOR = MerchantId("@operator")
"""The platform itself, where a thing belongs to no merchant."""
