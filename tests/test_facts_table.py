"""How answers become the facts of a run, line by line: what is kept, what counts, and what is said of the key."""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from testkey_nb.http import Exchange, Manifest, Split
from testkey_nb.identity import Identity
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Axis, Outcome, Verdict
from testkey_nb.probe import Run, plan
from testkey_nb.probe.control import CONTROL
from testkey_nb.probe.facts import Answered, Probed, as_run, limits_in, read, tell
from testkey_nb.probe.heard import Heard, Told
from testkey_nb.probe.platforms import OTHER_PLATFORM
from testkey_nb.probe.shared import Shared
from testkey_nb.providers import PROVIDERS
from testkey_nb.rows import LimitRow, ModelRow, PriceRow, Why
from testkey_nb.spec import LACKING, Ask, Clause, Finding, Metric, OfBody, Region, Reply, Rows

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
BEFORE = NOW - timedelta(days=3)
JSON: Mapping[str, str] = {"content-type": "application/json"}


def key() -> Key:
    """Return a key anew: another test of the process may purge."""
    return Key("K", "hf_" + "q" * 30 + "wert")


HOSTS = (Region("a.example", "here"), Region("b.example", "there"))
PLAN = replace(
    plan("huggingface", operator="the tests, for made-up accounts"),
    provider=replace(PROVIDERS["huggingface"], hosts=HOSTS, outcomes=()),
    region="here",
    models=("a/b",),
)
PRICE = PriceRow("a/b", "x", "", "live", 1.0, 2.0)
LIMIT = LimitRow("api", "a.example", 1000, 1, 300, 9, "x", "requests")
FOUND = Rows((Metric("plan", "pro"),), (ModelRow("a/b", "x", listed=True, route_status="live"),), (PRICE,), (LIMIT,))


def ask(name: str = "current_key", *, found: Rows | None = FOUND, **differs: Any) -> Ask:  # noqa: ANN401 - fields of Ask
    facts = {"auth": True, "gives": ("key_valid",), **differs}
    return Ask(name, "a.example", "/me", lambda _reply: found, "the docs", "2026-11-25", **facts)


def reply(status: int = 200, body: object = "x", **headers: str) -> Reply:
    return Reply(status, {**JSON, **headers}, {"said": body}, f'{{"said": "{body}"}}')


def told(one: Ask, exchange: Exchange, host: str = "a.example", limits: tuple[LimitRow, ...] = ()) -> Told:
    return tell(key(), PLAN, NOW, Answered(one, 0, host, "/me", exchange, limits), Shared())


def made(*answers: Told, proof: tuple[Finding, ...] = (), verdict: Verdict = Verdict.GENUINE, **differs: Any) -> Run:  # noqa: ANN401 - fields of Probed
    asks = tuple(one.ask for one in answers)
    provider = replace(PLAN.provider, asks=asks)
    facts: dict[str, Any] = {"admin": False, "plan": replace(PLAN, provider=provider), **differs}
    return as_run(
        Probed("r", key(), facts["admin"], facts["plan"], "", NOW, math.inf, Identity(verdict, None, Why("")), answers,
               proof, Manifest(), Shared())
    )  # fmt: skip


# What an answer means: a 200 counts once its parser has found what it should hold, and nothing else is parsed.

DENIED_BY_WORDS = Clause(Outcome.DENIED, "a page", "2026-11-25", 400, "no such key")
READ = (
    (reply(), FOUND, Outcome.OK, "", "", 1),
    (reply(), Rows(), Outcome.OK, "", "", 0),
    (reply(), None, Outcome.UNEXPECTED, LACKING, "the docs", 0),
    (reply(400, "no such key"), FOUND, Outcome.DENIED, "no such key", "a page", 0),
    (reply(400, "x"), FOUND, Outcome.UNEXPECTED, "status 400: no rule describes this answer", "", 0),
    (reply(401), FOUND, Outcome.UNEXPECTED, "status 401: no rule describes this answer", "", 0),
    (reply(429), FOUND, Outcome.RATE_LIMITED, "status 429", "RFC 6585 section 4", 0),
    (reply(500), FOUND, Outcome.UNAVAILABLE, "status 500", "RFC 9110 section 15.6", 0),
    (reply(499), FOUND, Outcome.UNEXPECTED, "status 499: no rule describes this answer", "", 0),
    (Reply(200, {}, None, "x"), FOUND, Outcome.UNEXPECTED, LACKING, "", 0),
    (Reply(200, {}, None, "<p>"), FOUND, Outcome.UNEXPECTED, "status 200: a page for people instead of an answer", "",
     0),
    (Reply(204, {}, None, ""), FOUND, Outcome.UNEXPECTED, "status 204: no rule describes this answer", "", 0),
)  # fmt: skip


