"""The onboarding signal: what to look at first, drawn from whatever is not known or not so."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from testkey_nb.headroom import uncovered
from testkey_nb.outcome import Answer, Capability, CapabilityState, Gate, Look
from testkey_nb.rows import Why
from testkey_nb.stability import unstable

if TYPE_CHECKING:
    from .readiness import Readiness


def signal(readiness: "Readiness") -> Why:
    """Return what is unclear of a run, limits and stability included; else what says that nothing is."""
    route, unclear = readiness.run.plan.region, ", ".join(_unclear(readiness))
    if unclear:
        return Why("{route} route: check {axes} first", route=route, axes=unclear)
    samples = next(row.why for row in readiness.capabilities if row.capability == Capability.CONTINUOUS_MONITORING)
    first = next((row.limit for row in readiness.headroom if row.binding), "-")
    return Why("{route} route: nothing is left to check; {samples}; the limit that is reached first: {limit}",
               route=route, samples=samples, limit=first)  # fmt: skip


def _unclear(readiness: "Readiness") -> Iterator[str]:
    yield from (axis for axis, found in readiness.passport.items() if found.answer is not Answer.YES)
    yield from (gate.gate for gate in readiness.gates if gate.gate is Gate.PRICING and gate.may is not Answer.YES)
    if not _limits_are_clear(readiness):
        yield Look.LIMITS
    policy, answers = readiness.policy, readiness.run.answers
    shaky = unstable(answers, policy.unstable_failures, policy.unstable_window)
    if shaky or not _proved(readiness, Capability.CONTINUOUS_MONITORING):
        yield Look.STABILITY


def _limits_are_clear(readiness: "Readiness") -> bool:
    """Whether limits of the service were read, and whatever load is planned is known to fit."""
    mine = [row for row in readiness.headroom if row.service == readiness.run.plan.service]
    fits = not any(row.carries is False for row in mine) and not uncovered(mine, readiness.policy.demand)
    return fits and _proved(readiness, Capability.LIMIT_MATRIX)


def _proved(readiness: "Readiness", capability: Capability) -> bool:
    return any(row.capability == capability and row.state == CapabilityState.PROVED for row in readiness.capabilities)
