"""Separate platforms of one vendor: a key that one refuses may be good on the other, and only there.

Keys, money and models of such platforms have nothing to do with each other, so a key is asked about elsewhere only with
the operator's consent, and what is found there is told and never mixed with what was found here.
"""

from collections.abc import Iterable, Mapping

from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Axis, Outcome
from testkey_nb.rows import Why
from testkey_nb.spec import Finding

from .planning import Plan

OTHER_PLATFORM = "other_platform"  # the proving question, put to a vendor's separate platform


def hosts_elsewhere(plan: Plan, asked: str) -> dict[str, str]:
    """Return, by region, the hosts of this vendor's separate platforms that answer what was put to `asked`."""
    return {region: plan.host(asked, region) for region in plan.provider.twins(plan.region)}


def told_of_plans(plan: Plan, key: Key, findings: Iterable[Finding]) -> list[Finding]:
    """Return `findings`, in which a refusal of a key that only other hosts take (`good_at`) says nothing of the key."""
    fits = [shape for shape in plan.provider.key_shapes if key.fits(shape.pattern)]
    hosts = ", ".join(shape.good_at for shape in fits)
    if plan.base_url or not fits or not all(shape.good_at for shape in fits):
        return list(findings)
    opens = Why("call models with it at {hosts}; to probe one here, make a key that is paid as it is used", hosts=hosts)

    def told(found: Finding) -> Finding:
        why = Why(
            "{said}; a key of this shape is good at {hosts} only, which are not asked", said=found.why, hosts=hosts
        )
        return Finding(found.axis, Answer.UNKNOWN, why, found.asks, opens)

    return [told(found) if _refused(found) else found for found in findings]


def told_of_others(plan: Plan, findings: Iterable[Finding], there: Mapping[str, Outcome]) -> tuple[Finding, ...]:
    """Return `findings`, in which a refusal names the vendor's separate platforms, and what those said (`there`)."""
    regions = plan.provider.twins(plan.region)
    hosts = sorted({known.host for known in plan.provider.hosts if known.region in regions})
    return tuple(_told(found, hosts, regions, there) if hosts and _refused(found) else found for found in findings)


def _refused(found: Finding) -> bool:
    return found.axis is Axis.AUTH and found.answer is Answer.NO


def _told(found: Finding, hosts: list[str], regions: tuple[str, ...], there: Mapping[str, Outcome]) -> Finding:
    names = {"hosts": ", ".join(hosts), "regions": " / ".join(regions)}
    why = Why("{said}; denied here, and this vendor has a separate platform at {hosts}", said=found.why, **names)
    opens = Why("if the key was made for {hosts}, probe it with --region {regions}; else make a new key", **names)
    if there and set(there.values()) == {Outcome.DENIED}:
        asked = ", ".join(sorted(there))
        why = Why("{said}; it was not accepted at {hosts} either", said=found.why, hosts=asked)
        opens = found.opens
    elif there:
        silent = ", ".join(sorted(host for host, outcome in there.items() if outcome is not Outcome.DENIED))
        why = Why("{said}; denied here, and {hosts} gave no clear answer", said=found.why, hosts=silent)
    return Finding(found.axis, found.answer, why, found.asks, opens)


def valid_elsewhere(here: str, there: str, region: str, asks: str) -> tuple[Finding, ...]:
    """Return what is known of a key that the other platform accepts: valid, wrong platform."""
    names = {"here": here, "there": there, "region": region}
    why = Why("valid, wrong platform: {here} refuses this key, {there} accepts it", **names)
    opens = Why("use {there}: probe with --region {region}", **names)
    answers = {Axis.AUTH: Answer.YES, Axis.REGION: Answer.NO}
    return tuple(Finding(axis, answers.get(axis, Answer.UNKNOWN), why, asks, opens) for axis in Axis)
