"""When a clause holds, and what an answer means that no clause describes: line by line, without any provider."""

import json
from dataclasses import replace

import pytest
import real_bodies as real

from testkey_nb.outcome import SAYS, Outcome
from testkey_nb.spec import Clause, LimitRules, Provider

# What an answer means that no clause of its provider describes.

JSON, PAGE, PLAIN = "application/json", "text/html; charset=utf-8", "text/plain"
UNDESCRIBED = (
    (200, JSON, "{}", "ok", ""),
    (200, JSON, "[]", "ok", ""),
    (200, "application/problem+json", "{}", "ok", ""),
    (200, JSON, "", "unexpected", "lacks what it should hold"),
    (200, JSON, "{", "unexpected", "lacks what it should hold"),
    (200, PLAIN, "{}", "unexpected", "lacks what it should hold"),
    (200, "", "{}", "unexpected", "lacks what it should hold"),
    (200, PAGE, "{}", "unexpected", "a page for people"),
    (200, JSON, "  <html>", "unexpected", "a page for people"),
    (201, JSON, "{}", "unexpected", "no rule"),
    (204, "", "", "unexpected", "no rule"),
    (302, "", "", "unexpected", "no rule"),
    (400, JSON, "{}", "unexpected", "no rule"),
    (401, JSON, "{}", "unexpected", "no rule"),
    (402, JSON, "{}", "unexpected", "no rule"),
    (403, JSON, "{}", "unexpected", "no rule"),
    (403, PAGE, "<html>", "unexpected", "a page for people"),
    (404, JSON, "{}", "unexpected", "no rule"),
    (428, JSON, "{}", "unexpected", "no rule"),
    (429, JSON, "{}", "rate_limited", "429"),
    (429, PAGE, "<html>", "rate_limited", "429"),
    (430, JSON, "{}", "unexpected", "no rule"),
    (499, JSON, "{}", "unexpected", "no rule"),
    (500, JSON, "{}", "unavailable", "500"),
    (503, PAGE, "<html>", "unavailable", "503"),
    (599, "", "", "unavailable", "599"),
)


@pytest.mark.parametrize(("status", "kind", "body", "outcome", "why"), UNDESCRIBED)
def test_what_no_clause_describes_is_never_a_verdict(status: int, kind: str, body: str, outcome: str, why: str) -> None:
    found, said, _ = Provider("x", "X", "x", "x").judge(real.reply(status, body, {"content-type": kind}))
    assert found == outcome
    assert why in said
    assert found not in SAYS


TRUE = json.loads("true")
HELD = (
    (401, '{"error": {"code": "bad", "n": 1}}', JSON, True),
    (401, '{"error": {"code": "bad", "n": 1, "more": "BAD KEY"}}', JSON, True),
    (402, '{"error": {"code": "bad", "n": 1}}', JSON, False),
    (401, '{"error": {"code": "bad ", "n": 1}}', JSON, False),
    (401, '{"error": {"code": "bad", "n": 1.0}}', JSON, False),
    (401, '{"error": {"code": "bad", "n": true}}', JSON, False),
    (401, '{"error": {"code": "bad"}}', JSON, False),
    (401, '{"error": "bad"}', JSON, False),
    (401, '{"error": {"code": "bad", "n": 1}}', PAGE, False),
    (401, '{"error": {"code": "bad", "n": 1}', JSON, False),
)


@pytest.mark.parametrize(("status", "body", "kind", "holds"), HELD)
def test_a_clause_holds_where_every_part_of_it_does(
    status: int,
    body: str,
    kind: str,
    holds: bool,  # noqa: FBT001 - a column of the table
) -> None:
    clause = Clause(Outcome.DENIED, "x", "x", 401, "BaD", fields=(("error.code", "bad"), ("error.n", 1)))
    provider = Provider("x", "X", "x", "x", outcomes=(clause,))
    reply = real.reply(status, body, {"content-type": kind})
    assert clause.holds(reply) is holds
    assert (provider.judge(reply)[0] is Outcome.DENIED) is holds
    of_ask = replace(clause, outcome=Outcome.NO_FUNDS)  # what an answer means only here comes first
    assert (provider.judge(reply, (of_ask,))[0] is Outcome.NO_FUNDS) is holds


def test_a_type_is_asked_for_by_its_name_and_true_is_no_number() -> None:
    for wanted, found, holds in (
        (str, "x", True),
        (str, 1, False),
        (int, 1, True),
        (int, TRUE, False),
        (int, "1", False),
    ):
        clause = Clause(Outcome.DENIED, "x", "x", 401, fields=(("a.b", wanted),))
        assert clause.holds(real.reply(401, {"a": {"b": found}})) is holds


@pytest.mark.parametrize(
    ("kind", "own", "counts"),
    [("provider", None, True), ("gateway", None, False), ("relay", None, False), ("gateway", True, True),
     ("provider", False, False)],
)  # fmt: skip
def test_a_limit_is_the_providers_own_unless_it_passes_on_or_that_is_said(
    kind: str,
    own: bool | None,  # noqa: FBT001 - a column of the table
    counts: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert Provider("x", "X", "x", "x", kind, limit_rules=LimitRules(own=own)).counts_itself is counts
