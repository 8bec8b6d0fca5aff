"""A run's models: what should not be relied on, how many each source counts, and what changed; pure."""

from .changes import ModelChangeRow, export_changes, inventory_changes
from .counts import ModelCountRow, model_counts
from .phantoms import PhantomRow, answered_empty, by_model, going, phantoms

__all__ = [
    "ModelChangeRow",
    "ModelCountRow",
    "PhantomRow",
    "answered_empty",
    "by_model",
    "export_changes",
    "going",
    "inventory_changes",
    "model_counts",
    "phantoms",
]
