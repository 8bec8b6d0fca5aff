"""A run: what it asks and how often, where the key goes, and what an answer has to be to prove anything."""

import asyncio
import inspect
import math
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import astuple, replace
from typing import Any

import httpx
import pytest
import real_bodies as real
from conftest import KEY_NAME, PERSONAS, RunPersona
from endpoints import CONTROL, Between, answer

from testkey_nb import sandbox
from testkey_nb.errors import AddressRefused, CallerError, KeyMalformed, OperatorMissing, UnknownName
from testkey_nb.identity.endpoint import UNKNOWN_PATH
from testkey_nb.judge import DIMENSIONS, judge_run
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Axis, Outcome, Verdict
from testkey_nb.probe import Plan, Run, plan, probe_key
from testkey_nb.probe.control import known_controls
from testkey_nb.providers import PROVIDERS

OPERATOR = "the tests, for made-up accounts"
SECOND_KEY = sandbox.PERSONAS["openai"]["launch-ready"].key
WHOAMI, USAGE, LIST = "/api/whoami-v2", "/api/settings/billing/usage-v2", "/v1/models"
FRONTS = ("firewall", "wrong-host")
Instead = Callable[[httpx.Request], httpx.Response | None]


def key(persona: str = "launch-ready") -> Key:
    return Key(KEY_NAME, PERSONAS[persona].key)


def vouched(**more: Any) -> Plan:  # noqa: ANN401 - whatever `plan` takes
    return plan("huggingface", base_url=sandbox.ORIGIN, trust_endpoint=True, operator=OPERATOR, **more)


def listed(**more: Any) -> Plan:  # noqa: ANN401 - whatever `plan` takes
    return plan("huggingface", operator=OPERATOR, **more)


def probe(transport: httpx.AsyncBaseTransport, choices: Plan | None = None, persona: str = "launch-ready") -> Run:
    return asyncio.run(probe_key(key(persona), choices or vouched(), transport=transport))


def auth_of(run: Run) -> Answer:
    return judge_run(run).passport[Axis.AUTH].answer


def on(path: str, given: httpx.Response) -> Instead:
    return lambda request: given if request.url.path == path else None


def is_control(request: httpx.Request) -> bool:
    return CONTROL in request.headers.get("authorization", "")


# Requests.


LOOKS = {mark.path for provider in PROVIDERS.values() for mark in provider.marks if mark.path} | {UNKNOWN_PATH}


def test_a_run_through_a_base_url_sends_five_requests_and_a_look_at_each_path_that_unmasks_relays() -> None:
    transport = Between()
    run = probe(transport)
    assert 3 <= len(LOOKS) <= 10
    assert Counter(transport.paths()) == {
        **dict.fromkeys(LOOKS, 1),
        LIST: 1,
        f"/api/models/{real.COVERED}": 1,
        USAGE: 1,
        WHOAMI: 2,
    }
    assert run.manifest.requests == 5 + len(LOOKS)


def test_a_run_on_the_listed_hosts_sends_five_requests() -> None:
    transport = Between(genuine=True)
    run = probe(transport, listed())
    assert [(request.url.host, request.url.path) for request in transport.requests if not is_control(request)] == [
        ("router.huggingface.co", LIST),
        ("huggingface.co", f"/api/models/{real.COVERED}"),
        ("huggingface.co", WHOAMI),
        ("huggingface.co", USAGE),
    ]
    assert len(transport.controls()) == 1
    assert run.manifest.to_json() == {
        "requests": 5,
        "methods": ["GET"],
        "hosts": ["huggingface.co", "router.huggingface.co"],
        "bytes": run.manifest.size_bytes,
        "cost_usd": 0,
    }


def test_of_a_key_that_is_answered_here_and_refused_there_the_answer_is_put_to_the_proof() -> None:
    transport = Between(instead=on(WHOAMI, answer(401, real.INVALID)), genuine=True)
    run = probe(transport, listed())
    assert [request.url.path for request in transport.requests if is_control(request)] == [USAGE]
    assert auth_of(run) is Answer.UNKNOWN  # a provider that contradicts itself has not said that the key is none


