"""How answers become the facts of a run: read by their parsers, judged by the outcome table, believed or only kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from testkey_nb.http import Exchange, Manifest
from testkey_nb.identity import FOREIGN, Identity, identify
from testkey_nb.keys import Key
from testkey_nb.outcome import SAYS, Answer, Axis, Outcome, Speaks, Verdict, agree
from testkey_nb.places import edge_of, server_region_of
from testkey_nb.providers import PROVIDERS
from testkey_nb.providers.rate_limit_headers import latest, limits_told
from testkey_nb.redaction import masked, redact
from testkey_nb.rows import AnswerRow, EvidenceRow, LimitRow, MetricRow, PriceRow, Stamp, Value, Why
from testkey_nb.spec import LACKING, Ask, Finding, Metric, OfBody, Provider, Reply, Rows

from .control import CONTROL, kept_too_long
from .heard import Told
from .planning import Plan
from .platforms import OTHER_PLATFORM, told_of_others, told_of_plans
from .run import Run, merge_models
from .shared import Shared

_ADMINISTERS = Why("a key that manages an account: it is named here, never used, and calls no model")
_OPENS: Mapping[Axis, Why] = {
    Axis.AUTH: Why("make a new key on the provider's page, set the variable to it, and probe again"),
    Axis.FUNDS: Why("add credits or a payment method on the provider's billing page"),
    Axis.SCOPE: Why("make a key for calling models, and probe that one"),
    Axis.REGION: Why(
        "probe from, and route through, a region the provider serves and an IP address the account admits"
    ),
}


class Answered(NamedTuple):
    """An ask, where it went, and what came of it before it is read."""

    ask: Ask
    sample: int
    host: str
    path: str
    exchange: Exchange
    limits: tuple[LimitRow, ...] = ()  # that its headers tell


@dataclass(frozen=True, slots=True)
class Probed:
    """What a run has asked, and who answered: all that its facts are made from."""

    run_id: str
    key: Key
    admin: bool  # it looks like a key that manages an account
    plan: Plan
    vantage: str
    begun: datetime
    until: float  # on the clock of `expiry.now`
    identity: Identity
    told: Sequence[Told]
    proof: tuple[Finding, ...]  # from controls
    manifest: Manifest
    shared: Shared


def believed(plan: Plan, identity: Identity) -> bool:
    """Whether what was answered counts: not from a relay, nor from a base URL that nobody vouches for."""
    unknown = identity.verdict is Verdict.UNKNOWN and bool(plan.base_url)
    return identity.verdict not in FOREIGN and not unknown


def administers(plan: Plan, key: Key) -> bool:
    """Whether the key looks like one that manages an account, of whichever vendor: it is named and not used."""
    mine = [shape for shape in plan.provider.key_shapes if key.fits(shape.pattern)]
    anyones = [s for known in PROVIDERS.values() for s in known.key_shapes if s.administers and key.fits(s.pattern)]
    return bool(anyones) and all(shape.administers for shape in mine)


def read(provider: Provider, ask: Ask, reply: Reply) -> tuple[Outcome, Why, str, Rows]:
    """Return what an answer means, why, the source of the rule that decided, and what was found in it."""
    if ask.auth and (old := kept_too_long(reply)):
        return Outcome.UNEXPECTED, old, "RFC 9111 section 5.1", Rows()
    outcome, why, source = provider.judge(reply, ask.outcomes)
    rows = ask.parse(reply) if outcome is Outcome.OK else Rows()
    if rows is None:
        return Outcome.UNEXPECTED, LACKING, ask.source, Rows()
    return outcome, why, source, rows


def tell(key: Key, plan: Plan, begun: datetime, answered: Answered, shared: Shared) -> Told:
    """Return what is kept of an answer: its body is not.

    Equal rows of several runs are kept once, and their prices keep the moment they were first seen.
    """
    ask, exchange, where = answered.ask, answered.exchange, (answered.host, plan.region)

    def kept(reply: Reply) -> Rows | None:
        if (rows := ask.parse(reply)) is None:
            return None
        prices = shared.same(rows.prices)
        dated = shared.of((prices,), where, lambda: tuple(_dated(plan, begun, answered.host, prices)))
        return replace(rows, models=shared.same(rows.models), prices=dated)

    def parse(reply: Reply) -> Rows | None:
        if not reply.digest or not isinstance(ask.parse, OfBody):
            return kept(reply)
        return shared.keep((ask.parse, where, reply.digest), lambda: kept(reply))

    outcome, why, source, rows = Outcome.UNAVAILABLE, exchange.fault, "", Rows()
    if exchange.reply:
        outcome, why, source, rows = read(plan.provider, replace(ask, parse=parse), exchange.reply)
    row = _row(key, answered, (outcome, why, source))
    return Told(ask, row, rows, _limits(answered, outcome))


def as_run(probed: Probed) -> Run:
    """Return the facts of a run."""
    key, plan, shared = probed.key, probed.plan, probed.shared
    findings, answers = told_of_plans(plan, key, _findings(probed)), tuple(one.row for one in probed.told)
    # Otherwise words are kept, and nobody relies on them.
    counted = probed.told if believed(plan, probed.identity) else ()
    metrics = [
        MetricRow.of(name, value, unit, one.ask.name)
        for one in counted
        for name, value, unit in _without_pieces(key, one.rows.metrics)
    ]
    models = [one.rows.models for one in counted if one.rows.models]
    prices = [one.rows.prices for one in counted if one.rows.prices]
    return Run(
        stamp=Stamp(probed.run_id, plan.provider.id, key.hint, probed.begun),
        plan=plan,
        key_name=key.name,
        identity=replace(probed.identity, evidence=(*probed.identity.evidence, _shape(key, plan.provider))),
        manifest=probed.manifest,
        answers=answers,
        metrics=(*_key_valid(probed, findings), *dict.fromkeys(metrics)),
        models=shared.of(models, plan.models, lambda: shared.same(merge_models(chain(*models), plan.models))),
        prices=shared.of(prices, None, lambda: tuple(chain(*prices))),
        limits=(
            *latest((f"{one.row.host}{one.row.path}", one.limits) for one in counted),
            *(limit for one in counted for limit in one.rows.limits),
        ),
        findings=told_of_others(plan, findings, _there(answers)),
        until=probed.until,
        vantage=probed.vantage,
    )


def _findings(probed: Probed) -> list[Finding]:
    """Return what controls and refusals say about the axes."""
    found = list(probed.proof)
    elsewhere = any(finding.axis is Axis.REGION for finding in probed.proof)
    if believed(probed.plan, probed.identity) and not elsewhere:
        for ask, row in ((one.ask, one.row) for one in probed.told):
            if ask.auth and ask.name != OTHER_PLATFORM:
                found += _heard(ask, row.host, Outcome(row.outcome), row.why)
    accepted = agree(f.answer for f in found if f.axis is Axis.AUTH) is Answer.YES
    if accepted and probed.admin:
        found.append(Finding(Axis.SCOPE, Answer.NO, _ADMINISTERS, "", _OPENS[Axis.SCOPE]))
    return found


def limits_in(provider: Provider, exchange: Exchange) -> tuple[LimitRow, ...]:
    """Return the rate limits that any answer tells, errors included."""
    if exchange.reply is None:
        return ()
    return limits_told(exchange.reply, provider.limit_rules, own=provider.counts_itself)


def _limits(answered: Answered, outcome: Outcome) -> tuple[LimitRow, ...]:
    """Return the rate limits that an answer tells of this key or of anybody, but not what a made-up key was told."""
    if answered.ask.name in {CONTROL, OTHER_PLATFORM}:
        return ()
    keyed = answered.ask.auth and outcome is not Outcome.DENIED
    return tuple(replace(row, keyed=keyed) for row in answered.limits)


def _dated(plan: Plan, begun: datetime, host: str, prices: Iterable[PriceRow]) -> Iterator[PriceRow]:
    """Return prices with the region they hold in, that of the host that told them, and the moment they were seen."""
    region = next((known.region for known in plan.provider.hosts if known.host == host), plan.region)
    for price in prices:
        yield replace(price, region=price.region or region, checked_at=price.checked_at or begun)


def _there(answers: Iterable[AnswerRow]) -> dict[str, Outcome]:
    """Return what this vendor's separate platforms made of the key, by host."""
    return {row.host: Outcome(row.outcome) for row in answers if row.ask == OTHER_PLATFORM}


