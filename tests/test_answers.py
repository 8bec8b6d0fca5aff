"""Real answers of every provider, one file each: what they mean, and what is read from them.

A payload states all that is read from it: metrics, and of models, prices and limits every row, by the fields that are
known.  Numbers are compared exactly, so a price that a computer's arithmetic has blurred is not the one stated.
"""

import json
import re
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from real_bodies import JSON, reply

from testkey_nb.outcome import SAYS, Outcome, Standing
from testkey_nb.providers import PROVIDERS
from testkey_nb.spec import Ask, OfBody, Provider, Reply

FOLDER = Path(__file__).parent / "answers"
FILES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
# Hugging Face has bodies and tests of its own: test_outcomes_huggingface.py, test_huggingface_parsers.py.
ASKED = [provider for provider in PROVIDERS.values() if provider.asks and provider.id != "huggingface"]
CASES = [(PROVIDERS[name], case) for name, file in FILES.items() for case in file["outcomes"]]
PAYLOADS = [(PROVIDERS[name], payload) for name, file in FILES.items() for payload in file["payloads"]]


def case_id(value: object) -> str:
    if isinstance(value, Provider):
        return value.id
    return str(value.get("case") or value.get("path")) if isinstance(value, dict) else ""


def answered(case: dict[str, Any]) -> Reply:
    headers = {**JSON, **case.get("headers", {})}
    asked = {"host": case.get("host", ""), "model": case.get("model", "")}
    return reply(case.get("status", 200), case["body"], headers, **asked)


def known(row: Any, *but: str) -> dict[str, Any]:  # noqa: ANN401 - a row of any grain
    """Return what a row says: its fields that are neither missing nor empty nor, for prices, the usual currency."""
    said = {field.name: getattr(row, field.name) for field in fields(row) if field.init and field.name not in but}
    if said.get("currency") == "USD":
        del said["currency"]
    if said.pop("covered", None) is not None and said["standing"] != Standing.CONFIRMED:
        del said["standing"]  # which repeats what `listed` says
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in said.items()
        if value is not None and value != ""
    }


def asks_of(provider: Provider, path: str) -> list[Ask]:
    return [ask for ask in provider.asks if ask.path.partition("?")[0] == path]


@pytest.mark.parametrize("provider", ASKED, ids=case_id)
def test_every_provider_that_can_be_asked_has_its_file(provider: Provider) -> None:
    assert provider.id in FILES, f"write tests/answers/{provider.id}.json"


@pytest.mark.parametrize(("provider", "case"), CASES, ids=case_id)
def test_a_real_answer_means_what_its_source_says(provider: Provider, case: dict[str, Any]) -> None:
    first = next((ask.outcomes for ask in asks_of(provider, case.get("path", "")) if ask.outcomes), ())
    outcome, why, source = provider.judge(answered(case), first)
    assert outcome == case["outcome"], why
    assert len(case["source"]) > 8
    if outcome in {Outcome.DENIED, Outcome.FORBIDDEN, Outcome.NO_FUNDS, Outcome.REGION_BLOCKED}:
        assert source


@pytest.mark.parametrize("provider", ASKED, ids=case_id)
def test_every_clause_is_held_by_a_real_answer(provider: Provider) -> None:
    answers = [answered(case) for case in FILES[provider.id]["outcomes"]]
    for clause in (*provider.outcomes, *(clause for ask in provider.asks for clause in ask.outcomes)):
        held = [answer for answer in answers if clause.holds(answer)]
        assert held, f"no real answer holds {clause}"


@pytest.mark.parametrize(("provider", "case"), CASES, ids=case_id)
def test_a_verdict_does_not_survive_another_status_or_a_firewalls_page(
    provider: Provider, case: dict[str, Any]
) -> None:
    if Outcome(case["outcome"]) not in SAYS:
        return
    words = json.dumps(case["body"])
    page = reply(case["status"], f"<html><body>{words}</body></html>", {"content-type": "text/html"})
    assert provider.judge(page)[0] not in SAYS
    for status in (200, 204, 302, 404, 418, 500, 503):
        if status != case["status"]:
            assert provider.judge(answered({**case, "status": status}))[0] not in SAYS


