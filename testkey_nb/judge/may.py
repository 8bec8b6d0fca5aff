"""The first half of each gate: may it, by the evidence of the run."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from testkey_nb.headroom import HeadroomRow, headroom, uncovered
from testkey_nb.inventory import by_model, going
from testkey_nb.outcome import Answer, Axis, Phantom, PriceVerdict, Verdict, every
from testkey_nb.providers.loose import moment
from testkey_nb.rows import Why
from testkey_nb.stability import sampled, steadiness, told, unstable

from .case import Case, Check

_DOWN = ("error", "staging")  # any other word than live is not understood


def identified(case: Case) -> Check:
    """Ask whether the endpoint is the provider, by evidence or by the operator's word."""
    identity = case.run.identity
    if identity.verdict in {Verdict.GENUINE, Verdict.VOUCHED}:
        return Check(Answer.YES, identity.why)
    silent = [row.endpoint for row in identity.evidence if row.mark == "no answer"]
    answered = any(row.endpoint and row.mark != "no answer" for row in identity.evidence)
    if identity.verdict is Verdict.UNKNOWN and silent and not answered:
        return Check(Answer.UNKNOWN, identity.why, Why("probe again once {hosts} answer", hosts=", ".join(silent)))
    if identity.verdict is Verdict.UNKNOWN:
        opens = Why("vouch for the endpoint with --trust-endpoint if you operate it, or probe the provider's own hosts")
        return Check(Answer.UNKNOWN, identity.why, opens)
    opens = Why("use the provider's own address")
    return Check(Answer.NO, identity.why, opens)


def served(case: Case) -> Iterator[Check]:
    """Say of each covered model that it is to be shut down, where every live route of it is; of others nothing."""
    soon = timedelta(days=case.policy.min_days_served)
    for model, rows in by_model(row for row in case.run.models if row.covered and row.live).items():
        if any(row.shutdown_at is None for row in rows):
            continue
        last = max(rows, key=lambda row: row.shutdown_at or case.run.stamp.observed_at)
        for reason, why in going(last, case.run.stamp.observed_at, soon):
            said = Why("{model}: {why}", model=model, why=why)
            if reason is Phantom.SHUT_DOWN:
                opens = Why("choose another model, or have the provider confirm that it still serves this one")
                yield Check(Answer.UNKNOWN, said, opens)
            elif reason is Phantom.SOON_GONE:
                yield Check(Answer.YES, said)


def priced(case: Case) -> Check:
    """Ask whether every covered model has a price that stands on a live route."""
    if case.axis(Axis.MODELS).answer is Answer.UNKNOWN:
        return Check(
            Answer.UNKNOWN, Why("no model list, so no routes to price"), Why("probe again once the list answers")
        )
    yes = Why("every covered model has a price with source on a live route")
    return _worst((_price(case, model) for model in case.run.plan.models), yes)


def _price(case: Case, model: str) -> Check:
    """Ask whether a model has a price that stands on a live route."""
    opens = Why("fill prices.csv with a price, its source and its date")
    live = case.run.live(model)
    rulings = [case.rulings[model, route] for route in live if (model, route) in case.rulings]
    if not live:
        return _live(case, model)  # nothing to price, and the same to be done about it
    if not rulings:
        routes = ", ".join(route or case.run.plan.provider.name for route in live)
        return Check(Answer.NO, Why("no source has a price of {model} at {routes}", model=model, routes=routes), opens)
    worst = next((r for r in rulings if r.verdict is not PriceVerdict.MISSING), rulings[0])
    why = Why("the price of {model} is {verdict}: {why}", model=model, verdict=worst.verdict, why=worst.why)
    if any(ruling.stands for ruling in rulings):
        return Check(Answer.YES, why)
    if worst.verdict is PriceVerdict.DISPUTED:
        opens = Why(
            "ask the provider which price holds and file that in prices.csv, or allow a larger max_price_spread"
        )
    return Check(Answer.NO, why, opens)


def routable(case: Case) -> Check:
    """Ask whether every covered model has a live route."""
    if not any(row.listed for row in case.run.models):
        return Check(Answer.UNKNOWN, Why("no list of routes could be read"), Why("probe again once the list answers"))
    live = Why("every covered model has a live route (a status can be six hours old)")
    if not any(row.route for row in case.run.models if row.listed):
        live = Why("{name} lists every covered model and serves it itself", name=case.run.plan.provider.name)
    return _worst((_live(case, model) for model in case.run.plan.models), live)


def _worst(checks: Iterable[Check], yes: Why) -> Check:
    """Join what is said of each model: the first no, else the first unknown, whatever their order."""
    said = tuple(checks)
    answer = every(check.answer for check in said)
    return Check(answer, yes) if answer is Answer.YES else next(check for check in said if check.answer is answer)


def _live(case: Case, model: str) -> Check:
    """Ask whether a model has a live route; a route is down only where its list says so."""
    if case.run.live(model):
        return Check(Answer.YES, Why("{model} has a live route", model=model))
    rows = [row for row in case.run.models if row.model == model and row.listed]
    shown = ", ".join(f"{row.route or '-'} {row.route_status or 'unknown'}" for row in rows) or "-"
    unknown = any(row.route_status not in _DOWN for row in rows)
    why = Why("{model} has no live route ({routes}; a status can be six hours old)", model=model, routes=shown)
    opens = Why("wait until a route is live again, or choose another model")
    return Check(Answer.UNKNOWN if unknown else Answer.NO, why, opens)