def _shape(key: Key, provider: Provider) -> EvidenceRow:
    """Say whose keys look like this one: for people; it says nothing of the endpoint and refuses nothing."""
    found = identify(key)
    why = Why.both(candidate.why for candidate in found) or Why("the key has no shape that is known here")
    points_to = ", ".join(dict.fromkeys(candidate.provider for candidate in found))
    shape = next((s for s in provider.key_shapes if key.fits(s.pattern)), None)
    source, checked = (shape.source, shape.checked) if shape else (provider.docs, provider.checked)
    return EvidenceRow("", "key shape", why, Speaks.NEUTRAL, points_to, source, checked)


def _key_valid(probed: Probed, findings: Iterable[Finding]) -> list[MetricRow]:
    answer = agree(finding.answer for finding in findings if finding.axis is Axis.AUTH)
    value = {Answer.YES: True, Answer.NO: False}.get(answer)
    asks = [a.name for a in probed.plan.provider.asks if "key_valid" in a.gives and a.admin == probed.admin]
    return [MetricRow.of("key_valid", value, "boolean", name) for name in asks]


def _row(key: Key, answered: Answered, verdict: tuple[Outcome, Why, str]) -> AnswerRow:
    ask, sample, host, path, exchange, _ = answered
    reply, split, (outcome, why, source) = exchange.reply, exchange.split, verdict
    headers = reply.headers if reply else {}
    region_header, region = server_region_of(headers)
    return AnswerRow(
        ask=ask.name,
        sample=sample,
        request=exchange.number or None,
        method="GET",
        host=host,
        path=path,
        keyed=ask.auth,
        status=reply.status if reply else None,
        outcome=outcome,
        why=why,
        source=source,
        said=key.redact(reply.text) if reply and outcome is not Outcome.OK else "",
        latency_s=exchange.latency_s,
        total_s=exchange.total_s,
        size_bytes=exchange.size_bytes,
        edge=edge_of(headers),
        retry_after=redact(headers.get("retry-after", ""), 40),
        asked_at=exchange.asked_at,
        dns_s=split.dns_s,
        connect_s=split.connect_s,
        tls_s=split.tls_s,
        first_byte_s=split.first_byte_s,
        transfer_s=split.transfer_s,
        address_family=exchange.family,
        server_region=region,
        server_region_header=region_header,
        tls_issuer=redact(exchange.issuer, 80),
    )


def _without_pieces(key: Key, metrics: Sequence[Metric]) -> Iterator[Metric]:
    """Return metrics without what identifies somebody, and without texts that spell the key one after the other."""
    together = " ".join(metric.value for metric in metrics if isinstance(metric.value, str))
    spelled = key.spelled_in(together)
    for metric in metrics:
        shown: Value = metric.value
        if isinstance(shown, str):
            shown = "[key]" if spelled else masked(shown)
        yield metric._replace(value=shown)


def _heard(ask: Ask, host: str, outcome: Outcome, why: Why) -> list[Finding]:
    found = Why("{host} answered: {words}", host=host, words=why)
    return [Finding(axis, answer, found, ask.name, _OPENS[axis]) for axis, answer in SAYS.get(outcome, ())]
