"""The model store: which models there are, where they may come from, and whether what lies here is what was meant."""

from typing import TYPE_CHECKING

from magnetar.kernel.lazy import lazily

if TYPE_CHECKING:
    from magnetar.capabilities.generation.models.manifest import MODELS, Model
    from magnetar.capabilities.generation.models.store import ModelStore, store_of

__all__ = ["MODELS", "Model", "ModelStore", "store_of"]

__getattr__ = lazily(__name__, {"manifest": ("MODELS", "Model"), "store": ("ModelStore", "store_of")})