def launchable(case: Case) -> tuple[Check, ...]:
    """Ask for funds, quota, least privilege, lasting validity, limits and stability."""
    return (
        case.axis(Axis.FUNDS),
        case.axis(Axis.QUOTA),
        _least_privilege(case),
        _lasting(case),
        _limits(case),
        _stable(case),
    )


def _least_privilege(case: Case) -> Check:
    values = case.run.values()
    excess = ", ".join(map(str, values.get("excess_permissions", values.get("token_role", ()))))
    over = values.get("over_privileged")
    if case.passport[Axis.AUTH].answer is not Answer.YES or not over:
        opens = Why("use a key whose permissions can be read")
        return Check(Answer.UNKNOWN, Why("what the key may do beyond inference is not known"), opens)
    if over[0]:
        why = Why("over-privileged: beyond inference and reading it has {excess}", excess=excess)
        if "excess_permissions" not in values:
            why = Why("over-privileged: a classic token may do all that its role ({role}) may", role=excess)
        opens = Why("make a fine-grained token that may only call inference and read, and probe that one")
        return Check(Answer.NO, why, opens)
    return Check(Answer.YES, Why("least privilege: inference and reading only"))


def _lasting(case: Case) -> Check:
    now, days = case.run.stamp.observed_at, case.policy.min_days_valid
    told = [moment(value) for value in case.run.values().get("expires_at", ())]
    if case.passport[Axis.AUTH].answer is not Answer.YES:
        told = []  # an answer that anybody gets says nothing of this key
    ends = [when for when in told if when]
    if ends and min(ends) - now < timedelta(days=days):
        end = min(ends).isoformat(timespec="minutes")
        why = Why("expires at {moment}, within {days} days", moment=end, days=f"{days:g}")
        if min(ends) < now:
            why = Why("expired at {moment}", moment=end)
        return Check(Answer.NO, why, Why("use a key that lasts, or plan its rotation and lower min_days_valid"))
    if None in told:
        why = Why("when the key expires is told in a way that cannot be read")
        return Check(Answer.UNKNOWN, why, Why("look up when the key expires on the provider's page"))
    return Check(Answer.YES, Why("no expiry within {days} days is known", days=f"{days:g}"))


def _limits(case: Case) -> Check:
    """Compare the planned load with the limits of the service that serves it; another service's say nothing."""
    demand, plan = case.policy.demand, case.run.plan
    if not demand.kinds:
        return Check(Answer.YES, Why("no load is planned, so no limit can be too low"))
    rows = [row for row in headroom(case.run.limits, demand, plan.service) if row.service == plan.service]
    first = next((row for row in rows if row.binding), None)
    if over := [row for row in rows if row.carries is False]:
        worst = first if first in over else over[0]
        why = Why("the limit {limit} does not carry the planned load: {why}", limit=worst.limit, why=worst.why)
        return Check(Answer.NO, why, Why("plan a smaller load, or have the limit raised"))
    return _carried(case, rows, first)


def _carried(case: Case, rows: Sequence[HeadroomRow], first: HeadroomRow | None) -> Check:
    """Say how far the limits that were read are known to carry the planned load; none of them is too low."""
    provider, passes = case.run.plan.provider, case.policy.unpublished_limits_pass
    opens = Why("have the provider confirm the limits, or set unpublished_limits_pass")
    untold = uncovered(rows, case.policy.demand)
    if first:
        why = Why("the published limits carry the planned load; the first to be reached is {limit}: {why}",
                  limit=first.limit, why=first.why)  # fmt: skip
        if untold and not passes:
            why = Why("{why}; no limit of {kinds} can be compared", why=why, kinds=", ".join(sorted(untold)))
            return Check(Answer.UNKNOWN, why, opens)
        return Check(Answer.YES, why)
    why = Why("{name} publishes no limit of this service read-only", name=provider.name)
    if rows:
        whys = Why.both(Why("{limit}: {why}", limit=row.limit, why=row.why) for row in rows)
        why = Why("no limit of this service can be compared with the planned load ({whys})", whys=whys)
    return Check(Answer.YES if passes and not provider.publishes_limits else Answer.UNKNOWN, why, opens)


def _stable(case: Case) -> Check:
    """Apply the N-of-M rule to the samples, and say how little a few of them know."""
    policy, answers = case.policy, case.run.answers
    if unstable(answers, policy.unstable_failures, policy.unstable_window):
        last = sampled(answers)[-policy.unstable_window :]
        why = Why("{bad} of the last {n} samples failed", bad=sum(last), n=len(last))
        return Check(Answer.NO, why, Why("wait until the provider is stable, then probe with samples again"))
    if (taken := told(answers)) < policy.min_samples:
        why = Why(
            "{n} samples tell anything of the host, the policy wants {wanted}", n=taken, wanted=policy.min_samples
        )
        return Check(Answer.UNKNOWN, why, Why("probe with --samples {n} or more", n=policy.min_samples))
    why = Why("{n} samples taken, not unstable", n=taken)
    if known := [row.why for row in steadiness(answers)]:
        why = Why("{why} ({known})", why=why, known=Why.both(known))
    return Check(Answer.YES, why)
