"""The outcome table: every clause against a real body, and everything else never a verdict about a key."""

import re
from collections.abc import Mapping
from datetime import date

import pytest
import real_bodies as real
from real_bodies import reply

from testkey_nb.outcome import SAYS, Answer, Axis, Outcome
from testkey_nb.providers import PROVIDERS
from testkey_nb.providers.huggingface import HUGGINGFACE
from testkey_nb.spec import Ask, Clause, Provider, Rows

ASKS = [(provider, ask) for provider in PROVIDERS.values() for ask in provider.asks]
ASK_IDS = [f"{provider.id}-{ask.name}-{ask.path}" for provider, ask in ASKS]
USAGE = next(ask for ask in HUGGINGFACE.asks if ask.name == "usage_snapshot")

REAL: dict[str, tuple[int, Mapping[str, object], Outcome]] = {
    "bad key": (401, real.INVALID, Outcome.DENIED),
    "no permission for the user": (403, real.NO_PERMISSION, Outcome.FORBIDDEN),
    "no permission for the organisation": (403, real.NO_PERMISSION_ORG, Outcome.FORBIDDEN),
    "token policy": (403, real.TOKEN_POLICY, Outcome.FORBIDDEN),
    "revoked by the organisation": (403, real.TOKEN_REVOKED, Outcome.FORBIDDEN),
    "credits depleted": (402, real.DEPLETED, Outcome.NO_FUNDS),
    "credits exceeded": (402, real.EXCEEDED, Outcome.NO_FUNDS),
    "no key": (401, real.NO_KEY, Outcome.UNEXPECTED),
    "unknown model": (400, real.NO_MODEL, Outcome.UNEXPECTED),
    "model of no enabled provider": (400, real.NOT_SERVED, Outcome.UNEXPECTED),
    "rate limited": (429, real.THROTTLED, Outcome.RATE_LIMITED),
    "an upstream's fault": (500, real.UPSTREAM, Outcome.UNAVAILABLE),
}


@pytest.mark.parametrize("case", REAL)
def test_a_real_answer_means_what_its_source_says(case: str) -> None:
    status, body, expected = REAL[case]
    outcome, why, _ = HUGGINGFACE.judge(reply(status, body))
    assert outcome is expected
    assert why


def test_every_clause_is_held_by_a_real_body_and_by_no_other_status() -> None:
    bodies = [reply(status, body) for status, body, _ in REAL.values()]
    for clause in HUGGINGFACE.outcomes:
        held = [body for body in bodies if clause.holds(body)]
        assert held, clause
        assert {body.status for body in held} == {clause.status}


def test_usage_without_the_billing_permission_is_forbidden_and_only_there() -> None:
    refused = reply(403, {"error": "This token may not read billing information"})
    assert HUGGINGFACE.judge(refused, USAGE.outcomes)[0] is Outcome.FORBIDDEN
    assert HUGGINGFACE.judge(refused)[0] is Outcome.UNEXPECTED
    assert [clause for clause in USAGE.outcomes if clause.holds(refused)] == list(USAGE.outcomes)


def test_the_outcome_names_the_source_of_the_clause_that_decided() -> None:
    outcome, why, source = HUGGINGFACE.judge(reply(401, real.INVALID))
    assert (outcome, why) == (Outcome.DENIED, "Invalid credentials in Authorization header")
    assert source == HUGGINGFACE.outcomes[0].source


