"""Who is asking: a person or a key, with a role, for one merchant or for all."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from magnetar.kernel.errors import NotFound
from magnetar.vocabulary.ids import MerchantId


class Role(enum.StrEnum):
    """What a principal may do."""

    OPERATOR = "operator"
    """Runs the site: sees every merchant."""
    MERCHANT = "merchant"
    """Sees and changes what belongs to one merchant."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who has proved who they are."""

    name: str
    role: Role
    merchant: MerchantId | None = None
    """The merchant that a merchant's user or key belongs to; None for operators."""

    def scope(self, wanted: str = "") -> MerchantId:
        """The merchant whose data this request may touch: the one scoping helper of all faces.

        Args:
            wanted: the merchant that was asked for; a merchant's user may leave it empty.

        Raises:
            NotFound: it is somebody else's; the message does not tell whether it exists.
        """
        if self.role is Role.OPERATOR and wanted:
            return MerchantId(wanted)
        if self.merchant is not None and wanted in ("", self.merchant):
            return self.merchant
        raise NotFound(f"No merchant {wanted!r} here." if wanted else "Name a merchant.")