@pytest.mark.parametrize(("given", "found", "outcome", "why", "source", "metrics"), READ)
def test_what_an_answer_means(
    given: Reply, found: Rows | None, outcome: Outcome, why: str, source: str, metrics: int
) -> None:
    one = ask(found=found, outcomes=(DENIED_BY_WORDS,))
    meant, because, of, rows = read(PLAN.provider, one, given)
    assert (meant, because, of, len(rows.metrics)) == (outcome, why, source, metrics)
    kept = told(one, Exchange(1, reply=given))
    assert (kept.row.outcome, kept.row.why, kept.row.source, len(kept.rows.metrics)) == (outcome, why, source, metrics)
    assert bool(kept.row.said) is (outcome is not Outcome.OK and bool(given.text))


def test_no_answer_is_unavailable_and_keeps_its_fault() -> None:
    row = told(ask(), Exchange(1, Why("it timed out"))).row
    assert (row.outcome, row.why, row.status, row.said, row.request) == ("unavailable", "it timed out", None, "", 1)
    assert told(ask(), Exchange(0, Why("not asked"))).row.request is None


# Whose limits are kept, and as whose.

OF_KEY: tuple[tuple[Ask, Reply, list[bool]], ...] = (
    (ask(), reply(), [True]),
    (ask(auth=False), reply(), [False]),
    (ask(), reply(429), [True]),
    (ask(outcomes=(DENIED_BY_WORDS,)), reply(400, "no such key"), [False]),
    (ask(CONTROL), reply(), []),
    (ask(OTHER_PLATFORM), reply(), []),
)


@pytest.mark.parametrize(("one", "given", "keyed"), OF_KEY)
def test_limits_are_the_keys_where_the_key_was_taken_and_nobodys_from_a_made_up_one(
    one: Ask, given: Reply, keyed: list[bool]
) -> None:
    assert [row.keyed for row in told(one, Exchange(1, reply=given), limits=(LIMIT,)).limits] == keyed
    assert limits_in(PLAN.provider, Exchange(1)) == ()


# A price holds in the region of the host that told it, from the moment the run began, where it does not say otherwise.

DATED = (
    (PRICE, "a.example", "here", NOW),
    (PRICE, "b.example", "there", NOW),
    (PRICE, "elsewhere.example", "here", NOW),
    (replace(PRICE, region="eu"), "b.example", "eu", NOW),
    (replace(PRICE, checked_at=BEFORE), "a.example", "here", BEFORE),
)


@pytest.mark.parametrize(("price", "host", "region", "day"), DATED)
def test_a_price_has_a_region_and_a_date(price: PriceRow, host: str, region: str, day: datetime) -> None:
    [kept] = told(ask(found=replace(FOUND, prices=(price,))), Exchange(1, reply=reply()), host).rows.prices
    assert (kept.region, kept.checked_at) == (region, day)


# Only who is believed makes facts; what anybody answered is told in any case.


