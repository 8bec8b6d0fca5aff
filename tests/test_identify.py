"""Who answers, and whose key this may be: marks unmask and explain, they never add up to genuine."""

import asyncio

import httpx
import pytest
import real_bodies as real
from conftest import KEY_NAME, PERSONAS
from endpoints import Between, answer
from hypothesis import given
from hypothesis import strategies as st

from testkey_nb import sandbox
from testkey_nb.errors import AddressRefused, KeyMalformed
from testkey_nb.http import Exchange
from testkey_nb.identity import Identification, conclude, identify, identify_endpoint, join, look, weigh
from testkey_nb.keys import Key
from testkey_nb.outcome import Verdict
from testkey_nb.providers import PROVIDERS
from testkey_nb.spec import Mark, Provider, Reply

HUB, ROUTER = "https://huggingface.co", "https://router.huggingface.co"
HF = PROVIDERS["huggingface"]


def identified(transport: httpx.AsyncBaseTransport, base_url: str, *, trust: bool = False) -> Identification:
    return asyncio.run(identify_endpoint(base_url, trust_endpoint=trust, transport=transport))


@pytest.mark.parametrize(
    ("base_url", "path", "expected"),
    [
        ("https://h", "/v1/models", "https://h/v1/models"),
        ("https://h/v1", "/v1/models", "https://h/v1/models"),
        ("https://h/v1/", "/v1/models", "https://h/v1/models"),
        ("https://h/proxy/hf", "/v1/models", "https://h/proxy/hf/v1/models"),
        ("https://h/proxy/v1", "/v1/models", "https://h/proxy/v1/models"),
        ("https://h/v1", "/api/whoami-v2", "https://h/v1/api/whoami-v2"),
        ("https://h/api", "/api/whoami-v2", "https://h/api/whoami-v2"),
        ("https://h/api/v1", "/v1/models/a/b", "https://h/api/v1/models/a/b"),
        ("https://h:8443/a", "/v1/models?x=1", "https://h:8443/a/v1/models?x=1"),
        ("https://h", "/", "https://h/"),
    ],
)
def test_a_path_in_the_base_url_stands_before_the_asks_less_what_both_share(
    base_url: str, path: str, expected: str
) -> None:
    assert join(base_url, path) == expected


def test_looking_at_an_endpoint_sends_no_key_even_if_one_is_given() -> None:
    transport = Between("wrong-host")
    found = asyncio.run(
        identify_endpoint(sandbox.ORIGIN, key=Key(KEY_NAME, PERSONAS["launch-ready"].key), transport=transport)
    )
    assert transport.bearers() == []
    assert (found.identity.verdict, found.identity.provider) == (Verdict.RELAY, "litellm")
    assert [(candidate.provider, candidate.key_type) for candidate in found.candidates] == [("huggingface", "user")]
    assert found.manifest.requests == len(transport.requests)


def test_a_key_in_the_address_is_refused_before_anything_is_sent() -> None:
    secret = PERSONAS["launch-ready"].key
    transport = Between()
    for base_url in (f"{sandbox.ORIGIN}/{secret}", f"https://{secret}.example"):
        with pytest.raises(KeyMalformed) as caught:
            asyncio.run(identify_endpoint(base_url, key=Key(KEY_NAME, secret), transport=transport))
        assert secret not in str(caught.value)
    assert transport.requests == []


def test_without_an_endpoint_nothing_is_sent_and_nothing_is_known() -> None:
    found = asyncio.run(identify_endpoint("", key=Key(KEY_NAME, PERSONAS["oauth"].key)))
    assert found.identity.verdict is Verdict.UNKNOWN
    assert [candidate.key_type for candidate in found.candidates] == ["oauth"]
    assert found.manifest.requests == 0


def test_a_listed_host_over_verified_tls_is_genuine_and_asked_for_its_list_and_a_path_that_is_nobodys() -> None:
    transport = Between(genuine=True)
    found = identified(transport, ROUTER)
    assert (found.identity.verdict, found.identity.provider) == (Verdict.GENUINE, "huggingface")
    assert sorted(transport.paths()) == ["/testkey-no-such-path", "/v1/models"]


@pytest.mark.parametrize(
    ("base_url", "path"),
    [
        ("https://api.deepseek.com", "/models"),
        ("https://llm.example.com", "/v1/models"),
        ("https://llm.example.com/openai", "/openai/v1/models"),
        ("https://llm.example.com/api/paas/v4", "/api/paas/v4/models"),
    ],
)
def test_an_endpoint_is_asked_for_its_list_where_its_api_has_it(base_url: str, path: str) -> None:
    transport = Between()
    identified(transport, base_url)
    assert [asked for asked in transport.paths() if asked.endswith("/models")] == [path]


@pytest.mark.parametrize("base_url", ["http://10.0.0.1", "https://10.0.0.1", "ftp://x", "https://u:p@h"])
def test_an_address_that_may_not_be_asked_is_refused_before_anything_is_sent(base_url: str) -> None:
    transport = Between()
    with pytest.raises(AddressRefused):
        identified(transport, base_url)
    assert not transport.requests