STATUSES = (
    201, 204, 300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 407, 409, 410, 418, 422, 429, 451, 500, 502, 503,
    504, 520, 529,
)  # fmt: skip
GENERIC: dict[str, tuple[object, dict[str, str]]] = {
    "empty": ("", {}),
    "page": (real.PAGE, real.HTML),
    "page without a type": (real.PAGE, {}),
    "page that says JSON": (real.PAGE, real.JSON),
    "malformed": ('{"error": "Inva', real.JSON),
    "detail": ({"detail": "Not Found"}, real.JSON),
    "OpenAI": ({"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}, real.JSON),
    "list": ([], real.JSON),
    "null": (None, real.JSON),
    "text": ("Unauthorized", {"content-type": "text/plain"}),
}
PAGES = [name for name in GENERIC if name.startswith("page")]


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda provider: provider.id)
@pytest.mark.parametrize("case", GENERIC)
def test_a_generic_answer_is_neither_a_refusal_nor_a_proof(provider: Provider, case: str) -> None:
    for status in (*STATUSES, *((200,) if case in PAGES else ())):
        for first in ((), *(ask.outcomes for ask in provider.asks)):
            answer = reply(status, *GENERIC[case])
            if provider is not HUGGINGFACE and any(clause.holds(answer) for clause in (*first, *provider.outcomes)):
                continue  # this provider's documentation claims this very body
            outcome, why, _ = provider.judge(answer, first)
            assert outcome not in {Outcome.DENIED, Outcome.OK, Outcome.NO_FUNDS, Outcome.REGION_BLOCKED}, status
            assert why


@pytest.mark.parametrize("status", [401, 402, 403])
def test_a_firewalls_page_is_nobodys_verdict_even_with_the_providers_words(status: int) -> None:
    for _, body, _ in REAL.values():
        words = body["error"]
        page = reply(status, f"<html><body>{words}</body></html>", real.HTML)
        assert HUGGINGFACE.judge(page)[0] is Outcome.UNEXPECTED


LACKING: dict[str, object] = {
    "empty object": {},
    "empty list": [],
    "null": None,
    "text": "ok",
    "number": 7,
    "true": True,
    "empty data": {"data": []},
    "data of nothing": {"data": None},
    "an error with 200": {"error": "Invalid credentials in Authorization header"},
    "wrong types": {"data": "x", "usage": [], "auth": "x", "id": 3, "inferenceProviderMapping": "x"},
}


@pytest.mark.parametrize("case", LACKING)
@pytest.mark.parametrize(("provider", "ask"), ASKS, ids=ASK_IDS)
def test_a_200_without_the_expected_field_is_no_answer(provider: Provider, ask: Ask, case: str) -> None:
    answer = reply(200, LACKING[case])
    outcome = provider.judge(answer, ask.outcomes)[0]
    if outcome is not Outcome.OK:
        assert outcome is Outcome.UNEXPECTED
        assert not answer.is_json
        return
    if ask.name == "limit_snapshot":
        # Most limits stand in headers: an answer without them says that none are published.
        assert not (ask.parse(answer) or Rows()).limits
    else:
        assert ask.parse(answer) is None


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome.DENIED, ((Axis.AUTH, Answer.NO),)),
        (Outcome.NO_FUNDS, ((Axis.FUNDS, Answer.NO),)),
        (Outcome.REGION_BLOCKED, ((Axis.REGION, Answer.NO),)),
    ],
)
def test_only_three_outcomes_say_something_of_a_key_by_themselves(
    outcome: Outcome, said: tuple[tuple[Axis, Answer], ...]
) -> None:
    assert SAYS[outcome] == said
    assert len(SAYS) == 3


def facts(provider: Provider) -> list[tuple[str, str, str]]:
    clauses: list[Clause] = [*provider.outcomes, *(clause for ask in provider.asks for clause in ask.outcomes)]
    return [
        ("provider", provider.docs, provider.checked),
        *(("clause", fact.source, fact.checked) for fact in clauses),
        *(("ask", fact.source, fact.checked) for fact in provider.asks),
        *(("mark", fact.source, fact.checked) for fact in provider.marks),
        *(("key shape", fact.source, fact.checked) for fact in provider.key_shapes),
    ]


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda provider: provider.id)
def test_every_fact_has_a_source_and_the_day_it_was_read(provider: Provider) -> None:
    for kind, source, checked in facts(provider):
        assert len(source) > 8, kind
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", checked), (kind, source)
        assert date.fromisoformat(checked) <= date(2026, 12, 31), (kind, source)
    assert provider.docs.startswith("https://")


@pytest.mark.parametrize(("provider", "ask"), ASKS, ids=ASK_IDS)
def test_an_ask_goes_to_a_listed_host_and_carries_the_key_only_to_a_host_that_may_have_it(
    provider: Provider, ask: Ask
) -> None:
    keyed, keyless = {r.host for r in provider.hosts}, {r.host for r in provider.keyless_hosts}
    if not keyed:
        keyed = {""}  # a relay has no host of its own: its asks go to the base URL
    assert ask.host in (keyed if ask.auth else keyed | keyless)
    assert ask.auth or not ask.proves_key
    assert ask.path.startswith("/")


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda provider: provider.id)
def test_a_key_travels_in_a_header_and_a_shape_has_its_control(provider: Provider) -> None:
    name, written = provider.auth
    assert name == name.lower()
    assert "{key}" in written
    assert not any("{key}" in ask.path for ask in provider.asks)
    for mark in provider.marks:
        assert bool(mark.header) != bool(mark.body), mark
        assert not mark.path or mark.body, mark