def test_samples_add_the_status_page_once_and_each_model_once_a_sample() -> None:
    transport = Between()
    run = probe(transport, vouched(samples=2, models=(real.COVERED, "openai/gpt-oss-20b")))
    paths = Counter(transport.paths())
    assert paths["/index.json"] == 1
    assert paths[f"/v1/models/{real.COVERED}"] == paths["/v1/models/openai/gpt-oss-20b"] == 2
    assert run.manifest.requests == 5 + len(LOOKS) + 1 + 1 + 2 * 2
    assert sorted(row.sample for row in run.answers if row.sample) == [1, 1, 2, 2]


@pytest.mark.parametrize("persona", PERSONAS)
def test_the_manifest_counts_what_was_sent_and_all_of_it_only_reads(persona: str) -> None:
    transport = Between(persona)
    run = probe(transport, persona=persona)
    assert run.manifest.requests == len(transport.requests)
    assert {request.method for request in transport.requests} == run.manifest.methods == {"GET"}
    assert run.manifest.hosts == {"sandbox.localhost"}
    assert run.manifest.size_bytes > 0
    assert not any(request.content for request in transport.requests)
    numbers = {row.request for row in run.answers if row.request}
    assert numbers <= set(range(1, run.manifest.requests + 1))


def test_one_request_answers_every_ask_that_it_can() -> None:
    run = probe(Between())
    by_request: dict[int | None, set[str]] = {}
    for row in run.answers:
        by_request.setdefault(row.request, set()).add(f"{row.ask} {row.path}")
    shared = [sorted(asks) for asks in by_request.values() if len(asks) > 1]
    assert sorted(shared) == [
        [f"current_key {WHOAMI}", f"limit_snapshot {WHOAMI}"],
        [f"limit_snapshot {LIST}", f"model_catalog {LIST}"],
    ]


def test_a_request_says_who_asks_and_carries_nothing_else() -> None:
    transport = Between(genuine=True)
    probe(transport, listed())
    for request in transport.requests:
        assert request.headers["user-agent"].startswith("testkey_nb/")
        assert not {"cookie", "referer"} & set(request.headers)
        assert set(request.headers) <= {
            "host",
            "user-agent",
            "accept",
            "accept-encoding",
            "connection",
            "authorization",
        }


def test_at_most_four_requests_are_in_flight_at_a_host() -> None:
    flying: Counter[str] = Counter()
    most: Counter[str] = Counter()

    async def slow(request: httpx.Request) -> httpx.Response:
        hub = request.url.path.startswith("/api/") and request.url.path not in LOOKS
        host = "hub" if hub else "router"
        flying[host] += 1
        most[host] = max(most[host], flying[host])
        await asyncio.sleep(0.01)
        flying[host] -= 1
        return answer(200, real.MAPPING)

    for choices in (vouched, listed):
        most.clear()
        probe(httpx.MockTransport(slow), choices(models=[f"a/model-{number}" for number in range(12)]))
        assert most["hub"] == 4


def test_progress_counts_to_the_end() -> None:
    told: list[tuple[int, int, str]] = []
    run = asyncio.run(
        probe_key(key(), listed(), transport=Between(genuine=True), progress=lambda *what: told.append(what))
    )
    assert [done for done, _, _ in told] == list(range(1, 6))
    assert all(done <= total for done, total, _ in told)
    assert told[-1][:2] == (5, 5)
    assert run.manifest.requests == 5


def test_judging_again_sends_nothing() -> None:
    transport = Between()
    run = probe(transport)
    sent = len(transport.requests)
    for policy in DIMENSIONS.values():
        for grain in ("answers", "gates"):
            judge_run(run, policy=policy).frame(grain)
        judge_run(run, policy=policy).to_json()
    assert len(transport.requests) == sent


# Where the key goes.


def test_the_key_goes_to_the_hosts_of_its_provider_in_a_header_and_nowhere_else() -> None:
    transport, secret = Between(genuine=True), PERSONAS["launch-ready"].key
    probe(transport, listed(samples=1))
    keyed = {request.url.host for request in transport.requests if "authorization" in request.headers}
    assert keyed == {"huggingface.co"}
    for request in transport.requests:
        assert secret not in str(request.url)
        assert [value for name, value in request.headers.items() if secret in value and name != "authorization"] == []
    assert {request.url.host for request in transport.requests} == {
        "huggingface.co", "router.huggingface.co", "status.huggingface.co",
    }  # fmt: skip


