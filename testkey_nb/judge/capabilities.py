"""The ten capabilities: how far each is answered, by which asks, and what is missing."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from testkey_nb.outcome import Answer, Axis, Capability, CapabilityState, Outcome, Standing, Verdict
from testkey_nb.rows import CapabilityRow, Why
from testkey_nb.stability import sampled, told

from .case import Case

_PROVED, _PARTIAL, _DENIED = CapabilityState.PROVED, CapabilityState.PARTIAL, CapabilityState.DENIED
_UNKNOWN = CapabilityState.UNKNOWN
_MONEY = ("usage_snapshot", "balance_snapshot")
_AMOUNTS = ("balance_", "usage_", "key_limit")
_RATES = ("requests", "tokens", "input tokens", "output tokens")
_LEAST_SAMPLES = 2  # one says nothing of what comes next


class _State(NamedTuple):
    state: CapabilityState
    why: Why
    asks: str = ""


def capabilities(case: Case) -> tuple[CapabilityRow, ...]:
    """Return a row for each of the ten; what cannot be asked read-only is `not_offered`, which is an answer."""
    rows = []
    for capability in Capability:
        found = _RULES[capability](case)
        unasked = capability is Capability.LIMIT_MATRIX and found.state is _PROVED  # by headers that nobody promised
        if capability not in case.run.plan.provider.offers and not unasked:
            found = _State(CapabilityState.NOT_OFFERED, Why("the provider has no read-only question for this"))
        rows.append(CapabilityRow(capability, found.state, found.why, found.asks))
    return tuple(rows)


def _provider_identity(case: Case) -> _State:
    identity = case.run.identity
    state = {Verdict.GENUINE: _PROVED, Verdict.VOUCHED: _PARTIAL}.get(identity.verdict, _UNKNOWN)
    return _State(state, identity.why)


def _key_identity(case: Case) -> _State:
    auth, values = case.passport[Axis.AUTH], case.run.values()
    if auth.answer is not Answer.YES:
        return _State(_UNKNOWN, auth.why, auth.asks)
    missing = [name for name in ("owner_id", "token_type") if name not in values]
    if missing:
        return _State(_PARTIAL, Why("the key is accepted; missing: {missing}", missing=", ".join(missing)), auth.asks)
    return _State(_PROVED, Why("owner and type of the key are known"), auth.asks)


def _model_permissions(case: Case) -> _State:
    """Answer by what the key was told of each model: a listing is not a permission."""
    scope, models = case.passport[Axis.SCOPE], case.passport[Axis.MODELS]
    if scope.answer is not Answer.YES:
        return _State(_DENIED if scope.answer is Answer.NO else _UNKNOWN, scope.why, scope.asks)
    confirmed = {row.model for row in case.run.models if row.standing == Standing.CONFIRMED}
    missing = [model for model in case.run.plan.models if model not in confirmed]
    asks = "current_key, model_catalog"
    if not missing:
        return _State(_PROVED, Why("the key may call inference, and was told of every covered model by itself"), asks)
    if models.answer is not Answer.YES:
        return _State(_UNKNOWN if models.answer is Answer.UNKNOWN else _PARTIAL, models.why, models.asks)
    if len(missing) < len(case.run.plan.models):
        why = Why(
            "the key may call inference; listed, and not confirmed by itself: {models}", models=", ".join(missing)
        )
        return _State(_PARTIAL, why, asks)
    why = Why("the key may call inference and the models are listed; a listing is not a permission for each model")
    return _State(_PARTIAL, why, asks)


def _capability_matrix(case: Case) -> _State:
    values, auth = case.run.values(), case.passport[Axis.AUTH]
    if auth.answer is not Answer.YES:
        return _State(_UNKNOWN, auth.why, auth.asks)
    if values.get("token_scopes"):
        return _State(_PROVED, Why("{count} permissions were read", count=len(values["token_scopes"])), auth.asks)
    if values.get("token_role"):
        why = Why("only the role {role} is told, not the permissions in it", role=values["token_role"][0])
        return _State(_PARTIAL, why, auth.asks)
    return _State(_UNKNOWN, Why("the provider did not tell what the key may do"), auth.asks)


def _balance(case: Case) -> _State:
    funds = case.passport[Axis.FUNDS]
    amounts = [row for row in case.run.metrics if row.number is not None and row.metric.startswith(_AMOUNTS)]
    asks = ", ".join(sorted({row.ask for row in amounts}))
    if amounts and funds.answer is not Answer.UNKNOWN:
        return _State(_PROVED, Why("what is left or used, and the means to pay, were read"), asks)
    if amounts:
        return _State(_PARTIAL, Why("amounts were read; they do not tell whether somebody can pay"), asks)
    if funds.answer is Answer.YES:
        why = Why("the means to pay are known; usage and its limit could not be read")
        return _State(_PARTIAL, why, funds.asks)
    if any(row.outcome == Outcome.FORBIDDEN for row in case.run.answers if row.ask in _MONEY):
        return _State(_DENIED, Why("the key lacks the permission to read usage"), "usage_snapshot")
    return _State(_UNKNOWN, funds.why, funds.asks)


def _limit_matrix(case: Case) -> _State:
    """Say whose limits were read: those of the service that serves the models prove it, if they say how much."""
    limits, api = case.run.limits, case.run.plan.service
    services = ", ".join(sorted({row.service for row in limits}))
    asks = ", ".join({ask.name for ask in case.run.plan.provider.asks if ask.name == "limit_snapshot"})
    if any(row.service == api and row.keyed and row.quota is not None and row.scope in _RATES for row in limits):
        return _State(_PROVED, Why("limits of {services} were read", services=services), asks)
    if any(row.service == api for row in limits):
        why = Why("limits of {services} were read; none tells how many requests or tokens this key may have",
                  services=services)  # fmt: skip
        return _State(_PARTIAL, why, asks)
    if services:
        why = Why("limits of {services} were read; those of {api} are not published read-only",
                  services=services, api=api)  # fmt: skip
        return _State(_PARTIAL, why, asks)
    return _State(_UNKNOWN, Why("no answer told a limit"), asks)


def _price_book(case: Case) -> _State:
    models = case.run.plan.models
    priced = [m for m in models if any(case.rulings[m, r].stands for r in case.run.live(m) if (m, r) in case.rulings)]
    if case.passport[Axis.MODELS].answer is Answer.UNKNOWN:
        return _State(_UNKNOWN, Why("no model list, so no routes to price"), "model_catalog")
    if len(priced) == len(models):
        return _State(_PROVED, Why("every covered model has a price with source on a live route"), "model_catalog")
    missing = ", ".join(sorted(set(models) - set(priced)))
    return _State(_PARTIAL, Why("no price that stands on a live route for {models}", models=missing), "model_catalog")


def _region_and_route(case: Case) -> _State:
    region = case.passport[Axis.REGION]
    routed = all(case.run.live(model) for model in case.run.plan.models)
    if region.answer is Answer.YES and routed:
        return _State(_PROVED, Why("answered from here, and every covered model has a live route"), "model_catalog")
    if region.answer is Answer.NO:
        return _State(_DENIED, region.why, region.asks)
    if routed:
        return _State(_PARTIAL, Why("live routes are known; {why}", why=region.why), "model_catalog")
    if any(row.listed for row in case.run.models):
        return _State(_PARTIAL, Why("a covered model has no live route"), "model_catalog")
    return _State(_UNKNOWN, region.why, region.asks)


def _monitoring(case: Case) -> _State:
    """Say what the samples prove: with fewer than it takes to see a host fail, they prove no watching."""
    policy, rows = case.policy, [row for row in case.run.answers if row.sample and row.request]
    if not rows:
        return _State(_UNKNOWN, Why("no samples were taken; probe with --samples"))
    taken, needed = told(rows), max(_LEAST_SAMPLES, policy.unstable_failures, policy.min_samples)
    asks = ", ".join(sorted({row.ask for row in rows}))
    times = [row.asked_at for row in rows if row.asked_at]
    over_s = (max(times) - min(times)).total_seconds() if times else 0.0
    why = Why("samples taken: {n} ({asks}) over {seconds} s, {bad} failed", n=taken, asks=asks, seconds=f"{over_s:.1f}",
              bad=sum(sampled(rows)))  # fmt: skip
    if taken < needed:
        why = Why("{why}; it takes {needed} to see a host fail", why=why, needed=needed)
    elif not any(row.outcome == Outcome.OK for row in rows):
        why = Why("{why}; none was answered as it should be", why=why)
    else:
        return _State(_PROVED, why, asks)
    return _State(_PARTIAL, why, asks)


def _operational_actions(case: Case) -> _State:
    auth = case.passport[Axis.AUTH]
    if auth.answer is Answer.YES:
        return _State(_PROVED, Why("the key is proved, so its next action can be named and carried out"), auth.asks)
    return _State(_PARTIAL, Why("only a review by a person can be named: {why}", why=auth.why), auth.asks)


_RULES: Mapping[Capability, Callable[[Case], _State]] = {
    Capability.PROVIDER_IDENTITY: _provider_identity,
    Capability.KEY_IDENTITY: _key_identity,
    Capability.MODEL_PERMISSION_MATRIX: _model_permissions,
    Capability.CAPABILITY_MATRIX: _capability_matrix,
    Capability.BALANCE_AND_QUOTA: _balance,
    Capability.LIMIT_MATRIX: _limit_matrix,
    Capability.PRICE_BOOK: _price_book,
    Capability.REGION_AND_ROUTE: _region_and_route,
    Capability.CONTINUOUS_MONITORING: _monitoring,
    Capability.OPERATIONAL_ACTIONS: _operational_actions,
}