@pytest.mark.parametrize(
    ("verdict", "base_url", "counts"),
    [
        (Verdict.GENUINE, "", True),
        (Verdict.VOUCHED, "https://x.example", True),
        (Verdict.UNKNOWN, "", True),
        (Verdict.UNKNOWN, "https://x.example", False),
        (Verdict.RELAY, "", False),
        (Verdict.CONTRADICTED, "", False),
    ],
)
def test_answers_of_those_who_are_not_believed_make_no_facts(verdict: Verdict, base_url: str, *, counts: bool) -> None:
    denied = told(ask(outcomes=(DENIED_BY_WORDS,)), Exchange(2, reply=reply(400, "no such key")))
    run = made(told(ask(), Exchange(1, reply=reply())), denied, verdict=verdict, plan=replace(PLAN, base_url=base_url))
    assert len(run.answers) == 2
    assert [bool(rows) for rows in (run.prices, run.limits, run.findings)] == [counts] * 3
    assert [row.listed for row in run.models] == [True if counts else None]
    assert {row.metric for row in run.metrics} - {"key_valid"} == ({"plan"} if counts else set())


# What refusals and controls say of the key.

YES = Finding(Axis.AUTH, Answer.YES, Why("proved"), "current_key")
NO_HERE = Finding(Axis.REGION, Answer.NO, Why("elsewhere"), "current_key")


def refused(outcome: Outcome, name: str = "current_key", **differs: Any) -> Told:  # noqa: ANN401 - fields of Ask
    one = ask(name, outcomes=(replace(DENIED_BY_WORDS, outcome=outcome),), **differs)
    return told(one, Exchange(1, reply=reply(400, "no such key")))


SAID: tuple[tuple[Told, tuple[Finding, ...], bool, dict[str, str]], ...] = (
    (refused(Outcome.DENIED), (), False, {"auth": "no"}),
    (refused(Outcome.NO_FUNDS), (), False, {"funds": "no"}),
    (refused(Outcome.REGION_BLOCKED), (), False, {"region": "no"}),
    (refused(Outcome.FORBIDDEN), (), False, {}),
    (refused(Outcome.RATE_LIMITED), (), False, {}),
    (refused(Outcome.NOT_OFFERED), (), False, {}),
    (refused(Outcome.UNAVAILABLE), (), False, {}),
    (refused(Outcome.DENIED, auth=False), (), False, {}),
    (refused(Outcome.DENIED, OTHER_PLATFORM), (), False, {}),
    (refused(Outcome.DENIED, CONTROL, auth=False), (YES,), False, {"auth": "yes"}),
    (refused(Outcome.NO_FUNDS), (YES,), False, {"auth": "yes", "funds": "no"}),
    (refused(Outcome.DENIED), (YES, NO_HERE), False, {"auth": "yes", "region": "no"}),
    (refused(Outcome.FORBIDDEN), (YES,), True, {"auth": "yes", "scope": "no"}),
    (refused(Outcome.NO_FUNDS), (YES,), True, {"auth": "yes", "funds": "no", "scope": "no"}),
    (refused(Outcome.FORBIDDEN), (), True, {}),
    (refused(Outcome.DENIED), (), True, {"auth": "no"}),
)


@pytest.mark.parametrize(("answer", "proof", "admin", "findings"), SAID)
def test_what_refusals_and_controls_say_of_the_key(
    answer: Told,
    proof: tuple[Finding, ...],
    admin: bool,  # noqa: FBT001 - a column of the table
    findings: dict[str, str],
) -> None:
    run = made(answer, proof=proof, admin=admin)
    assert {one.axis.value: one.answer.value for one in run.findings} == findings
    assert len(run.findings) == len(findings)
    heard = [one for one in run.findings if one not in proof and one.axis is not Axis.SCOPE]
    assert all(one.why == "a.example answered: no such key" and one.asks == "current_key" for one in heard)
    assert all(one.opens for one in run.findings if one not in proof)


def test_a_denied_key_that_a_control_proves_is_contradicted_and_not_valid() -> None:
    run = made(refused(Outcome.DENIED), proof=(YES,))
    assert [row.value for row in run.metrics if row.metric == "key_valid"] == [None]


