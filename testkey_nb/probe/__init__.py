"""Ask a provider its read-only questions about one key: identify first, then the key, then a `Run` of plain facts.

This is the one door through which a key goes to the network.
"""

from .asking import Progress
from .batch import AT_ONCE, Asked, Batch, probe_batch
from .control import CONTROL
from .everywhere import probe_from
from .planning import Plan, plan
from .probing import probe_key
from .run import Run
from .vantage import Vantage
from .watch import Watch

__all__ = [
    "AT_ONCE",
    "CONTROL",
    "Asked",
    "Batch",
    "Plan",
    "Progress",
    "Run",
    "Vantage",
    "Watch",
    "plan",
    "probe_batch",
    "probe_from",
    "probe_key",
]
