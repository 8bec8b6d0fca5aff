"""What a provider's data means, line by line: replies, clauses, marks, hosts by region, and whose limits are whose."""

from dataclasses import replace
from typing import Any

import pytest

from testkey_nb.outcome import Outcome
from testkey_nb.providers import PROVIDERS
from testkey_nb.rows import Why
from testkey_nb.spec import Clause, KeyShape, LimitRules, Mark, Region, Reply, Rows

HUB = PROVIDERS["huggingface"]
JSON = "application/json"

REPLIES: tuple[tuple[str, object, str, bool, bool], ...] = (
    (JSON, {}, "{}", True, False),
    (JSON, [], "[]", True, False),
    (JSON, None, "x", False, False),
    (JSON, None, "<p>", False, True),
    (JSON, None, "  <p>", False, True),
    (f"{JSON}; charset=utf-8", {}, "{}", True, False),
    ("application/problem+json", {}, "{}", True, False),
    ("text/html", {}, "{}", False, True),
    ("text/html+json", {}, "{}", False, True),
    ("text/plain", {}, "{}", False, False),
    ("", {}, "{}", False, False),
    ("", None, "x<p>", False, False),
)


@pytest.mark.parametrize(("kind", "body", "text", "is_json", "is_html"), REPLIES)
def test_what_is_an_answer_and_what_is_a_page(
    kind: str, body: object, text: str, *, is_json: bool, is_html: bool
) -> None:
    reply = Reply(200, {"content-type": kind} if kind else {}, body, text)
    assert (reply.is_json, reply.is_html) == (is_json, is_html)


# A clause holds when every part that is given holds.

BODY = {"error": {"code": "bad", "n": 1, "flag": True, "list": []}, "message": "Kein Schlüssel"}
HOLDS: tuple[tuple[dict[str, Any], bool], ...] = (
    ({}, True),
    ({"status": 402}, False),
    ({"words": "kein schl"}, True),
    ({"words": "KEIN"}, True),
    ({"words": "Schlüssel"}, True),
    ({"words": "another"}, False),
    ({"fields": (("error.code", "bad"),)}, True),
    ({"fields": (("error.code", "worse"),)}, False),
    ({"fields": (("error.code", str),)}, True),
    ({"fields": (("error.code", int),)}, False),
    ({"fields": (("error.n", 1),)}, True),
    ({"fields": (("error.n", int),)}, True),
    ({"fields": (("error.n", "1"),)}, False),
    ({"fields": (("error.flag", 1),)}, False),
    ({"fields": (("error.flag", int),)}, False),
    ({"fields": (("error.list", list),)}, True),
    ({"fields": (("error.none", str),)}, False),
    ({"fields": (("message.code", str),)}, False),
    ({"fields": (("", dict),)}, True),
    ({"fields": (("", list),)}, False),
    ({"fields": (("error.code", "bad"), ("error.n", 2))}, False),
    ({"fields": (("error.code", "bad"),), "words": "another"}, False),
)


@pytest.mark.parametrize(("parts", "holds"), HOLDS)
def test_a_clause_holds_when_every_part_of_it_does(parts: dict[str, Any], *, holds: bool) -> None:
    clause = Clause(Outcome.DENIED, "x", "x", **{"status": 401, **parts})
    escaped = '{"error": {"code": "bad"}, "message": "Kein Schl\\u00fcssel"}'
    assert clause.holds(Reply(401, {"content-type": JSON}, BODY, escaped)) is holds
    assert not clause.holds(Reply(401, {"content-type": "text/html"}, BODY, escaped))


def test_the_first_clause_that_holds_decides_and_those_of_the_ask_come_first() -> None:
    reply = Reply(401, {"content-type": JSON}, {}, "{}")
    clauses = [Clause(outcome, outcome.value, "x", 401) for outcome in (Outcome.DENIED, Outcome.FORBIDDEN)]
    provider = replace(HUB, outcomes=tuple(clauses))
    assert provider.judge(reply)[0] is Outcome.DENIED
    assert provider.judge(reply, (clauses[1],))[::2] == (Outcome.FORBIDDEN, "forbidden")
    assert provider.judge(reply)[1] == "status 401"
    said: tuple[tuple[dict[str, Any], str], ...] = (
        ({}, "status 401"), ({"words": "{"}, "{"), ({"words": "{", "why": Why("said")}, "said")
    )  # fmt: skip
    for parts, why in said:
        assert replace(HUB, outcomes=(replace(clauses[0], **parts),)).judge(reply)[1] == why