@pytest.mark.parametrize(
    ("proof", "value"),
    [((YES,), "true"), ((replace(YES, answer=Answer.NO),), "false"), ((), None), ((NO_HERE,), None)],
)
def test_whether_a_key_is_valid_is_a_metric_of_the_asks_that_tell_it(
    proof: tuple[Finding, ...], value: str | None
) -> None:
    fine = Exchange(1, reply=reply())
    asks = (ask(), ask("other", gives=()), ask("account", admin=True))
    for admin, names in ((False, ["current_key"]), (True, ["account"])):
        run = made(*(told(one, fine) for one in asks), proof=proof, admin=admin)
        rows = [row for row in run.metrics if row.metric == "key_valid"]
        assert [(row.value, row.unit, row.ask) for row in rows] == [(value, "boolean", name) for name in names]


# What a key looks like is told, and says nothing of the endpoint.


@pytest.mark.parametrize(
    ("text", "points_to", "source"),
    [("hf_" + "q" * 34, "huggingface", "trufflesecurity"), ("of-no-shape-at-all", "", "https://huggingface.co")],
)
def test_the_shape_of_a_key_is_neutral_evidence(text: str, points_to: str, source: str) -> None:
    probed = Probed("r", Key("K", text), False, PLAN, "", NOW, math.inf, Identity(Verdict.GENUINE, None, Why("")), (),  # noqa: FBT003
                    (), Manifest(), Shared())  # fmt: skip
    [evidence] = as_run(probed).identity.evidence
    assert (evidence.endpoint, evidence.mark, evidence.speaks, evidence.points_to) == (
        "",
        "key shape",
        "neutral",
        points_to,
    )
    assert evidence.source.startswith(source)
    assert bool(evidence.observed)


def test_equal_metrics_are_told_once_and_a_key_in_one_is_blanked() -> None:
    fine, one = Exchange(1, reply=reply()), ask(found=Rows((Metric("plan", "key hf_abcdefghijkl1234"),)))
    run = made(told(one, fine), told(one, fine))
    assert [row.value for row in run.metrics if row.metric == "plan"] == ["key [key]"]


# What another run may take from an answer.


@pytest.mark.parametrize(
    ("status", "lasts"),
    [(200, True), (401, True), (404, True), (428, True), (430, True), (499, True), (429, False), (500, False),
     (503, False), (None, False)],
)  # fmt: skip
def test_an_answer_lasts_unless_something_went_wrong_for_the_moment(status: int | None, *, lasts: bool) -> None:
    assert Heard("r", True, (), None, status).lasts is lasts  # noqa: FBT003


def test_what_is_lent_is_the_answer_and_neither_number_nor_time_nor_size_of_the_request() -> None:
    sent = Exchange(7, reply=reply(), latency_s=0.1, total_s=0.2, size_bytes=99, asked_at=NOW)
    heard = Heard("r", True, (told(ask(), sent, limits=(LIMIT,)),), None, 200)  # noqa: FBT003
    [mine], [theirs] = heard.told, heard.lent.told
    assert (mine.row.request, mine.row.latency_s, mine.row.size_bytes, mine.row.shared_from) == (7, 0.1, 99, "")
    row = theirs.row
    assert (row.request, row.latency_s, row.total_s, row.size_bytes, row.shared_from) == (None, None, None, None, "r")
    assert (row.outcome, row.status, theirs.rows, theirs.limits) == ("ok", 200, mine.rows, mine.limits)


def test_a_key_is_looked_for_in_everything_that_is_kept_of_an_answer() -> None:
    quiet = told(ask(), Exchange(1, reply=reply()))
    piece = "Qqwert"
    for kept in (
        replace(quiet, row=replace(quiet.row, said=piece)),
        replace(quiet, rows=replace(quiet.rows, metrics=(Metric("plan", piece),))),
        replace(quiet, rows=replace(quiet.rows, models=(ModelRow("a/b", piece),))),
        replace(quiet, limits=(replace(LIMIT, said=piece),)),
    ):
        assert Heard("r", True, (quiet, kept), None, 200).echoes(key())  # noqa: FBT003
    assert not Heard("r", True, (quiet,), None, 200).echoes(key())  # noqa: FBT003


def test_a_row_of_answers_tells_what_the_headers_say() -> None:
    row = told(ask(), Exchange(3, reply=reply(429, **{"retry-after": "30", "cf-ray": "8f0a1b2c3d4e5f60-FRA"}))).row
    assert (row.ask, row.method, row.host, row.path, row.keyed) == ("current_key", "GET", "a.example", "/me", True)
    assert (row.request, row.status, row.edge, row.retry_after) == (3, 429, "FRA", "30")


