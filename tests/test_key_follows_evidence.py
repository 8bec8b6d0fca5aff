"""The key follows the evidence: recorded for every provider, a key is seen by one vendor's hosts and by nobody else."""

import asyncio
from typing import Any

import httpx
import pytest
from endpoints import CONTROL, Between

from testkey_nb import sandbox
from testkey_nb.errors import UnknownName
from testkey_nb.identity import identify
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Axis, Verdict
from testkey_nb.probe import Plan, Run, plan, probe_key
from testkey_nb.providers import PROVIDERS
from testkey_nb.spec import Provider

HOSTED = [provider for provider in PROVIDERS.values() if provider.asks and provider.hosts]
ELSEWHERE = "https://api.example.com"
ME = "the tests, for made-up accounts"


def key_of(provider: Provider) -> Key:
    return Key("THE_KEY", sandbox.PERSONAS[provider.id]["launch-ready"].key)


def choose(provider: Provider, **choices: Any) -> Plan:  # noqa: ANN401 - as `plan` takes them
    return plan(provider.id, models=provider.covered_models or ("gpt-4o-mini",), operator=ME, **choices)


def carried_by(request: httpx.Request, key: Key) -> bool:
    return key.reveal() in f"{request.url} {request.headers.multi_items()}"


def recorded(provider: Provider, key: Key, choices: Plan) -> tuple[Run, Between]:
    transport = Between(genuine=True, provider=provider.id)
    return asyncio.run(probe_key(key, choices, transport=transport)), transport


@pytest.mark.parametrize("provider", HOSTED, ids=lambda provider: provider.id)
def test_a_key_goes_to_the_hosts_of_its_vendor_in_the_header_of_its_vendor_and_nowhere_else(provider: Provider) -> None:
    key = key_of(provider)
    _, transport = recorded(provider, key, choose(provider))
    hosts = {region.host for region in provider.hosts if region.region == provider.regions[0]}
    seen = [request for request in transport.requests if carried_by(request, key)]
    assert seen or not any(ask.auth for ask in provider.asks)
    for request in seen:
        assert request.url.host in hosts
        assert key.reveal() not in str(request.url)
        assert request.headers[provider.auth[0]] == provider.auth[1].format(key=key.reveal())
    assert all(request.method == "GET" and request.url.scheme == "https" for request in transport.requests)


@pytest.mark.parametrize("provider", HOSTED, ids=lambda provider: provider.id)
@pytest.mark.parametrize("region", [1, -1])
def test_in_another_region_the_key_goes_to_the_hosts_of_that_region_only(provider: Provider, region: int) -> None:
    if len(provider.regions) == 1:
        pytest.skip("answers in one region")
    key, chosen = key_of(provider), provider.regions[region]
    _, transport = recorded(provider, key, choose(provider, region=chosen))
    hosts = {known.host for known in provider.hosts if known.region == chosen}
    assert {request.url.host for request in transport.requests if carried_by(request, key)} <= hosts


@pytest.mark.parametrize("provider", HOSTED, ids=lambda provider: provider.id)
def test_an_endpoint_that_nobody_knows_gets_no_key_unless_it_is_vouched_for(provider: Provider) -> None:
    key = key_of(provider)
    run, transport = recorded(provider, key, choose(provider, base_url=ELSEWHERE))
    assert transport.requests
    assert not [request for request in transport.requests if carried_by(request, key)]
    assert run.identity.verdict is Verdict.UNKNOWN
    vouched = choose(provider, base_url=ELSEWHERE, trust_endpoint=True)
    run, transport = recorded(provider, key, vouched)
    assert run.identity.verdict is Verdict.VOUCHED
    assert {request.url.host for request in transport.requests} == {"api.example.com"}