def test_vouching_never_hides_a_relay() -> None:
    for trust in (False, True):
        assert identified(Between("wrong-host"), sandbox.ORIGIN, trust=trust).identity.verdict is Verdict.RELAY


def test_vouching_makes_an_endpoint_on_no_list_vouched_and_loopback_too() -> None:
    for base_url in (sandbox.ORIGIN, "https://llm.example.com"):
        assert identified(Between(), base_url).identity.verdict is Verdict.UNKNOWN
        assert identified(Between(), base_url, trust=True).identity.verdict is Verdict.VOUCHED


def test_an_endpoint_that_does_not_answer_is_unknown() -> None:
    def refused(_request: httpx.Request) -> httpx.Response:
        msg = "connection refused"
        raise httpx.ConnectError(msg)

    found = identified(httpx.MockTransport(refused), "https://llm.example.com")
    assert found.identity.verdict is Verdict.UNKNOWN
    assert [row.mark for row in found.identity.evidence] == ["no answer"]


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda provider: provider.id)
def test_marks_alone_never_make_an_endpoint_genuine(provider: Provider) -> None:
    given = answer(200, real.ROUTED_MODELS, {"content-type": "application/json", "x-powered-by": "huggingface-moon"})
    exchange = Exchange(1, reply=real.reply(200, given.json(), dict(given.headers)), verified=True)
    at = "https://llm.example.com"
    evidence = weigh(provider, at, [look(provider, at, "/v1/models", exchange)])
    assert conclude(provider, evidence).verdict not in {Verdict.GENUINE, Verdict.VOUCHED}


def test_a_missing_mark_proves_nothing_against_a_listed_host() -> None:
    transport = Between(instead=lambda _request: answer(200, {"data": [{"id": "a/b"}]}), genuine=True)
    assert identified(transport, ROUTER).identity.verdict is Verdict.GENUINE


@given(st.sampled_from(sorted(PROVIDERS)), st.text(max_size=30), st.integers(100, 599))
def test_no_answer_makes_weighing_raise(provider: str, body: str, status: int) -> None:
    reply = real.reply(status, body, {"x-litellm-version": body, "x-testkey-sandbox": body})
    spec, exchange = PROVIDERS[provider], Exchange(1, reply=reply, verified=True)
    weighed = weigh(spec, HUB, [look(spec, HUB, "/v1/models", exchange)])
    assert conclude(spec, weighed).verdict is not Verdict.VOUCHED


SHAPES = {
    "hf_" + "aB1" * 11 + "c": [("huggingface", "user")],
    "hf_" + "a" * 33: [],
    "hf_" + "a" * 35: [],
    "api_org_" + "a" * 34: [("huggingface", "org")],
    "hf_oauth_aaa.bbb.ccc": [("huggingface", "oauth")],
    "hf_jwt_aaa.bbb.ccc": [("huggingface", "service")],
    "sk-proj-abcdefgh": [],
    "xhf_" + "a" * 34: [],
}


@pytest.mark.parametrize("text", SHAPES)
def test_a_shape_names_candidates_whole_and_anchored(text: str) -> None:
    found = identify(Key(KEY_NAME, text))
    assert [(candidate.provider, candidate.key_type) for candidate in found] == SHAPES[text]
    assert all(text not in candidate.why for candidate in found)


@pytest.mark.parametrize("persona", PERSONAS)
def test_every_personas_key_has_a_candidate(persona: str) -> None:
    assert {candidate.provider for candidate in identify(Key(KEY_NAME, PERSONAS[persona].key))} == {"huggingface"}


MARKS = [(provider, mark) for provider in PROVIDERS.values() for mark in provider.marks]


@pytest.mark.parametrize(("provider", "mark"), MARKS, ids=lambda value: getattr(value, "id", None) or value.name)
def test_a_mark_is_not_seen_in_an_answer_without_it(provider: Provider, mark: Mark) -> None:
    bodies: list[object] = [{}, [], None, "x", {"data": []}, {"error": "x"}, {"error": {}}, {"data": [None, 3, {}]}]
    for body in bodies:
        for status in (200, 401, 500):
            assert mark.seen(real.reply(status, body)) == "", provider.id


@pytest.mark.parametrize(
    ("peer", "verdict"),
    [
        ("8.8.8.8", Verdict.GENUINE),
        ("", Verdict.GENUINE),
        ("10.0.0.7", Verdict.UNKNOWN),
        ("127.0.0.1", Verdict.UNKNOWN),
        ("fd00::7", Verdict.UNKNOWN),
    ],
)
def test_a_listed_host_that_leads_to_a_private_address_is_not_genuine(peer: str, verdict: Verdict) -> None:
    provider, at = PROVIDERS["openai"], "https://api.openai.com/v1"
    exchange = Exchange(
        1, reply=Reply(401, {"content-type": "application/json"}, {"error": {}}), verified=True, peer=peer
    )
    rows = weigh(provider, at, [look(provider, at, "/v1/models", exchange)])
    assert conclude(provider, rows).verdict is verdict