def test_a_parser_of_bodies_reads_an_equal_body_once_and_any_other_parser_each_time() -> None:
    def runs(parser: type[OfBody] | None, *digests: str) -> int:
        calls: list[str] = []

        def parse(given: Reply) -> Rows:
            calls.append(given.digest)
            return FOUND

        one, shared = replace(ask(), parse=parser(parse) if parser else parse), Shared()
        for digest in digests:
            exchange = Exchange(1, reply=replace(reply(), digest=digest))
            assert tell(key(), PLAN, NOW, Answered(one, 0, "a.example", "/me", exchange), shared).rows.metrics
        return len(calls)

    assert runs(OfBody, "x", "x") == 1
    assert runs(OfBody, "x", "y") == 2
    assert runs(OfBody, "", "") == 2  # the key was blanked in it
    assert runs(None, "x", "x") == 2


def test_the_price_of_an_equal_answer_is_its_askers_and_holds_where_it_was_given() -> None:
    def parser(price: PriceRow) -> OfBody:
        return OfBody(lambda _reply: replace(FOUND, prices=(price,)))

    shared, cheap = Shared(), replace(PRICE, input_per_mtok=0.5)
    parsers = {price: parser(price) for price in (PRICE, cheap)}
    for price, host, region, holds in (
        (PRICE, "a.example", "here", "here"),
        (PRICE, "b.example", "here", "there"),
        (PRICE, "c.example", "here", "here"),
        (PRICE, "c.example", "there", "there"),
        (cheap, "a.example", "here", "here"),
    ):
        exchange = Exchange(1, reply=replace(reply(), digest="x"))
        answered = Answered(replace(ask(), parse=parsers[price]), 0, host, "/me", exchange)
        [row] = tell(key(), replace(PLAN, region=region), NOW, answered, shared).rows.prices
        assert (row.input_per_mtok, row.region) == (price.input_per_mtok, holds)


@pytest.mark.parametrize(
    ("age", "auth", "outcome"),
    [("300", True, Outcome.OK), ("301", True, Outcome.UNEXPECTED), ("90000", False, Outcome.OK)],
)
def test_only_what_was_said_to_a_key_grows_too_old_in_a_cache(
    age: str,
    auth: bool,  # noqa: FBT001 - a column of the table
    outcome: Outcome,
) -> None:
    assert told(ask(auth=auth), Exchange(1, reply=reply(age=age))).row.outcome == outcome


def test_a_refusal_is_told_with_what_the_other_platforms_said_and_nothing_else_that_was_answered() -> None:
    hosts = (Region("a.example", "here", "https://a.example"), Region("b.example", "there", "https://b.example"))
    split = replace(PLAN, provider=replace(PLAN.provider, hosts=hosts))
    here, there = refused(Outcome.DENIED), refused(Outcome.DENIED, OTHER_PLATFORM)
    there = replace(there, row=replace(there.row, host="b.example"))
    for answers, words in (((here,), "a separate platform at b.example"), ((here, there), "not accepted at b.example")):
        [found] = made(*answers, plan=split).findings
        assert words in found.why


def test_a_row_of_answers_tells_where_its_time_went_and_over_what() -> None:
    split = Split(0.1, 0.2, 0.3, 0.4, 0.5)
    sent = Exchange(1, reply=reply(), latency_s=0.6, total_s=0.7, split=split, size_bytes=8, asked_at=NOW, issuer="CA",
                    peer="::1")  # fmt: skip
    row = told(ask(), sent).row
    assert (row.dns_s, row.connect_s, row.tls_s, row.first_byte_s, row.transfer_s) == (0.1, 0.2, 0.3, 0.4, 0.5)
    assert (row.latency_s, row.total_s, row.size_bytes, row.asked_at) == (0.6, 0.7, 8, NOW)
    assert (row.tls_issuer, row.address_family) == ("CA", "ipv6")
