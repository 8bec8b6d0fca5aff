"""What the rules look at, and what each of them says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from testkey_nb.launch import Launch
from testkey_nb.outcome import Answer, Axis
from testkey_nb.prices import RulingRow
from testkey_nb.probe import Run
from testkey_nb.rows import PriceRow, Why
from testkey_nb.spec import Finding

from .policy import Policy


class Check(NamedTuple):
    """One thing a half of a gate rests on."""

    answer: Answer
    why: Why
    opens: Why = Why("")


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a gate may look at."""

    run: Run
    launch: Launch
    policy: Policy
    passport: Mapping[Axis, Finding]
    rulings: Mapping[tuple[str, str], RulingRow]

    def axis(self, axis: Axis) -> Check:
        """Return an axis of the passport as something to rest on."""
        finding = self.passport[axis]
        return Check(finding.answer, finding.why, finding.opens)


def own_prices(run: Run, launch: Launch) -> tuple[PriceRow, ...]:
    """Return the launch folder's prices for a run's region; what the sandbox made up counts in the sandbox only."""
    rows = launch.prices.get(run.stamp.provider, ())
    return tuple(r for r in rows if r.region == run.plan.region and (run.sandbox or "SANDBOX" not in r.source))
