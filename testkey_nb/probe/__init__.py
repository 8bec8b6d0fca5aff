"""Ask a provider its read-only questions about one key: identify first, then the key, then a `Run` of plain facts.

This is the one door through which a key goes to the network.
"""

from .batch import AT_ONCE, Asked, Batch, probe_batch
from .control import CONTROL
from .planning import Plan, plan
from .probing import Progress, probe_key
from .run import Run

__all__ = ["AT_ONCE", "CONTROL", "Asked", "Batch", "Plan", "Progress", "Run", "plan", "probe_batch", "probe_key"]
