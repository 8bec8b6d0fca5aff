"""What the rules look at, and what each of them says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from testkey_nb.launch import Launch
from testkey_nb.outcome import Answer, Axis
from testkey_nb.prices import Ruling
from testkey_nb.probe import Run
from testkey_nb.rows import Why
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
    rulings: Mapping[tuple[str, str], Ruling]

    def axis(self, axis: Axis) -> Check:
        """Return an axis of the passport as something to rest on."""
        finding = self.passport[axis]
        return Check(finding.answer, finding.why, finding.opens)

    def live(self, model: str) -> list[str]:
        """Return the routes of `model` that its list says are live."""
        return [
            row.route for row in self.run.models if row.model == model and row.listed and row.route_status == "live"
        ]
