"""Separate platforms of one vendor: a key that one refuses is told of the others, and asked there only with consent."""

import asyncio
from collections.abc import Callable

import httpx
import pytest
from endpoints import CONTROL, Between, answer

from testkey_nb import sandbox
from testkey_nb.judge import judge_run
from testkey_nb.judge.passport import passport
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Axis
from testkey_nb.probe import Run, plan, probe_key
from testkey_nb.probe.control import known_controls
from testkey_nb.probe.shared import Shared
from testkey_nb.providers import PROVIDERS
from testkey_nb.spec import Finding, Provider

SPLIT = [
    provider
    for provider in PROVIDERS.values()
    if provider.asks and provider.hosts and provider.twins(provider.regions[0])
]
NAMES = {"other-platform", "other-region"}  # personas whose key is good at one host that is not the first
ME = "the tests, for made-up accounts"
KEYED = {"authorization": "Bearer a-key-that-nobody-takes"}
UNCLEAR = {
    "429": lambda: answer(429, {"error": {"message": "slow down"}}, {"content-type": "application/json"}),
    "500": lambda: answer(500, {"error": "x"}),
    "503": lambda: answer(503, ""),
    "a page": lambda: answer(401, "<html><body>Sign in</body></html>", {"content-type": "text/html"}),
    "a generic 401": lambda: answer(401, {"error": "x"}),
    "a generic 403": lambda: answer(403, {"error": {"message": "Forbidden"}}),
    "a redirect": lambda: httpx.Response(302, headers={"location": "https://example.com/"}),
}


def name_of(provider: Provider) -> str:
    return next(iter(NAMES & set(sandbox.PERSONAS[provider.id])))


def first_host(provider: Provider) -> str:
    return provider.hosts[0].host


def others(provider: Provider) -> set[str]:
    regions = provider.twins(provider.regions[0])
    return {known.host for known in provider.hosts if known.region in regions}


def probed(
    provider: Provider,
    persona: str,
    *,
    region: str = "",
    consent: bool = False,
    instead: Callable[[httpx.Request], httpx.Response | None] = lambda _request: None,
) -> tuple[Run, Between]:
    """Run a persona at the vendor's real names, which the transport answers for."""
    transport = Between(persona, instead, provider=provider.id)
    key = Key("THE_KEY", sandbox.PERSONAS[provider.id][persona].key)
    choices = plan(provider.id, region=region, operator=ME, other_platforms=consent)
    return asyncio.run(probe_key(key, choices, transport=transport)), transport


def axis(run: Run, wanted: Axis) -> Finding:
    return passport(run)[wanted]


def good_at(provider: Provider) -> str:
    """Return the one host that takes the key of the persona."""
    persona = name_of(provider)
    regions = [region for region in provider.regions if _accepts(provider, persona, region)]
    assert len(regions) == 1
    return next(known.host for known in provider.hosts if known.region == regions[0])


def _accepts(provider: Provider, persona: str, region: str) -> bool:
    return axis(probed(provider, persona, region=region)[0], Axis.AUTH).answer is Answer.YES


def keyed_hosts(transport: Between) -> set[str]:
    return {request.url.host for request in transport.requests if "authorization" in request.headers}


def test_platforms_are_pages_of_their_own_and_every_such_vendor_has_a_key_of_another() -> None:
    assert {provider.id for provider in SPLIT} == {
        provider.id for provider in PROVIDERS.values() if len({known.platform for known in provider.hosts}) > 1
    }
    for provider in SPLIT:
        assert NAMES & set(sandbox.PERSONAS[provider.id]), provider.id
        assert all(known.platform.startswith("https://") for known in provider.hosts), provider.id


@pytest.mark.parametrize("provider", SPLIT, ids=lambda provider: provider.id)
def test_a_refusal_names_the_other_platform_and_nothing_is_sent_there(provider: Provider) -> None:
    run, transport = probed(provider, name_of(provider))
    auth = axis(run, Axis.AUTH)
    assert auth.answer is Answer.NO
    assert "separate platform" in str(auth.why)
    assert all(host in str(auth.why) for host in others(provider))
    assert {request.url.host for request in transport.requests} == {first_host(provider)}
    assert run.manifest.hosts == {first_host(provider)}
    assert not transport.controls()  # a control is for a key that was answered


@pytest.mark.parametrize("provider", SPLIT, ids=lambda provider: provider.id)
def test_with_consent_the_key_is_found_on_the_other_platform_and_is_still_not_ready_here(provider: Provider) -> None:
    there = good_at(provider)
    run, transport = probed(provider, name_of(provider), consent=True)
    auth, region = axis(run, Axis.AUTH), axis(run, Axis.REGION)
    assert (auth.answer, region.answer) == (Answer.YES, Answer.NO)
    assert "valid, wrong platform" in str(auth.why)
    assert there in str(auth.why)
    assert judge_run(run).to_json()["ready"] is False
    assert keyed_hosts(transport) <= {first_host(provider), *others(provider)}
    controls = [r.url.host for r in transport.requests if CONTROL in r.headers.get("authorization", "")]
    assert controls == [there]


