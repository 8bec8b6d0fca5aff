"""The first half of each gate: may it, by the evidence of the run."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from testkey_nb.inventory import going
from testkey_nb.outcome import Answer, Axis, Phantom, PriceVerdict, Verdict
from testkey_nb.rows import LimitRow, ModelRow, Why

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
    soon, live = timedelta(days=case.policy.min_days_served), defaultdict[str, list[ModelRow]](list)
    for row in case.run.models:
        if row.covered and row.live:
            live[row.model].append(row)
    for model, rows in live.items():
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
    opens = Why("fill prices.csv with a price, its source and its date")
    for model in case.run.plan.models:
        live = case.run.live(model)
        rulings = [case.rulings[model, route] for route in live if (model, route) in case.rulings]
        if any(ruling.stands for ruling in rulings):
            continue
        if not live:
            return _live(case, model)  # nothing to price, and the same to be done about it
        if not rulings:
            routes = ", ".join(route or case.run.plan.provider.name for route in live)
            return Check(
                Answer.NO, Why("no source has a price of {model} at {routes}", model=model, routes=routes), opens
            )
        worst = next((r for r in rulings if r.verdict is not PriceVerdict.MISSING), rulings[0])
        why = Why("the price of {model} is {verdict}: {why}", model=model, verdict=worst.verdict, why=worst.why)
        if worst.verdict is PriceVerdict.DISPUTED:
            opens = Why(
                "ask the provider which price holds and file that in prices.csv, or allow a larger max_price_spread"
            )
        return Check(Answer.NO, why, opens)
    return Check(Answer.YES, Why("every covered model has a price with source on a live route"))


def routable(case: Case) -> Check:
    """Ask whether every covered model has a live route."""
    if not any(row.listed for row in case.run.models):
        return Check(Answer.UNKNOWN, Why("no list of routes could be read"), Why("probe again once the list answers"))
    shut = (check for model in case.run.plan.models if (check := _live(case, model)).answer is not Answer.YES)
    live = Why("every covered model has a live route (a status can be six hours old)")
    if not any(row.route for row in case.run.models if row.listed):
        live = Why("{name} lists every covered model and serves it itself", name=case.run.plan.provider.name)
    return next(shut, Check(Answer.YES, live))


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
    ends = [datetime.fromisoformat(str(value)) for value in case.run.values().get("expires_at", ())]
    if ends and min(ends) - now < timedelta(days=days):
        moment = min(ends).isoformat(timespec="minutes")
        why = Why("expires at {moment}, within {days} days", moment=moment, days=f"{days:g}")
        if min(ends) < now:
            why = Why("expired at {moment}", moment=moment)
        return Check(Answer.NO, why, Why("use a key that lasts, or plan its rotation and lower min_days_valid"))
    return Check(Answer.YES, Why("no expiry within {days} days is known", days=f"{days:g}"))


def _limits(case: Case) -> Check:
    """Compare the planned load with the limits of the service that serves it; another service's say nothing."""
    policy, provider = case.policy, case.run.plan.provider
    planned = {"requests": policy.planned_requests_per_min, "tokens": policy.planned_tokens_per_min}
    if not any(planned.values()):
        return Check(Answer.YES, Why("no load is planned, so no limit can be too low"))
    api = case.run.plan.service
    published = [row for row in case.run.limits if row.service == api and _per_minute(row) is not None]
    for row in published:
        load = planned["tokens" if "token" in (row.scope or row.limit) else "requests"]
        if load > (_per_minute(row) or 0):
            why = Why("{load} per minute are planned, {limit} allows {quota}", load=f"{load:g}", limit=row.limit,
                      quota=f"{_per_minute(row):g}")  # fmt: skip
            return Check(Answer.NO, why, Why("plan a smaller load, or have the limit raised"))
    if published:
        return Check(Answer.YES, Why("the published limits carry the planned load"))
    why = Why("{name} publishes no limit of this service read-only", name=provider.name)
    if not provider.publishes_limits and policy.unpublished_limits_pass:
        return Check(Answer.YES, why)
    return Check(Answer.UNKNOWN, why, Why("have the provider confirm the limits, or set unpublished_limits_pass"))


def _per_minute(row: LimitRow) -> float | None:
    return row.quota * 60 / row.window_s if row.quota is not None and row.window_s else None


def _stable(case: Case) -> Check:
    policy = case.policy
    samples = {row.sample: False for row in case.run.answers if row.sample and row.request}
    samples |= {row.sample: True for row in case.run.answers if row.sample in samples and row.outcome == "unavailable"}
    failed = [number for number in sorted(samples)[-policy.unstable_window :] if samples[number]]
    shown = Why("{bad} of the last {n} samples failed", bad=len(failed), n=min(len(samples), policy.unstable_window))
    again = Why("probe with --samples {n} or more", n=policy.min_samples)
    if len(failed) >= policy.unstable_failures > 0:
        return Check(Answer.NO, shown, Why("wait until the provider is stable, then probe with samples again"))
    if len(samples) < policy.min_samples:
        why = Why("{n} samples were taken, the policy wants {wanted}", n=len(samples), wanted=policy.min_samples)
        return Check(Answer.UNKNOWN, why, again)
    return Check(Answer.YES, Why("{n} samples taken, not unstable", n=len(samples)))