@pytest.mark.parametrize(("provider", "payload"), PAYLOADS, ids=case_id)
def test_what_is_read_from_a_real_payload(provider: Provider, payload: dict[str, Any]) -> None:
    asks = asks_of(provider, payload["path"])
    assert asks, "no ask has this path"
    found = [rows for ask in asks if (rows := ask.parse(answered(payload))) is not None]
    assert len(found) == len(asks)
    metrics = {(m.metric, m.value, m.unit) for rows in found for m in rows.metrics}
    assert metrics == {tuple(expected) for expected in payload.get("metrics", [])}
    assert {row.model: known(row, "model") for rows in found for row in rows.models} == payload.get("models", {})
    assert [known(row) for rows in found for row in rows.prices] == payload.get("prices", [])
    assert [known(row, "source", "service", "keyed") for rows in found for row in rows.limits] == payload.get(
        "limits", []
    )
    shown = repr(found)
    assert not [word for word in payload.get("personal", []) if word in shown]


@pytest.mark.parametrize("provider", ASKED, ids=case_id)
def test_every_question_has_a_real_payload(provider: Provider) -> None:
    read = {payload["path"] for payload in FILES[provider.id]["payloads"]}
    assert {ask.path.partition("?")[0] for ask in provider.asks} <= read


@pytest.mark.parametrize("provider", ASKED, ids=case_id)
def test_every_covered_model_was_seen_in_the_providers_own_list(provider: Provider) -> None:
    """A model that left the list would make every run of a good key say no; the day is when a list had it."""
    file = FILES[provider.id]
    read = {model for payload in file["payloads"] for model in payload.get("models", {})}
    told = file.get("listed", {})
    lists = [ask for ask in provider.asks if "models_listed" in ask.gives]
    assert not lists or set(provider.covered_models) <= read | told.keys()
    assert all(re.search("20[0-9]{2}-[01][0-9]-[0-3][0-9]", source) for source in told.values())


@pytest.mark.parametrize(("provider", "payload"), PAYLOADS, ids=case_id)
@pytest.mark.parametrize("broken", [None, [], {}, "", 0, {"data": "x"}, {"data": {}}, {"data": [None, 7, "x", []]}])
def test_a_payload_of_another_shape_is_never_read(provider: Provider, payload: dict[str, Any], broken: object) -> None:
    for ask in asks_of(provider, payload["path"]):
        if ask.name != "limit_snapshot":
            assert ask.parse(reply(200, broken)) is None


LACKING = [(PROVIDERS[name], case) for name, file in FILES.items() for case in file.get("lacking", [])]


@pytest.mark.parametrize(("provider", "case"), LACKING, ids=case_id)
def test_an_answer_that_lacks_a_part_of_what_it_should_hold_is_not_read(
    provider: Provider, case: dict[str, Any]
) -> None:
    asks = asks_of(provider, case["path"])
    assert asks, "no ask has this path"
    assert [ask.parse(answered(case)) for ask in asks] == [None] * len(asks)


OF_BODY = [
    (ask, payload)
    for provider, payload in PAYLOADS
    for ask in asks_of(provider, payload["path"])
    if isinstance(ask.parse, OfBody)
]


@pytest.mark.parametrize(("ask", "payload"), OF_BODY, ids=case_id)
def test_a_parser_that_looks_at_the_body_alone_finds_the_same_whatever_else_differs(
    ask: Ask, payload: dict[str, Any]
) -> None:
    given = answered(payload)
    other = Reply(given.status, dict(JSON), given.json, given.text, "another-model", {"scope": "x"}, "another.example")
    assert ask.parse(given) == ask.parse(other)


def test_most_model_lists_are_parsed_by_their_body_alone() -> None:
    assert len({ask.host for ask, _ in OF_BODY}) > 10
