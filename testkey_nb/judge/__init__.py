"""Judge a run: pure functions from facts, a launch folder and a policy to a readiness.  Nothing here asks anybody."""

from .policy import DIMENSIONS, Policy, change, of_dimension, read_policy
from .readiness import Readiness, judge_run

__all__ = ["DIMENSIONS", "Policy", "Readiness", "change", "judge_run", "of_dimension", "read_policy"]