def shows(header: str, *, to_keys_only: bool = False) -> Instead:
    """Let an otherwise perfect endpoint show a relay's header."""

    def instead(request: httpx.Request) -> httpx.Response | None:
        if to_keys_only and "authorization" not in request.headers:
            return None
        body = real.FINE_GRAINED if request.url.path == WHOAMI else real.ROUTED_MODELS
        return answer(200, body, {"content-type": "application/json", header: "1.0"})

    return instead


WITHHELD: dict[str, tuple[Callable[[], Between], Callable[[], Plan], Verdict]] = {
    "a relay": (lambda: Between("wrong-host"), vouched, Verdict.RELAY),
    "a relay nobody vouches for": (
        lambda: Between("wrong-host"),
        lambda: plan("huggingface", base_url=sandbox.ORIGIN, operator=OPERATOR),
        Verdict.RELAY,
    ),
    "a listed host with a foreign mark": (
        lambda: Between(instead=shows("x-litellm-version"), genuine=True), listed, Verdict.CONTRADICTED,
    ),
    "a listed host that is somebody else's": (
        lambda: Between(instead=shows("x-oneapi-request-id"), genuine=True), listed, Verdict.CONTRADICTED,
    ),
    "an endpoint on no list": (
        lambda: Between(genuine=True),
        lambda: plan("huggingface", base_url="https://api.example.com/hf", operator=OPERATOR),
        Verdict.UNKNOWN,
    ),
    "loopback that nobody vouches for": (
        Between, lambda: plan("huggingface", base_url=sandbox.ORIGIN, operator=OPERATOR), Verdict.UNKNOWN,
    ),
    "a name that only begins like a listed host": (
        lambda: Between(genuine=True),
        lambda: plan("huggingface", base_url="https://huggingface.co.example.com", operator=OPERATOR),
        Verdict.UNKNOWN,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WITHHELD)
def test_the_key_is_withheld_from(case: str) -> None:
    make, choices, verdict = WITHHELD[case]
    transport = make()
    run = probe(transport, choices())
    assert transport.requests
    assert transport.bearers() == []
    assert run.identity.verdict is verdict
    assert not any(row.keyed for row in run.answers)
    readiness = judge_run(run)
    assert readiness.passport[Axis.AUTH].answer is Answer.UNKNOWN
    assert readiness.action.id == "human_review"
    assert readiness.action.gate == "identification"


def test_a_relay_that_stalls_elsewhere_is_still_seen_before_the_key_leaves() -> None:
    sent: list[str] = []

    async def stalling(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers.get("authorization", ""))
        if request.url.path == "/health/liveliness":
            return answer(200, "I'm alive!")
        if request.url.path == "/testkey-no-such-path":
            await asyncio.sleep(30)
        return answer(200, real.ROUTED_MODELS)

    run = asyncio.run(probe_key(key(), vouched(), transport=httpx.MockTransport(stalling), run_s=0.9))
    assert run.identity.verdict is Verdict.RELAY
    assert not any(sent)


@pytest.mark.parametrize(
    ("choices", "genuine", "verdict"), [(vouched, False, Verdict.RELAY), (listed, True, Verdict.CONTRADICTED)]
)
def test_a_relay_that_shows_itself_only_to_a_key_is_still_found_out(
    choices: Callable[[], Plan],
    genuine: bool,  # noqa: FBT001 - a column of the table
    verdict: Verdict,
) -> None:
    transport = Between(instead=shows("x-litellm-call-id", to_keys_only=True), genuine=genuine)
    run = probe(transport, choices())
    assert run.identity.verdict is verdict
    assert transport.controls() == []
    readiness = judge_run(run)
    assert readiness.passport[Axis.AUTH].answer is Answer.UNKNOWN
    assert readiness.ready is False
    assert readiness.gates[0].may is Answer.NO


LITELLM: dict[str, object] = {"error": {"message": "Authentication Error, Invalid proxy server token passed."}}


@pytest.mark.parametrize(
    ("choices", "genuine", "verdict"), [(vouched, False, Verdict.RELAY), (listed, True, Verdict.CONTRADICTED)]
)
def test_a_relay_that_shows_itself_only_to_a_made_up_key_is_found_out_by_every_run(
    choices: Callable[[], Plan],
    genuine: bool,  # noqa: FBT001 - a column of the table
    verdict: Verdict,
) -> None:
    refusal = answer(401, LITELLM, {"content-type": "application/json", "x-litellm-version": "1.0"})
    transport = Between(instead=controlled(refusal), genuine=genuine)
    for number in (1, 2):
        run = probe(transport, choices())
        assert run.identity.verdict is verdict
        assert len(transport.controls()) == number  # what it showed is no proof to be kept
        assert auth_of(run) is Answer.UNKNOWN
        assert judge_run(run).ready is False


def test_a_relay_that_shows_itself_only_in_a_sample_is_found_out() -> None:
    asked: set[str] = set()

    def later(request: httpx.Request) -> httpx.Response | None:
        again = request.url.path in asked and not is_control(request)
        asked.add(request.url.path)
        return shows("x-litellm-version")(request) if again else None

    run = probe(Between(instead=later), vouched(samples=2))
    assert run.identity.verdict is Verdict.RELAY
    assert auth_of(run) is Answer.UNKNOWN


@pytest.mark.parametrize(
    ("shown_in", "sent"), [(1, {"/v1/models": 1}), (2, {"/v1/models": 2, "/v1/models/gpt-5.5": 1})]
)
def test_a_relay_that_shows_itself_to_a_key_or_in_a_sample_gets_the_key_no_more(
    shown_in: int, sent: dict[str, int]
) -> None:
    keyed: Counter[str] = Counter()

    class Changing(Between):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            keyed[request.url.path] += "authorization" in request.headers and "NotAReal" not in str(request.headers.raw)
            response = await super().handle_async_request(request)
            if keyed["/v1/models"] == shown_in:
                response.headers["x-litellm-version"] = "1.0"
            return response

    what = plan("openai", base_url=sandbox.ORIGIN, trust_endpoint=True, operator=OPERATOR, samples=3)
    own = Key("OPENAI_KEY", sandbox.PERSONAS["openai"]["launch-ready"].key)
    way = Changing(provider="openai")
    run = asyncio.run(probe_key(own, what, transport=way))
    assert run.identity.verdict is Verdict.RELAY
    assert +keyed == sent
    assert not known_controls(way)  # it was answered by a relay, so it proves no other key


@pytest.mark.parametrize("persona", [name for name in PERSONAS if name not in FRONTS])
def test_the_providers_own_answers_over_verified_tls_are_genuine(persona: str) -> None:
    run = probe(Between(persona, genuine=True), listed(), persona)
    assert (run.identity.verdict, run.identity.provider) == (Verdict.GENUINE, "huggingface")
    assert not run.sandbox


@pytest.mark.parametrize("persona", PERSONAS)
def test_the_sandbox_is_never_genuine_and_says_what_it_is(persona: str) -> None:
    run = probe(Between(persona), persona=persona)
    assert run.identity.verdict is (Verdict.RELAY if persona == "wrong-host" else Verdict.VOUCHED)
    assert run.sandbox
    unvouched = probe(Between(persona), plan("huggingface", base_url=sandbox.ORIGIN, operator=OPERATOR), persona)
    assert unvouched.identity.verdict in {Verdict.UNKNOWN, Verdict.RELAY}


def test_answers_without_tls_are_not_genuine_even_from_a_listed_host() -> None:
    run = probe(httpx.MockTransport(lambda _request: answer(200, real.ROUTED_MODELS)), listed())
    assert run.identity.verdict is Verdict.UNKNOWN


# The negative control.


def test_a_control_is_sent_once_after_the_key_was_answered_and_has_its_shape() -> None:
    transport = Between("oauth")
    for _ in range(3):
        run = probe(transport, persona="oauth")
        assert auth_of(run) is Answer.YES
    assert len(transport.controls()) == 1
    assert transport.controls()[0].startswith("hf_oauth_")
    whoami = [is_control(request) for request in transport.requests if request.url.path == WHOAMI]
    assert whoami == [False, True, False, False]


def test_a_control_is_an_answer_of_the_run_without_the_key() -> None:
    run = probe(Between())
    [row] = [row for row in run.answers if row.ask == "negative_control"]
    assert (row.keyed, row.status, row.outcome) == (False, 401, Outcome.DENIED)
    assert "negative_control" not in judge_run(run).summary()["probes"]  # type: ignore[operator]


NO_CONTROL: dict[str, Callable[[], Between]] = {
    "revoked": lambda: Between("revoked"),
    "hub-throttled": lambda: Between("hub-throttled"),
    "firewall": lambda: Between("firewall"),
    "wrong-host": lambda: Between("wrong-host"),
    "no usable body": lambda: Between(instead=on(WHOAMI, answer(200, {"id": "x"}))),
    "a page with 200": lambda: Between(instead=on(WHOAMI, answer(200, real.PAGE, real.HTML))),
    "a fault": lambda: Between(instead=on(WHOAMI, answer(500, real.UPSTREAM))),
    "forbidden": lambda: Between(instead=on(WHOAMI, answer(403, real.TOKEN_POLICY))),
    "a 429 beside the answer": lambda: Between(instead=on(USAGE, answer(429, real.THROTTLED))),
}


@pytest.mark.parametrize("case", NO_CONTROL)
def test_no_control_is_sent_where_the_key_was_not_answered_or_the_host_asked_to_wait(case: str) -> None:
    transport = NO_CONTROL[case]()
    run = probe(transport)
    assert transport.controls() == []
    assert auth_of(run) is (Answer.NO if case == "revoked" else Answer.UNKNOWN)


def controlled(given: httpx.Response) -> Instead:
    return lambda request: given if is_control(request) else None


UNPROVED = {
    "answered too": answer(200, real.FINE_GRAINED),
    "answered with a page": answer(200, real.PAGE, real.HTML),
    "throttled": answer(429, real.THROTTLED),
    "failing": answer(502, real.PAGE, real.HTML),
    "forbidden": answer(403, {"error": "Forbidden"}),
    "refused by a firewall": answer(401, real.PAGE, real.HTML),
    "redirected": answer(302, "", {"location": "https://example.com/login"}),
    "refused long ago, by a cache": answer(401, real.INVALID, {**real.JSON, "age": "900"}),
    "nothing at all": answer(204),
}


@pytest.mark.parametrize("case", UNPROVED)
def test_only_a_refused_control_makes_an_answer_a_proof(case: str) -> None:
    run = probe(Between(instead=controlled(UNPROVED[case])))
    readiness = judge_run(run)
    assert readiness.passport[Axis.AUTH].answer is Answer.UNKNOWN
    assert readiness.ready is None
    assert run.values().get("key_valid") is None
    # What anybody is told says nothing of this key.
    assert readiness.passport[Axis.SCOPE].answer is Answer.UNKNOWN
    assert readiness.passport[Axis.FUNDS].answer is Answer.UNKNOWN


def test_an_endpoint_that_answers_everything_proves_nothing() -> None:
    whatever = {**real.FINE_GRAINED, **real.USAGE, **real.ROUTED_MODELS, **real.MAPPING, "id": "x"}
    transport = Between(instead=lambda _request: answer(200, whatever))
    run = probe(transport)
    assert auth_of(run) is Answer.UNKNOWN
    assert len(transport.controls()) == 1
    assert judge_run(run).ready is not True
    probe(transport)
    assert len(transport.controls()) == 1  # the endpoint is known not to look at keys


def test_a_control_that_was_not_answered_is_asked_again_by_the_next_run() -> None:
    given = iter([answer(503, ""), None])
    transport = Between(instead=lambda request: next(given) if is_control(request) else None)
    assert [auth_of(probe(transport)) for _ in range(3)] == [Answer.UNKNOWN, Answer.YES, Answer.YES]
    assert len(transport.controls()) == 2


def test_a_list_that_anybody_gets_is_no_proof_of_a_key() -> None:
    run = probe(Between(instead=on(WHOAMI, answer(503, ""))))
    assert judge_run(run).passport[Axis.MODELS].answer is Answer.YES
    assert auth_of(run) is Answer.UNKNOWN


# What the provider says.


def test_a_host_that_asks_to_wait_is_not_asked_again_and_its_wish_is_kept() -> None:
    transport = Between("hub-throttled", genuine=True)
    run = probe(transport, listed(models=[f"a/model-{number}" for number in range(3)]), "hub-throttled")
    keyed = [request.url.path for request in transport.requests if "authorization" in request.headers]
    assert len(keyed) == len(set(keyed))
    throttled = [row for row in run.answers if row.status == 429]
    assert {row.retry_after for row in throttled} == {"120"}
    assert {row.outcome for row in throttled} == {Outcome.RATE_LIMITED}
    assert {row.status for row in run.answers if row.keyed} <= {429, None}


def test_the_providers_own_words_stand_next_to_the_verdict_without_names_and_addresses() -> None:
    secret = PERSONAS["launch-ready"].key
    said = f"Invalid credentials in Authorization header: {secret} of casey@example.com from 203.0.113.7, {secret[:20]}"
    run = probe(Between(instead=on(WHOAMI, answer(401, {"error": said}))))
    [row] = [row for row in run.answers if row.ask == "current_key"]
    assert row.outcome == Outcome.DENIED
    assert "Invalid credentials in Authorization header" in row.said
    for hidden in (secret[:6], "casey", "203.0.113.7"):
        assert hidden not in row.said
    assert len(row.said) <= 240


def test_what_is_said_of_every_answer_that_is_not_ok_is_kept() -> None:
    run = probe(Between("firewall"), persona="firewall")
    assert all("Access denied" in row.said for row in run.answers if row.status)
    assert all(row.said == "" for row in probe(Between()).answers if row.outcome == Outcome.OK)


def test_a_redirect_is_not_followed() -> None:
    moved = answer(307, "", {"location": "https://evil.example.com/api/whoami-v2"})
    transport = Between(instead=on(WHOAMI, moved), genuine=True)
    run = probe(transport, listed())
    assert {request.url.host for request in transport.requests} == {"huggingface.co", "router.huggingface.co"}
    assert [row.outcome for row in run.answers if row.ask == "current_key"] == [Outcome.UNEXPECTED]
    assert auth_of(run) is Answer.UNKNOWN


def test_one_failed_ask_leaves_the_others_as_they_are() -> None:
    whole = judge_run(probe(Between())).passport
    for path, axis in ((WHOAMI, Axis.AUTH), (LIST, Axis.MODELS)):
        found = judge_run(probe(Between(instead=on(path, answer(500, ""))))).passport
        assert found[axis].answer is Answer.UNKNOWN
        if axis is Axis.MODELS:
            assert {a for a in Axis if found[a].answer is whole[a].answer} == set(Axis) - {Axis.MODELS}
        else:
            assert found[Axis.MODELS].answer is Answer.YES


ECHOED = ["id", "plan", "role", "model", "route", "owner", "edge", "retry-after", "limit"]


@pytest.mark.parametrize("echoed", ECHOED)
def test_a_key_that_is_echoed_in_any_field_reaches_no_row(echoed: str) -> None:
    secret = PERSONAS["launch-ready"].key
    said = dict.fromkeys(ECHOED, "x") | {
        "id": "5eed",
        "plan": "team",
        "model": real.COVERED,
        "route": "novita",
        echoed: secret,
    }
    auth = {"type": "access_token", "accessToken": {"role": said["role"]}}
    who = {**real.CLASSIC_WRITE, "id": said["id"], "auth": auth, "orgs": [{**real.ORGANISATION, "plan": said["plan"]}]}
    routes = [{"provider": said["route"], "status": "live"}]
    bodies = {WHOAMI: who, LIST: {"data": [{"id": said["model"], "owned_by": said["owner"], "providers": routes}]}}
    headers = {
        "content-type": "application/json",
        "x-amz-cf-pop": said["edge"],
        "retry-after": said["retry-after"],
        "ratelimit": f'"{said["limit"]}";r=1;t=1',
    }

    def instead(request: httpx.Request) -> httpx.Response | None:
        body = bodies.get(request.url.path)
        return answer(200, body, headers) if body and not is_control(request) else None

    run = probe(Between(instead=instead))
    grains = ("answers", "metrics", "models", "limits")
    shown = str(judge_run(run).to_json()) + "".join(run.frame(grain).to_csv() for grain in grains)
    assert not {secret[i : i + 6] for i in range(len(secret) - 5)} & {shown[i : i + 6] for i in range(len(shown))}


HOSTILE = {"half a character": "\ud800", "a megabyte": "a" * 2**20}


@pytest.mark.parametrize("what", HOSTILE)
def test_foreign_text_in_a_row_can_be_written_and_is_bounded(what: str) -> None:
    text = HOSTILE[what]
    bodies = {
        WHOAMI: {**real.CLASSIC_WRITE, "id": text},
        LIST: {"data": [{"id": text, "providers": [{"provider": text, "status": text}]}]},
    }

    def instead(request: httpx.Request) -> httpx.Response | None:
        body = bodies.get(request.url.path)
        return answer(200, body) if body and not is_control(request) else None

    run = probe(Between(instead=instead))
    cells = [cell for rows in (map(astuple, run.metrics), map(astuple, run.models)) for row in rows for cell in row]
    texts = [cell for cell in cells if isinstance(cell, str)]
    assert max(map(len, texts)) <= 1000
    assert "".join(texts).encode()


# The caller's mistakes.

MISTAKES: dict[str, tuple[dict[str, Any], type[CallerError], str]] = {
    "unknown provider": ({"provider": "hugingface"}, UnknownName, "huggingface"),
    "empty provider": ({"provider": ""}, UnknownName, "huggingface"),
    "a relay, which has no questions": ({"provider": "sglang"}, UnknownName, "huggingface"),
    "a relay without its address": ({"provider": "litellm", "models": ["a"]}, AddressRefused, "--base-url"),
    "a relay without its models": (
        {"provider": "litellm", "base_url": "https://relay.example.com"},
        UnknownName,
        "--model",
    ),
    "unknown region": ({"region": "mars"}, UnknownName, "global"),
    "a model with a space": ({"models": ["a b"]}, UnknownName, "cannot be a model's name"),
    "a model with a line break": ({"models": ["a/b\n"]}, UnknownName, "cannot be a model's name"),
    "a model with a query": ({"models": ["a/b?x=1"]}, UnknownName, "cannot be a model's name"),
    "a model that climbs": ({"models": ["../../settings"]}, UnknownName, "cannot be a model's name"),
    "an empty model": ({"models": [""]}, UnknownName, "cannot be a model's name"),
    "an endless model": ({"models": ["a" * 201]}, UnknownName, "cannot be a model's name"),
    "a key for a model": ({"models": ["a/b", SECOND_KEY]}, KeyMalformed, "given as model or operator"),
    "a key for an operator": ({"operator": f"me {SECOND_KEY}"}, KeyMalformed, "given as model or operator"),
    "negative samples": ({"samples": -1}, UnknownName, "0 to 40"),
    "too many samples": ({"samples": 41}, UnknownName, "0 to 40"),
    "no operator": ({"operator": ""}, OperatorMissing, "TESTKEY_OPERATOR"),
    "a blank operator": ({"operator": " \n"}, OperatorMissing, "TESTKEY_OPERATOR"),
    "http beyond loopback": ({"base_url": "http://api.example.com"}, AddressRefused, "https"),
    "http, vouched for": ({"base_url": "http://10.0.0.5", "trust_endpoint": True}, AddressRefused, "https"),
    "a private address": ({"base_url": "https://10.0.0.5"}, AddressRefused, "--trust-endpoint"),
    "another private address": ({"base_url": "https://192.168.1.1:8443/v1"}, AddressRefused, "--trust-endpoint"),
    "a link-local address": ({"base_url": "https://169.254.169.254"}, AddressRefused, "--trust-endpoint"),
    "a private IPv6 address": ({"base_url": "https://[fd00::1]"}, AddressRefused, "--trust-endpoint"),
    "a mapped private address": ({"base_url": "https://[::ffff:10.0.0.5]"}, AddressRefused, "--trust-endpoint"),
    "credentials": ({"base_url": "https://user:secret-pass@api.example.com"}, AddressRefused, "no user name"),
    "a user name": ({"base_url": "https://user@api.example.com"}, AddressRefused, "no user name"),
    "a query": ({"base_url": "https://api.example.com/v1?key=secret-pass"}, AddressRefused, "query"),
    "a fragment": ({"base_url": "https://api.example.com/#x"}, AddressRefused, "fragment"),
    "no scheme": ({"base_url": "api.example.com"}, AddressRefused, "https://HOST"),
    "another scheme": ({"base_url": "ftp://api.example.com"}, AddressRefused, "https://HOST"),
    "a file": ({"base_url": "file:///etc/passwd"}, AddressRefused, "https://HOST"),
    "no host": ({"base_url": "https://"}, AddressRefused, "https://HOST"),
    "a port that is none": ({"base_url": "https://api.example.com:99999"}, AddressRefused, "https://HOST"),
    "a space": ({"base_url": "https://api.example.com/ v1"}, AddressRefused, "https://HOST"),
    "a line break": ({"base_url": "https://api.example.com/\nx"}, AddressRefused, "https://HOST"),
    "letters that look like others": ({"base_url": "https://huggingf\u0430ce.co"}, AddressRefused, "https://HOST"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_callers_mistake_is_one_line_that_says_what_to_do(case: str) -> None:
    choices, kind, says = MISTAKES[case]
    with pytest.raises(kind) as caught:
        plan(**{"provider": "huggingface", "operator": OPERATOR, **choices})
    message = str(caught.value)
    assert says in message
    assert "\n" not in message
    assert "secret-pass" not in message
    assert SECOND_KEY not in message
    assert isinstance(caught.value, CallerError)


# 2130706433 is 127.0.0.1, and loopback needs no vouching to be looked at.
@pytest.mark.parametrize("address", ["https://167772165", "https://0xa000005", "https://10.5", "https://10.0.0.5."])
def test_a_private_address_written_otherwise_is_refused_too(address: str) -> None:
    with pytest.raises(AddressRefused):
        plan("huggingface", base_url=address, operator=OPERATOR)


@pytest.mark.parametrize("text", [real.COVERED, "gpt-4o"])
def test_models_given_as_one_text_are_a_callers_mistake(text: str) -> None:
    with pytest.raises(UnknownName, match="list of names"):
        plan("huggingface", models=text, operator=OPERATOR)


def test_the_operator_may_be_named_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTKEY_OPERATOR", "me,\nfor my own account")
    assert plan("huggingface").operator == "me, for my own account"
    assert plan("huggingface", operator="another").operator == "another"
    assert os.environ["TESTKEY_OPERATOR"]


def test_a_plan_has_the_providers_models_unless_others_are_named() -> None:
    for provider in PROVIDERS.values():
        if provider.asks and provider.covered_models:
            assert plan(provider.id, operator=OPERATOR).models == provider.covered_models
    assert plan("huggingface", models=["a/b", "a/b", "c"], operator=OPERATOR).models == ("a/b", "c")


def test_a_vouched_private_address_may_be_asked() -> None:
    assert plan("huggingface", base_url="https://10.0.0.5/v1/", trust_endpoint=True, operator=OPERATOR).at(
        "huggingface.co"
    ) == ("https://10.0.0.5/v1")


def test_vouching_means_a_base_url_and_nothing_else() -> None:
    assert plan("huggingface", trust_endpoint=True, operator=OPERATOR).trust_endpoint is False


def test_probing_is_the_one_door_and_takes_a_key_and_a_plan() -> None:
    assert list(inspect.signature(probe_key).parameters)[:2] == ["key", "plan"]


def test_a_run_and_its_verdict_say_in_a_line_which_they_are(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    began = f"{run.stamp.observed_at:%Y-%m-%d %H:%M:%S} UTC"
    assert repr(run) == f"<Run {run.stamp.run_id}: huggingface, {run.stamp.key_hint}, {began}, SANDBOX>"
    assert repr(judge_run(run)) == f"<Readiness of {run!r}>"
    assert repr(replace(run, until=-math.inf)).endswith(", SANDBOX, gone>")