@pytest.mark.parametrize("provider", SPLIT, ids=lambda provider: provider.id)
def test_nothing_but_the_verdict_is_taken_from_the_other_platform(provider: Provider) -> None:
    run, _ = probed(provider, name_of(provider), consent=True)
    assert not run.models or not any(row.listed for row in run.models)
    assert not run.prices
    assert {row.metric for row in run.metrics} == {"key_valid"}
    for wanted in (Axis.FUNDS, Axis.QUOTA, Axis.SCOPE, Axis.MODELS):
        assert axis(run, wanted).answer is Answer.UNKNOWN


@pytest.mark.parametrize("provider", SPLIT, ids=lambda provider: provider.id)
def test_where_a_made_up_key_is_answered_too_the_other_platform_proves_nothing(provider: Provider) -> None:
    persona = name_of(provider)
    key = sandbox.PERSONAS[provider.id][persona].key

    def open_to_all(request: httpx.Request) -> None:
        if request.url.host != first_host(provider):
            request.headers["authorization"] = f"Bearer {key}"  # whatever was sent is answered like this key

    run, transport = probed(provider, persona, consent=True, instead=open_to_all)
    assert good_at(provider) in {request.url.host for request in transport.requests}
    auth = axis(run, Axis.AUTH)
    assert auth.answer is Answer.NO
    assert "valid, wrong platform" not in str(auth.why)


@pytest.mark.parametrize("provider", SPLIT, ids=lambda provider: provider.id)
def test_a_key_that_is_refused_everywhere_is_said_to_be_refused_there_too(provider: Provider) -> None:
    run, transport = probed(provider, "revoked", consent=True)
    auth = axis(run, Axis.AUTH)
    assert auth.answer is Answer.NO
    assert "not accepted at" in str(auth.why)
    assert all(host in str(auth.why) for host in others(provider))
    assert keyed_hosts(transport) == {first_host(provider), *others(provider)}
    assert not transport.controls()


@pytest.mark.parametrize("provider", SPLIT, ids=lambda provider: provider.id)
@pytest.mark.parametrize("case", UNCLEAR)
def test_an_answer_that_refuses_nothing_never_leads_to_the_other_platform(provider: Provider, case: str) -> None:
    def unclear(request: httpx.Request) -> httpx.Response | None:
        return UNCLEAR[case]() if request.url.host == first_host(provider) else None

    run, transport = probed(provider, name_of(provider), consent=True, instead=unclear)
    assert {request.url.host for request in transport.requests} == {first_host(provider)}
    auth = axis(run, Axis.AUTH)
    assert auth.answer is Answer.UNKNOWN
    assert not any(host in str(auth.why) for host in others(provider))


@pytest.mark.parametrize("provider", SPLIT, ids=lambda provider: provider.id)
def test_a_good_key_is_asked_nowhere_else_even_with_consent(provider: Provider) -> None:
    run, transport = probed(provider, "launch-ready", consent=True)
    assert axis(run, Axis.AUTH).answer is Answer.YES
    assert {request.url.host for request in transport.requests} == {first_host(provider)}


@pytest.mark.parametrize("provider", SPLIT, ids=lambda provider: provider.id)
def test_in_its_own_region_the_key_of_the_other_platform_is_good(provider: Provider) -> None:
    there = good_at(provider)
    region = next(known.region for known in provider.hosts if known.host == there)
    run, transport = probed(provider, name_of(provider), region=region)
    assert axis(run, Axis.AUTH).answer is Answer.YES
    assert keyed_hosts(transport) == {there}


@pytest.mark.parametrize("provider", SPLIT, ids=lambda provider: provider.id)
def test_a_base_url_stands_for_every_host_so_consent_asks_nothing_more(provider: Provider) -> None:
    transport = Between("revoked", provider=provider.id)
    key = Key("THE_KEY", sandbox.PERSONAS[provider.id]["revoked"].key)
    choices = plan(provider.id, base_url=sandbox.ORIGIN, trust_endpoint=True, operator=ME, other_platforms=True)
    run = asyncio.run(probe_key(key, choices, transport=transport))
    assert {request.url.host for request in transport.requests} == {"sandbox.localhost"}
    assert axis(run, Axis.AUTH).answer is Answer.NO


