"""Five gates, each with two halves: may it, by the evidence of the run, and is it done, by the launch folder."""

from collections.abc import Sequence
from dataclasses import dataclass

from testkey_nb.outcome import Answer, Axis, Gate, GateState, every
from testkey_nb.rows import GateRow, Why

from . import done, may
from .case import Case, Check


@dataclass(frozen=True, slots=True)
class Walked:
    """A gate with both halves judged; `opens` is the smallest thing that would open it."""

    gate: Gate
    required: bool
    may: Answer
    may_why: Why
    done: Answer
    done_why: Why
    opens: Why
    to_fill: bool = False  # only prices are missing, which is for an action to mend rather than a person to review

    @property
    def state(self) -> GateState:
        """Fail when it may not, unknown when that is unknown, else whether it is done."""
        if self.may is not Answer.YES:
            return GateState.FAIL if self.may is Answer.NO else GateState.UNKNOWN
        return GateState.PASS if self.done is Answer.YES else GateState.FAIL

    @property
    def why(self) -> Why:
        """The half that keeps it shut, or why it is open."""
        return self.may_why if self.may is not Answer.YES else self.done_why

    def row(self) -> GateRow:
        """Return it as a row of the gates frame."""
        return GateRow(
            self.gate, self.required, self.may, self.may_why, self.done, self.done_why, self.state, self.why
        )  # fmt: skip


def walk(case: Case) -> tuple[Walked, ...]:
    """Judge the first halves and the second halves of all five gates, in order."""
    priced = may.priced(case)
    routed = all(case.run.live(model) for model in case.run.plan.models)  # else there is nothing to price
    return (
        _gate(case, Gate.IDENTIFICATION, (may.identified(case), case.axis(Axis.AUTH)), done.configured(case)),
        _gate(
            case,
            Gate.INVENTORY,
            (case.axis(Axis.SCOPE), case.axis(Axis.MODELS), *may.served(case)),
            done.inventoried(case),
        ),
        _gate(case, Gate.PRICING, (priced,), done.price_filed(case), to_fill=priced.answer is Answer.NO and routed),
        _gate(case, Gate.ROUTING, (may.routable(case), case.axis(Axis.REGION)), done.routed(case)),
        _gate(case, Gate.LAUNCH, may.launchable(case), done.watched(case)),
    )


def _gate(case: Case, gate: Gate, first: Sequence[Check], second: Check, *, to_fill: bool = False) -> Walked:
    answer = every(check.answer for check in first)
    deciding = next(check for check in first if check.answer is answer)
    why = deciding.why if answer is not Answer.YES else Why.both(check.why for check in first)
    opens = deciding.opens if answer is not Answer.YES else second.opens
    return Walked(gate, gate.value in case.policy.required, answer, why, second.answer, second.why, opens, to_fill)
