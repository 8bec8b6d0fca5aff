"""A run reads the limits of every answer of every provider, errors too, and says whom each limits."""

import asyncio

import httpx
import pytest
import real_bodies as real
from endpoints import Between, answer

from testkey_nb import sandbox
from testkey_nb.judge import Policy, change, judge_run
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, CapabilityState, Outcome
from testkey_nb.probe import Run, plan, probe_key
from testkey_nb.providers import PROVIDERS
from testkey_nb.rows import LimitRow
from testkey_nb.sandbox.persona import Persona

OPERATOR = "the tests, for made-up accounts"
TOLD = {"x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m0s"}


class Telling(Between):
    """Let every answer of a persona tell a limit, and answer a key with 429 where it is told to."""

    def __init__(self, provider: str, persona: str, headers: dict[str, str], *, busy: bool = False) -> None:
        super().__init__(persona, provider=provider)
        self.headers, self.busy = headers, busy

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        given = await super().handle_async_request(request)
        if self.busy and {"authorization", "x-api-key", "x-goog-api-key"} & set(request.headers):
            given = answer(429, {"error": {"message": "Rate limit exceeded"}})
        given.headers.update(self.headers)
        return given


def ready(provider: str) -> tuple[str, Persona]:
    name, persona = next(iter(sandbox.PERSONAS[provider].items()))
    return name, persona


def probed(provider: str, transport: httpx.AsyncBaseTransport, persona: Persona) -> Run:
    choices = plan(provider, models=persona.models, base_url=sandbox.ORIGIN, trust_endpoint=True, operator=OPERATOR)
    return asyncio.run(probe_key(Key("A_KEY", persona.key), choices, transport=transport))


@pytest.mark.parametrize("busy", [False, True])
@pytest.mark.parametrize("provider", [name for name in sandbox.PERSONAS if PROVIDERS[name].asks])
def test_every_provider_tells_its_limits_with_any_answer(provider: str, busy: bool) -> None:  # noqa: FBT001 - drawn
    name, persona = ready(provider)
    run = probed(provider, Telling(provider, name, TOLD, busy=busy), persona)
    told = [row for row in run.limits if row.source == "x-ratelimit-*-requests"]
    assert told, "no limit was read"
    hosts = {answered.host for answered in run.answers if answered.request}
    for row in told:
        assert (row.limit, row.quota, row.remaining, row.reset_s, row.scope) == ("requests", 60, 0, 60, "requests")
        assert row.service in hosts if PROVIDERS[provider].counts_itself else row.service == "upstream:unknown"
    assert len({(row.service, row.keyed) for row in told}) == len(told), "each limit once"


def limits(transport: httpx.AsyncBaseTransport, provider: str = "groq") -> tuple[LimitRow, ...]:
    return probed(provider, transport, ready(provider)[1]).limits


def test_a_window_that_the_vendor_documents_is_filled_in_and_judged() -> None:
    run = probed("groq", Telling("groq", "launch-ready", TOLD), ready("groq")[1])
    assert [(row.service, row.window_s, row.keyed) for row in run.limits] == [("api.groq.com", 86400, True)]
    states = {row.capability: row.state for row in judge_run(run).capabilities}
    assert states["limit_matrix"] is CapabilityState.PROVED
    for per_day, may in ((60.0, Answer.YES), (61.0, Answer.NO)):
        policy = change(Policy(), {"planned_requests_per_day": per_day, "required": ["launch"]})
        whys = judge_run(run, policy=policy).gates[4].may_why
        assert ("does not carry" in whys) is (may is Answer.NO)


def test_what_a_made_up_key_is_told_is_not_told_of_this_key() -> None:
    class ByKey(Telling):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            made_up = "testkeyNotARealKey" in request.headers.get("authorization", "")
            self.headers = {**TOLD, "x-ratelimit-limit-requests": "3" if made_up else "60"}
            return await super().handle_async_request(request)

    assert [row.quota for row in limits(ByKey("groq", "launch-ready", TOLD))] == [60]


def test_what_a_refused_key_is_told_anybody_is_told() -> None:
    refused = sandbox.PERSONAS["groq"]["revoked"]
    run = probed("groq", Telling("groq", "revoked", TOLD), refused)
    assert [row.outcome for row in run.answers if row.keyed] == [Outcome.DENIED]
    assert [(row.quota, row.keyed) for row in run.limits] == [(60, False)]


def test_what_the_key_is_told_stands_before_what_anybody_is_told() -> None:
    class Anonymous(Telling):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            quota = "1000" if "authorization" in request.headers else "500"
            self.headers = {"ratelimit": '"api";r=9;t=5', "ratelimit-policy": f'"fixed window";"api";q={quota};w=300'}
            return await super().handle_async_request(request)

    run = probed("huggingface", Anonymous("huggingface", "launch-ready", {}), ready("huggingface")[1])
    hub = [row for row in run.limits if row.service == "huggingface.co"]
    assert [(row.quota, row.keyed) for row in hub] == [(1000, True)]
    router = [row for row in run.limits if row.service == "router.huggingface.co"]
    assert [(row.quota, row.keyed) for row in router] == [(500, False)]


def test_of_several_answers_the_last_says_what_is_left() -> None:
    class Counting(Telling):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            left = 60 - len(self.requests)
            self.headers = {**TOLD, "x-ratelimit-remaining-requests": str(left)}
            return await super().handle_async_request(request)

    transport = Counting("groq", "launch-ready", TOLD)
    choices = plan("groq", base_url=sandbox.ORIGIN, trust_endpoint=True, operator=OPERATOR, samples=2)
    run = asyncio.run(probe_key(Key("A_KEY", ready("groq")[1].key), choices, transport=transport))
    [row] = run.limits
    assert row.remaining == 60 - len(transport.requests) + 1


def test_nothing_is_believed_of_a_relay() -> None:
    unmasked = {**TOLD, **real.JSON, "x-litellm-version": "1.0"}
    run = probed("groq", Telling("groq", "launch-ready", unmasked), ready("groq")[1])
    assert run.limits == ()


def test_a_regions_own_host_is_the_service_that_its_limits_hold_for() -> None:
    here = plan("moonshot", region="cn", operator=OPERATOR)
    assert here.service == here.host("api.moonshot.ai") == "api.moonshot.cn"
    assert plan("moonshot", operator=OPERATOR).service == "api.moonshot.ai"
    relay = plan(
        "litellm", models=["m"], base_url="https://relay.example.com/v1", trust_endpoint=True, operator=OPERATOR
    )
    assert relay.service == "relay.example.com"