@pytest.mark.parametrize("provider", SPLIT, ids=lambda provider: provider.id)
def test_the_refusal_of_whoever_shows_itself_as_a_relay_leads_nowhere(provider: Provider) -> None:
    persona = name_of(provider)

    async def refusal() -> httpx.Response:
        asked = httpx.Request("GET", f"https://{first_host(provider)}{provider.asks[0].path}", headers=KEYED)
        given = await sandbox.transport(provider.id, "revoked").handle_async_request(asked)
        return httpx.Response(given.status_code, headers=given.headers, content=await given.aread())

    refused = asyncio.run(refusal())

    def relay(request: httpx.Request) -> httpx.Response | None:
        if request.url.host != first_host(provider):
            return None
        return answer(refused.status_code, refused.text, {"content-type": "application/json", "x-litellm-version": "1"})

    run, transport = probed(provider, persona, consent=True, instead=relay)
    assert {request.url.host for request in transport.requests} == {first_host(provider)}
    assert axis(run, Axis.AUTH).answer is Answer.UNKNOWN


@pytest.mark.parametrize("to", ["the key", "a made-up key"])
@pytest.mark.parametrize("provider", SPLIT, ids=lambda provider: provider.id)
def test_a_platform_that_shows_itself_as_a_relay_proves_no_key(provider: Provider, to: str) -> None:
    there = good_at(provider)

    class Unmasked(Between):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            response = await super().handle_async_request(request)
            made_up = CONTROL in request.headers.get("authorization", "")
            if request.url.host == there and made_up == (to == "a made-up key"):
                response.headers["x-litellm-version"] = "1.0"
            return response

    transport = Unmasked(name_of(provider), provider=provider.id)
    key = Key("THE_KEY", sandbox.PERSONAS[provider.id][name_of(provider)].key)
    choices = plan(provider.id, operator=ME, other_platforms=True)
    run = asyncio.run(probe_key(key, choices, transport=transport))
    auth = axis(run, Axis.AUTH)
    assert auth.answer is Answer.NO  # by the first platform; of the other nothing is known
    assert f"{there} gave no clear answer" in str(auth.why)
    sent = [request for request in transport.requests if request.url.host == there]
    assert len(sent) - len(transport.controls()) == 1
    assert not known_controls(transport)


@pytest.mark.parametrize("provider", SPLIT, ids=lambda provider: provider.id)
def test_a_platform_that_showed_itself_as_a_relay_to_one_key_of_a_batch_gets_no_other(provider: Provider) -> None:
    there, shared = good_at(provider), Shared()

    class Unmasked(Between):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            response = await super().handle_async_request(request)
            if request.url.host == there:
                response.headers["x-litellm-version"] = "1.0"
            return response

    transport = Unmasked(name_of(provider), provider=provider.id)
    choices = plan(provider.id, operator=ME, other_platforms=True)

    async def asked(text: str) -> int:
        await probe_key(Key("THE_KEY", text), choices, transport=transport, shared=shared)
        return sum(request.url.host == there for request in transport.requests)

    text = sandbox.PERSONAS[provider.id][name_of(provider)].key
    assert [asyncio.run(asked(one)) for one in (text, f"{text[:-2]}00")] == [1, 1]


# A plan's key and a general host answer 401: https://www.alibabacloud.com/help/model-studio/base-url as of 2026-10-11;
# a good key that was refused so: github.com/agentscope-ai/agentscope/issues/1305.
PLAN_KEY = "sk-sp-testkeyNotARealKey" + "y" * 14


def refused(provider: str, value: str, *, region: str = "", consent: bool = False) -> Run:
    transport = Between("revoked", lambda _request: None, provider=provider)
    choices = plan(provider, region=region, operator=ME, other_platforms=consent)
    return asyncio.run(probe_key(Key("THE_KEY", value), choices, transport=transport))


def valid(run: Run) -> list[object]:
    return [metric.value for metric in run.metrics if metric.metric == "key_valid"]


@pytest.mark.parametrize(("region", "consent"), [("", False), ("", True), ("cn", False), ("cn", True)])
def test_a_key_of_a_plan_that_is_good_at_other_hosts_only_is_not_denied_by_a_refusal_here(
    region: str,
    consent: bool,  # noqa: FBT001
) -> None:
    run = refused("dashscope", PLAN_KEY, region=region, consent=consent)
    found = axis(run, Axis.AUTH)
    assert found.answer is Answer.UNKNOWN
    assert all("coding-intl.dashscope.aliyuncs.com" in said for said in (found.why, found.opens))
    assert valid(run) == [None]


@pytest.mark.parametrize(
    ("provider", "value"),
    [
        ("dashscope", "sk-" + "a1" * 16),  # of no such plan
        ("dashscope", "sk-ws-testkeyNotARealKey" + "y" * 30),  # good at the hosts of its region
        ("minimax", "sk-cp-testkeyNotARealKey" + "y" * 40),  # a subscription at the same hosts
    ],
)
def test_a_refusal_of_any_other_key_is_one(provider: str, value: str) -> None:
    run = refused(provider, value)
    assert axis(run, Axis.AUTH).answer is Answer.NO
    assert valid(run) == ["false"]
