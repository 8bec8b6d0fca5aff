"""What can be changed in a run that may launch: one thing at a time, by the name that the tables of rules use."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from testkey_nb.outcome import Answer, Axis, Outcome, Verdict
from testkey_nb.probe import Run
from testkey_nb.rows import LimitRow, MetricRow, Value, Why
from testkey_nb.spec import Finding

WHY, ROUTER = Why("because"), "router.huggingface.co"
LETTERS = {"y": Answer.YES, "n": Answer.NO, "u": Answer.UNKNOWN}


def axes(run: Run, **answers: str) -> Run:
    """Answer the axes that answers tell of otherwise; the two others are worked out from the run's rows."""
    found = dict.fromkeys(("auth", "funds", "quota", "scope"), "y") | answers
    findings = [Finding(Axis(axis), LETTERS[letter], WHY, "current_key", WHY) for axis, letter in found.items()]
    auth = tuple(one for one in findings if one.axis is Axis.AUTH)
    told = tuple(one for one in findings if one.axis is not Axis.AUTH)
    provider = replace(run.plan.provider, findings=lambda _values: told)
    return replace(run, findings=auth, plan=replace(run.plan, provider=provider))


def witnesses(run: Run, axis: str, letters: str) -> Run:
    """Answer one axis by several witnesses, one letter each."""
    found = axes(run)
    told = tuple(Finding(Axis(axis), LETTERS[letter], Why(letter), f"ask {letter}", WHY) for letter in letters)
    return replace(found, findings=(*(one for one in found.findings if one.axis != axis), *told))


def models(run: Run, **facts: Any) -> Run:  # noqa: ANN401 - fields of ModelRow
    return replace(run, models=tuple(replace(row, **facts) if row.covered else row for row in run.models))


def metric(run: Run, name: str, *values: Value) -> Run:
    kept = tuple(row for row in run.metrics if row.metric != name)
    return replace(run, metrics=(*kept, *(MetricRow.of(name, value, "", "current_key") for value in values)))


def prices(run: Run, **facts: Any) -> Run:  # noqa: ANN401 - fields of PriceRow
    return uncatalogued(replace(run, prices=tuple(replace(row, **facts) for row in run.prices)))


def uncatalogued(run: Run, **facts: Any) -> Run:  # noqa: ANN401 - fields of Run
    """Leave the run its own prices only."""
    run = replace(run, **facts)
    return replace(run, plan=replace(run.plan, provider=replace(run.plan.provider, catalogue="")))


def identity(run: Run, verdict: Verdict) -> Run:
    return replace(run, identity=replace(run.identity, verdict=verdict))


def ends(run: Run, name: str, days: float) -> Run:
    end = run.stamp.observed_at + timedelta(days=days)
    return models(run, **{name: end}) if name == "shutdown_at" else metric(run, name, end.isoformat())


def samples(run: Run, *outcomes: Outcome) -> Run:
    template = next(row for row in run.answers if row.ask == "model_catalog")
    rows = [replace(template, sample=n, outcome=one, request=100 + n) for n, one in enumerate(outcomes, start=1)]
    return replace(run, answers=(*run.answers, *rows))


def disputed(run: Run) -> Run:
    dearer = (replace(row, source="another", input_per_mtok=9.0, output_per_mtok=9.0) for row in run.prices)
    return replace(run, prices=(*run.prices, *dearer))


OK, DOWN = Outcome.OK, Outcome.UNAVAILABLE
LIMIT = LimitRow("api", ROUTER, 1000, 1, 300, 9, "x", "requests")
CHANGED: Mapping[str, Callable[[Run], Run]] = {
    "nothing": lambda run: run,
    "identity genuine": lambda run: identity(run, Verdict.GENUINE),
    "identity relay": lambda run: identity(run, Verdict.RELAY),
    "identity contradicted": lambda run: identity(run, Verdict.CONTRADICTED),
    "identity unknown": lambda run: identity(run, Verdict.UNKNOWN),
    "auth no": lambda run: axes(run, auth="n"),
    "auth unknown": lambda run: axes(run, auth="u"),
    "funds no": lambda run: axes(run, funds="n"),
    "funds unknown": lambda run: axes(run, funds="u"),
    "quota no": lambda run: axes(run, quota="n"),
    "quota unknown": lambda run: axes(run, quota="u"),
    "scope no": lambda run: axes(run, scope="n"),
    "scope unknown": lambda run: axes(run, scope="u"),
    "region no": lambda run: axes(run, region="n"),
    "region unknown": lambda run: axes(run, region="u"),
    "auth contradicted": lambda run: witnesses(run, "auth", "yn"),
    "auth yes, once not known": lambda run: witnesses(run, "auth", "uy"),
    "auth no, once not known": lambda run: witnesses(run, "auth", "un"),
    "funds contradicted": lambda run: witnesses(run, "funds", "n"),  # the account can pay, an answer says it cannot
    "quota no, once not known": lambda run: replace(
        axes(run, quota="n"), findings=(*axes(run).findings, Finding(Axis.QUOTA, Answer.UNKNOWN, WHY, "x", WHY))
    ),
    "scope no, funds unknown": lambda run: axes(run, scope="n", funds="u"),
    "scope unknown, funds no": lambda run: axes(run, scope="u", funds="n"),
    "model not in the list": lambda run: models(run, model="another/model"),
    "no list": lambda run: replace(run, models=()),
    "routes down": lambda run: models(run, route_status="error"),
    "routes staging": lambda run: models(run, route_status="staging"),
    "routes untold": lambda run: models(run, route_status="resting"),
    "a model shut down": lambda run: ends(run, "shutdown_at", -1),
    "a model shut down soon": lambda run: ends(run, "shutdown_at", 1),
    "a model deprecated": lambda run: models(run, deprecated=True),
    "no price": lambda run: uncatalogued(run, prices=()),
    "half a price": lambda run: prices(run, input_per_mtok=None),
    "a price of 0": lambda run: prices(run, input_per_mtok=0.0, output_per_mtok=0.0),
    "free by its word": lambda run: prices(run, input_per_mtok=None, output_per_mtok=None, free=True),
    "prices disputed": disputed,
    "prices stale": lambda run: prices(run, checked_at=run.stamp.observed_at - timedelta(days=31)),
    "prices undated": lambda run: prices(run, checked_at=None),
    "over-privileged": lambda run: metric(run, "over_privileged", 1),
    "over-privileged, auth unknown": lambda run: axes(metric(run, "over_privileged", 1), auth="u"),
    "privilege unknown": lambda run: metric(run, "over_privileged"),
    "expired": lambda run: ends(run, "expires_at", -1),
    "expires in 29 days": lambda run: ends(run, "expires_at", 29.9),
    "expires in 31 days": lambda run: ends(run, "expires_at", 30.1),
    "a limit": lambda run: replace(run, limits=(LIMIT,)),
    "another service's limit": lambda run: replace(run, limits=(replace(LIMIT, service="huggingface.co", quota=1),)),
    "three of five samples down": lambda run: samples(run, DOWN, OK, DOWN, OK, DOWN),
    "two of five samples down": lambda run: samples(run, DOWN, OK, DOWN, OK, OK),
    "no price, funds unknown": lambda run: uncatalogued(axes(run, funds="u"), prices=()),
    "no price, scope no": lambda run: uncatalogued(axes(run, scope="n"), prices=()),
}