def test_a_clause_without_words_names_the_fields_that_decided() -> None:
    fields: tuple[tuple[tuple[tuple[str, str | int | type], ...], str], ...] = (
        ((("error.code", "bad"), ("error.n", 1)), "status 401: error.code bad, error.n 1"),
        ((("error.code", "bad"), ("error.message", str)), "status 401: error.code bad"),
        ((("error.message", str),), "status 401"),
        ((("", list),), "status 401"),
    )
    for wanted, why in fields:
        assert Clause(Outcome.DENIED, "x", "x", 401, fields=wanted).says == why


# Hosts: those for the same thing stand for each other in their regions.

HOSTS = (
    Region("api.a", "global", "p1"),
    Region("api.b", "eu", "p1"),
    Region("api.c", "cn", "p2"),
    Region("hub.a", "global", "p1", "hub"),
    Region("hub.c", "cn", "p2", "hub"),
)
AT = (
    ("api.a", "global", "api.a"),
    ("api.a", "eu", "api.b"),
    ("api.a", "cn", "api.c"),
    ("api.b", "global", "api.a"),
    ("hub.a", "cn", "hub.c"),
    ("hub.a", "eu", "hub.a"),
    ("other", "eu", "other"),
    ("api.a", "mars", "api.a"),
)


@pytest.mark.parametrize(("asked", "region", "host"), AT)
def test_which_host_answers_in_a_region(asked: str, region: str, host: str) -> None:
    assert replace(HUB, hosts=HOSTS).host(asked, region) == host


@pytest.mark.parametrize(
    ("region", "platform", "twins"),
    [
        ("global", "p1", ("cn",)),
        ("eu", "p1", ("cn",)),
        ("cn", "p2", ("global", "eu")),
        ("x", "", ("global", "eu", "cn")),
    ],
)
def test_separate_platforms_of_a_vendor(region: str, platform: str, twins: tuple[str, ...]) -> None:
    provider = replace(HUB, hosts=HOSTS)
    assert (provider.platform(region), provider.twins(region)) == (platform, twins)
    assert provider.regions == ("global", "eu", "cn")


@pytest.mark.parametrize(
    ("kind", "own", "counts"),
    [
        ("provider", None, True),
        ("gateway", None, False),
        ("relay", None, False),
        ("provider", False, False),
        ("gateway", True, True),
    ],
)
def test_whose_unprefixed_limits_are(kind: str, own: bool | None, *, counts: bool) -> None:  # noqa: FBT001 - a column
    assert replace(HUB, kind=kind, limit_rules=LimitRules(own=own)).counts_itself is counts


def test_a_mark_is_seen_in_its_header_or_by_its_look_at_the_body() -> None:
    reply = Reply(200, {"x-a": "here"}, {}, "text")
    assert Mark("m", "x", "x", header="x-a").seen(reply) == "here"
    assert Mark("m", "x", "x", header="x-b", body=lambda _reply: "seen").seen(reply) == ""
    assert Mark("m", "x", "x", body=lambda given: given.text).seen(reply) == "text"
    assert Mark("m", "x", "x").seen(reply) == ""


@pytest.mark.parametrize(
    ("kind", "administers"), [("admin", True), ("management", True), ("user", False), ("org", False)]
)
def test_which_kinds_of_keys_manage_an_account(kind: str, *, administers: bool) -> None:
    assert KeyShape("x", kind, "x", "x", "x").administers is administers


@pytest.mark.parametrize(
    ("path", "asked", "per_model"),
    [
        ("/v1/models/{model}", "/v1/models/a/b%20c:d@e", True),
        ("/v1/models/{model_segment}", "/v1/models/a%2Fb%20c:d@e", True),
        ("/v1/models", "/v1/models", False),
        ("/usage?from={month_start}", "/usage?from={month_start}", False),
    ],
)
def test_how_a_model_stands_in_a_path(path: str, asked: str, *, per_model: bool) -> None:
    ask = replace(HUB.asks[0], path=path, parse=lambda _reply: Rows())
    assert (ask.of("a/b c:d@e"), ask.per_model) == (asked, per_model)
