"""Judge a run: pure functions from facts, a launch folder and a policy to a readiness.  Nothing here asks anybody."""

from .latency import LatencyRow
from .policy import DIMENSIONS, Policy, change, of_dimension, read_policy
from .readiness import Readiness, judge_run
from .vantages import VantageRow, agreed, compare_vantages, vantage_rows
from .views import VIEWS, row_of

__all__ = [
    "DIMENSIONS",
    "VIEWS",
    "LatencyRow",
    "Policy",
    "Readiness",
    "VantageRow",
    "agreed",
    "change",
    "compare_vantages",
    "judge_run",
    "of_dimension",
    "read_policy",
    "row_of",
    "vantage_rows",
]