@pytest.mark.parametrize("provider", HOSTED, ids=lambda provider: provider.id)
def test_a_relay_in_the_vendors_place_gets_no_key_even_if_it_is_vouched_for(provider: Provider) -> None:
    sent: list[httpx.Request] = []

    def relay(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(401, headers={"x-litellm-version": "1.106.2"}, json={"error": {"code": "401"}})

    key = key_of(provider)
    choices = choose(provider, base_url=ELSEWHERE, trust_endpoint=True)
    run = asyncio.run(probe_key(key, choices, transport=httpx.MockTransport(relay)))
    assert sent
    assert not [request for request in sent if carried_by(request, key) or CONTROL in str(request.headers)]
    assert (run.identity.verdict, run.identity.provider) == (Verdict.RELAY, "litellm")


@pytest.mark.parametrize("provider", HOSTED, ids=lambda provider: provider.id)
@pytest.mark.parametrize("other", HOSTED, ids=lambda provider: provider.id)
def test_a_key_of_another_vendor_goes_only_where_it_is_named(provider: Provider, other: Provider) -> None:
    if provider is other:
        return
    key = key_of(other)
    run, transport = recorded(provider, key, choose(provider))
    hosts = {region.host for region in provider.hosts}
    assert {request.url.host for request in transport.requests if carried_by(request, key)} <= hosts
    assert [row for row in run.identity.evidence if row.mark == "key shape"]


@pytest.mark.parametrize("provider", HOSTED, ids=lambda provider: provider.id)
def test_a_key_that_manages_an_account_is_asked_for_its_identity_and_nothing_else(provider: Provider) -> None:
    managing = [shape for shape in provider.key_shapes if shape.administers]
    if not managing or any(
        shape.pattern == managing[0].pattern and not shape.administers for shape in provider.key_shapes
    ):
        pytest.skip("no shape of its own for such keys")
    text = managing[0].control.replace("NotARealKey", "ForThisTest")
    key = Key("ADMIN", text)
    if not key.fits(managing[0].pattern):
        pytest.skip("its made-up key is not of the shape")
    assert [candidate.key_type for candidate in identify(key) if candidate.provider == provider.id] == [
        managing[0].type
    ]
    run, transport = recorded(provider, key, choose(provider))
    allowed = {ask.path.partition("?")[0] for ask in provider.asks if ask.admin}
    assert {request.url.path for request in transport.requests if carried_by(request, key)} <= allowed
    assert not [f for f in run.findings if f.axis is Axis.SCOPE and f.answer is Answer.YES]


def test_a_base_url_of_one_of_the_vendors_regions_is_that_region_with_its_currency() -> None:
    choices = choose(PROVIDERS["moonshot"], base_url="https://api.moonshot.cn/v1")
    assert choices.region == "cn"
    run, transport = recorded(PROVIDERS["moonshot"], key_of(PROVIDERS["moonshot"]), choices)
    assert {request.url.host for request in transport.requests} == {"api.moonshot.cn"}
    assert {row.unit for row in run.metrics if row.metric == "balance_available"} == {"CNY"}
    with pytest.raises(UnknownName, match="region"):
        choose(PROVIDERS["moonshot"], base_url="https://api.moonshot.cn/v1", region="global")


@pytest.mark.parametrize("trust", [False, True])
def test_the_host_of_another_vendor_is_a_contradiction_and_gets_no_key(*, trust: bool) -> None:
    key = key_of(PROVIDERS["openai"])
    choices = choose(PROVIDERS["openai"], base_url="https://api.deepseek.com", trust_endpoint=trust)
    run, transport = recorded(PROVIDERS["openai"], key, choices)
    assert run.identity.verdict is Verdict.CONTRADICTED
    assert not [request for request in transport.requests if carried_by(request, key)]


def test_a_key_that_says_it_manages_is_asked_nothing_more() -> None:
    provider = PROVIDERS["openrouter"]
    key = Key("THE_KEY", sandbox.PERSONAS["openrouter"]["management-key"].key)
    transport = Between("management-key", genuine=True, provider="openrouter")
    run = asyncio.run(probe_key(key, choose(provider, samples=2), transport=transport))
    assert {request.url.path for request in transport.requests if carried_by(request, key)} == {"/api/v1/key"}
    assert "management" in run.values()["token_type"]


@pytest.mark.parametrize("admin", ["sk-admin-" + "Ab3" * 12, "sk-admin-" + "Ab3" * 60])
def test_an_administrative_key_of_any_length_is_never_used_even_where_another_vendor_is_named(admin: str) -> None:
    key = Key("ADMIN", admin)
    for name in ("openai", "anthropic", "deepseek"):
        provider = PROVIDERS[name]
        _, transport = recorded(provider, key, choose(provider))
        allowed = {ask.path.partition("?")[0] for ask in provider.asks if ask.admin}
        assert {request.url.path for request in transport.requests if carried_by(request, key)} <= allowed


def test_a_control_has_the_length_of_the_key() -> None:
    key = key_of(PROVIDERS["openai"])
    _, transport = recorded(PROVIDERS["openai"], key, choose(PROVIDERS["openai"]))
    sent = [request.headers["authorization"] for request in transport.requests if "authorization" in request.headers]
    controls = [header for header in sent if CONTROL in header]
    assert controls
    assert {len(header) for header in sent} == {len(controls[0])}
