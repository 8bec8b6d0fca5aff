"""Relays, each by the answers it gives: what unmasks it, what does not, and that the key stays away from it."""

import asyncio
import json
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from endpoints import Between, answer
from real_bodies import JSON, reply

from testkey_nb import sandbox
from testkey_nb.errors import AddressRefused, UnknownName
from testkey_nb.http import Exchange
from testkey_nb.identity import Identification, conclude, identify_endpoint, look, takes_key, weigh
from testkey_nb.identity.endpoint import UNKNOWN_PATH
from testkey_nb.judge import judge_run
from testkey_nb.keys import Key
from testkey_nb.launch import Launch
from testkey_nb.outcome import Answer, Axis, Capability, CapabilityState, Speaks, Verdict
from testkey_nb.probe import Run, plan, probe_key
from testkey_nb.providers import PROVIDERS
from testkey_nb.spec import Provider

AT, ME = "https://llm.example.com", "the tests, for made-up accounts"
HF = PROVIDERS["huggingface"]
RELAYING = [provider for provider in PROVIDERS.values() if provider.kind in {"relay", "gateway"}]
SELF_HOSTED = [provider for provider in PROVIDERS.values() if provider.asks and not provider.hosts]
FOLDER = Path(__file__).parent / "answers"
FILES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}

HTML = {"content-type": "text/html; charset=utf-8"}
TEXT = {"content-type": "text/plain; charset=utf-8"}
ID = " (request id: 20261123100000123456789)"
ENTRY = {"id": "gpt-4o", "object": "model", "owned_by": "openai"}


def listed(**fields: object) -> httpx.Response:
    """Make a list of two models that differ in nothing but their names."""
    return answer(200, {"object": "list", "data": [{**ENTRY, **fields}, {**ENTRY, "id": "gpt-4o-mini", **fields}]})


def refused(status: int = 401, **fields: object) -> httpx.Response:
    return answer(status, {"error": fields})


def shown(*headers: str) -> httpx.Response:
    return answer(200, {}, {**JSON, **dict.fromkeys(headers, "x")})


def status(**data: object) -> httpx.Response:
    common = {"version": "v1", "quota_per_unit": 500000, "display_in_currency": True}
    return answer(200, {"success": True, "message": "", "data": {**common, **data}})


# By relay: answers that each show it by themselves, by the path that gives them; empty for any path.
SHOWS: dict[str, list[tuple[str, httpx.Response]]] = {
    "litellm": [
        ("", shown("x-litellm-version")),
        ("", shown("x-litellm-call-id", "x-litellm-model-api-base")),
        ("", shown("llm_provider-x-ratelimit-limit-requests")),
        ("", refused(message="Authentication Error, No api key passed in.", type="auth_error", param="None",
                     code="401")),
        ("", refused(400, message="No connected db.", type="no_db_connection", param=None, code="400")),
        ("/v1/models", listed(created=1677610602)),
        ("/", answer(200, "<html><head><title>LiteLLM API - Swagger UI</title></head></html>", HTML)),
        ("/health/liveliness", answer(200, '"I\'m alive!"')),
    ],
    "one_api": [
        ("", shown("x-oneapi-request-id")),
        ("", refused(message="无效的令牌" + ID, type="one_api_error")),
        ("", refused(message="invalid token", type="one_api_error")),
        ("", refused(message="Incorrect API key provided" + ID, type="invalid_request_error", code="invalid_api_key")),
        ("/v1/models", listed(created=1626777600)),
        ("/api/status", status(lark_client_id="", chat_link="")),
    ],
    "new_api": [
        ("", shown("x-new-api-version")),
        ("", refused(message="invalid token", type="new_api_error", code="")),
        ("", refused(message="无效的令牌" + ID, type="new_api_error", code="")),
        ("", answer(200, {"success": True, "object": "list", "data": [{**ENTRY, "supported_endpoint_types": ["x"]}]})),
        ("", answer(200, {"has_more": False, "data": [{"type": "model", "id": "gpt-4o", "display_name": "gpt-4o",
                                                       "created_at": "2021-07-20T10:40:00Z"}]})),
        ("/api/status", status(self_use_mode_enabled=False)),
    ],
    "vllm": [("/v1/models", listed(owned_by="vllm")), ("/load", answer(200, {"server_load": 0}))],
    "sglang": [
        ("/v1/models", listed(owned_by="sglang")),
        ("", answer(404, {"object": "error", "message": "Not Found", "type": "404", "param": None, "code": 404})),
        ("/get_model_info", answer(200, {"model_path": "/m", "tokenizer_path": "/m", "is_generation": True})),
    ],
    "llama_cpp": [
        ("/v1/models", listed(owned_by="llamacpp")),
        ("", answer(404, {"error": {"message": "File Not Found", "type": "not_found_error", "code": 404}},
                    {**JSON, "server": "llama.cpp"})),
    ],
    "ollama": [("/", answer(200, "Ollama is running", TEXT))],
    "lm_studio": [
        ("/v1/models", listed(owned_by="organization_owner")),
        ("", answer(200, {"error": f"Unexpected endpoint or method. (GET {UNKNOWN_PATH})"})),
    ],
    "tgi": [("/info", answer(200, {"model_id": "bigscience/bloom", "router": "text-generation-router",
                                   "version": "3.0"}))],
    "localai": [
        ("", refused(message="An authentication key is required", type="invalid_request_error", code=401)),
        ("", refused(404, message="Resource not found", type="", code=404)),
    ],
    "xinference": [("/v1/cluster/auth", answer(200, {"auth": False})),
                   ("/v1/cluster/auth", answer(200, {"auth": True}))],
    "portkey": [
        ("", shown("x-portkey-trace-id", "x-portkey-cache-status")),
        ("", answer(400, {"status": "failure",
                          "message": "Either x-portkey-config or x-portkey-provider header is required"})),
        ("", answer(401, {"status": "failure", "message": "Portkey Error: Invalid API Key. Error Code: 03"})),
        ("/", answer(200, "AI Gateway says hey!", TEXT)),
    ],
    "cloudflare_ai_gateway": [
        ("", shown("cf-aig-log-id", "cf-aig-cache-status")),
        ("", answer(400, {"success": False, "result": [], "messages": [], "error": [
            {"code": 2001, "message": "Please configure AI Gateway in the Cloudflare dashboard"}]})),
    ],
    "helicone": [("", shown("helicone-id", "helicone-status")), ("", shown("x-helicone-id"))],
    "bifrost": [("", answer(401, {"is_bifrost_error": False, "status_code": 401, "error": {"message": "Unauthorized"},
                                  "extra_fields": {}}))],
    "kong": [("", shown("x-kong-llm-model"))],
}  # fmt: skip
WEAK = {"vercel"}  # whose only mark every site shows that Vercel serves
ELSEWHERE = {"openrouter"}  # tests/test_identify.py and its own recordings
CASES = [(relay, path, given) for relay, answers in SHOWS.items() for path, given in answers]
NOT_FOUND = answer(404, {"detail": "Not Found"}, {**JSON, "server": "uvicorn"})


def only(path: str, given: httpx.Response, request: httpx.Request) -> httpx.Response:
    """Answer one path so (any, if none is named), and the rest as any FastAPI server does."""
    return given if path in {"", request.url.path} else NOT_FOUND


def identified(path: str, given: httpx.Response, *, trust: bool = False, at: str = AT) -> Identification:
    transport = Between(instead=partial(only, path, given))
    return asyncio.run(identify_endpoint(at, trust_endpoint=trust, transport=transport))


def test_every_relay_has_an_answer_that_shows_it() -> None:
    assert set(SHOWS) | WEAK | ELSEWHERE == {provider.id for provider in RELAYING}


def test_looking_for_relays_costs_an_endpoint_on_no_list_few_requests() -> None:
    paths = {mark.path for provider in PROVIDERS.values() for mark in provider.marks if mark.path}
    assert len(paths) <= 8
    # These make a server call or run a model: litellm proxy/health_endpoints, sglang http_server.py health_generate.
    assert not paths & {"/health", "/health_generate"}
    transport = Between(instead=lambda _request: NOT_FOUND)
    found = asyncio.run(identify_endpoint(AT, transport=transport))
    assert found.manifest.requests == len(paths) + 2 == len(set(transport.paths()))


@pytest.mark.parametrize(("relay", "path", "given"), CASES)
def test_a_relay_is_known_by_each_of_its_answers_and_takes_no_key(relay: str, path: str, given: httpx.Response) -> None:
    for trust in (False, True):
        found = identified(path, given, trust=trust)
        assert (found.identity.verdict, found.identity.provider) == (Verdict.RELAY, relay)
        assert not takes_key(HF, AT, found.identity)
        assert not takes_key(PROVIDERS["openai"], AT, found.identity)
    against = [row for row in found.identity.evidence if row.speaks == Speaks.AGAINST]
    assert relay in {row.points_to for row in against}
    assert {row.points_to for row in against} <= {relay, "one_api", "new_api"}
    assert all(row.source and row.checked and row.observed and row.mark for row in against)
    named = {row.mark for row in against if row.points_to == relay}
    assert all(mark in found.identity.why for mark in named)


@pytest.mark.parametrize(("relay", "path", "given"), CASES)
def test_a_relay_is_known_below_a_path_too(relay: str, path: str, given: httpx.Response) -> None:
    assert identified(path, given, at=f"{AT}/v1").identity.provider == relay


VENDORS_MARKS = {
    "openai": {"openai-version": "2020-10-01", "x-openai-proxy-wasm": "v0.1"},
    "deepseek": {"x-ds-trace-id": "0000"},
    "huggingface": {"x-powered-by": "huggingface-moon"},
}


@pytest.mark.parametrize(("relay", "path", "given"), CASES)
@pytest.mark.parametrize("vendor", VENDORS_MARKS)
def test_a_vendors_marks_behind_a_relay_do_not_hide_the_relay(
    relay: str, path: str, given: httpx.Response, vendor: str
) -> None:
    passed_on = httpx.Response(
        given.status_code, headers={**given.headers, **VENDORS_MARKS[vendor]}, content=given.content
    )
    for expected in (None, PROVIDERS[vendor]):
        seen = Exchange(1, reply=reply(given.status_code, given.text, dict(passed_on.headers)), verified=True)
        shown = look(expected, AT, path or "/v1/models", seen)
        identity = conclude(expected, weigh(expected, AT, [shown]), trust_endpoint=True)
        assert (identity.verdict, identity.provider) == (Verdict.RELAY, relay)
    assert vendor in {row.points_to for row in identity.evidence}


PLAIN: list[tuple[str, httpx.Response]] = [
    ("a list that says openai", answer(200, {"object": "list", "data": [{**ENTRY, "created": 1715367049}]})),
    ("a FastAPI server", NOT_FOUND),
    ("a refusal as many write it", answer(401, {"error": "Unauthorized"})),
    ("a refusal in OpenAI's words", refused(message="Incorrect API key provided: x", type="invalid_request_error",
                                            code="invalid_api_key", param=None)),
    ("Azure's unknown path", refused(404, code="404", message="Resource not found")),
    ("nothing", answer(200, "")),
    ("a page", answer(200, "<html><title>Welcome to nginx!</title></html>", HTML)),
    ("a version", answer(200, {"version": "1.2.3"})),
    ("a status", answer(200, {"success": True, "message": "", "data": {"version": "1"}})),
    ("OpenAI's own model of that second", answer(200, {"data": [{"id": "gpt-3.5-turbo", "created": 1677610602}]})),
    ("one model of that name", answer(200, {"data": [{"id": "a", "owned_by": "vllm"}, {"id": "b", "owned_by": "x"}]})),
    ("a host at Vercel", answer(200, {}, {**JSON, "x-vercel-id": "iad1::x", "server": "Vercel"})),
    ("a host behind Kong", answer(200, {}, {**JSON, "x-kong-request-id": "x", "x-kong-upstream-latency": "3"})),
]  # fmt: skip


@pytest.mark.parametrize("given", [case[1] for case in PLAIN], ids=[case[0] for case in PLAIN])
def test_a_relay_that_shows_none_of_its_marks_is_unknown_and_never_genuine(given: httpx.Response) -> None:
    found = identified("", given)
    assert (found.identity.verdict, found.identity.provider) == (Verdict.UNKNOWN, None)
    assert identified("", given, trust=True).identity.verdict is Verdict.VOUCHED


def test_what_a_fork_shares_with_what_it_was_forked_from_names_the_one_that_shows_more() -> None:
    older = answer(200, {}, {**JSON, "x-oneapi-request-id": "20261123100000123456789"})
    status_page = status(self_use_mode_enabled=False)

    def newer(request: httpx.Request) -> httpx.Response:
        return status_page if request.url.path == "/api/status" else older

    found = asyncio.run(identify_endpoint(AT, transport=Between(instead=newer)))
    assert found.identity.provider == "new_api"


RECORDED = [
    (PROVIDERS[name], case)
    for name, file in FILES.items()
    if PROVIDERS[name].kind == "provider"
    for case in (*file["outcomes"], *file["payloads"])
]


@pytest.mark.parametrize(
    ("provider", "case"), RECORDED, ids=[f"{p.id}-{c.get('case') or c['path']}" for p, c in RECORDED]
)
def test_no_vendors_own_answer_shows_a_mark_of_a_relay(provider: Provider, case: dict[str, Any]) -> None:
    told = reply(case.get("status", 200), case["body"], {**JSON, **case.get("headers", {})})
    marks = [
        (relay.id, mark.name)
        for relay in RELAYING
        for mark in relay.marks
        if not mark.weak and not mark.path and mark.seen(told)
    ]
    assert not marks, f"{provider.id} would be contradicted"


@pytest.mark.parametrize("relay", [provider for provider in RELAYING if provider.id in SHOWS], ids=lambda one: one.id)
def test_a_listed_host_that_shows_a_relays_mark_is_contradicted(relay: Provider) -> None:
    router = "https://router.huggingface.co"
    given = next((given for path, given in SHOWS[relay.id] if path in {"", "/v1/models"}), None)
    if given is None:
        pytest.skip("its pages are at paths that listed hosts are not asked")
    transport = Between(instead=lambda _request: given, genuine=True)
    found = asyncio.run(identify_endpoint(router, transport=transport))
    assert (found.identity.verdict, found.identity.provider) == (Verdict.CONTRADICTED, None)
    assert not takes_key(HF, router, found.identity)


def probed(relay: str, persona: str = "launch-ready") -> Run:
    """Probe a relay's own key, with the relay named as the provider."""
    asked = sandbox.PERSONAS[relay][persona]
    choices = plan(relay, models=asked.models, base_url=sandbox.ORIGIN, trust_endpoint=True, operator=ME)
    return asyncio.run(probe_key(Key("RELAY_KEY", asked.key), choices, transport=sandbox.transport(relay, persona)))


OWN_KEYS = [(provider.id, persona) for provider in SELF_HOSTED for persona in sandbox.PERSONAS[provider.id]]


@pytest.mark.parametrize(("relay", "persona"), OWN_KEYS)
def test_a_relay_that_is_named_is_vouched_for_and_shown_as_the_sandbox(relay: str, persona: str) -> None:
    run = probed(relay, persona)
    assert (run.identity.verdict, run.identity.provider) == (Verdict.VOUCHED, relay)
    assert run.sandbox
    assert run.manifest.requests <= 14
    assert judge_run(run).to_json()["provider"] == relay


# Passport of a relay's own key: auth, funds, quota, scope, region, models.
PASSPORTS = {
    ("litellm", "launch-ready"): "y?yyyy",
    ("litellm", "revoked"): "n?????",
    ("litellm", "throttled"): "??????",
    ("litellm", "broke"): "ynnyyy",
    ("litellm", "over-budget"): "?n????",
    ("litellm", "no-budget"): "y?yyyy",
    ("litellm", "management-key"): "y?ynyy",
    ("litellm", "no-database"): "y???yy",
    ("litellm", "open-door"): "?????y",
    ("one_api", "launch-ready"): "y?y?yy",
    ("one_api", "revoked"): "n?????",
    ("one_api", "throttled"): "??????",
    ("one_api", "broke"): "ynn?yy",
    ("one_api", "used-up"): "?n????",
    ("one_api", "unlimited"): "y?y?yy",
    ("new_api", "launch-ready"): "y?y?yy",
    ("new_api", "revoked"): "??????",
    ("new_api", "throttled"): "??????",
    ("new_api", "broke"): "ynn?yy",
    ("new_api", "used-up"): "?n????",
    ("vllm", "launch-ready"): "y???yy",
    ("vllm", "revoked"): "n?????",
    ("vllm", "throttled"): "??????",
    ("vllm", "open-door"): "?????y",
    ("ollama", "launch-ready"): "?????y",
    ("lm_studio", "launch-ready"): "?????y",
}


def test_every_persona_of_a_relay_has_its_passport_here() -> None:
    assert set(PASSPORTS) == set(OWN_KEYS)


@pytest.mark.parametrize(("relay", "persona"), OWN_KEYS)
def test_the_passport_of_a_relays_own_key(relay: str, persona: str) -> None:
    passport = judge_run(probed(relay, persona)).passport
    letters = {Answer.YES: "y", Answer.NO: "n", Answer.UNKNOWN: "?"}
    assert "".join(letters[passport[axis].answer] for axis in Axis) == PASSPORTS[relay, persona]


@pytest.mark.parametrize("provider", SELF_HOSTED, ids=lambda provider: provider.id)
def test_a_relay_is_asked_where_its_operator_put_it_and_for_the_models_its_operator_set_up(provider: Provider) -> None:
    with pytest.raises(AddressRefused, match="--base-url"):
        plan(provider.id, models=["m"], operator=ME)
    with pytest.raises(UnknownName, match="--model"):
        plan(provider.id, base_url=sandbox.ORIGIN, trust_endpoint=True, operator=ME)


@pytest.mark.parametrize("provider", SELF_HOSTED, ids=lambda provider: provider.id)
def test_a_relays_own_key_stays_at_home_where_nobody_vouches_for_the_endpoint(provider: Provider) -> None:
    transport = Between(provider=provider.id)
    asked = sandbox.PERSONAS[provider.id]["launch-ready"]
    run = asyncio.run(
        probe_key(
            Key("RELAY_KEY", asked.key),
            plan(provider.id, models=asked.models, base_url=sandbox.ORIGIN, operator=ME),
            transport=transport,
        )
    )
    assert run.identity.verdict is Verdict.UNKNOWN
    assert transport.bearers() == []


@pytest.mark.parametrize("named", ["openai", "vllm", "one_api"])
def test_naming_another_provider_than_the_relay_that_answers_withholds_the_key(named: str) -> None:
    transport = Between(provider="litellm")
    key = Key("RELAY_KEY", sandbox.PERSONAS["litellm"]["launch-ready"].key)
    choices = plan(named, models=["gpt-4o-mini"], base_url=sandbox.ORIGIN, trust_endpoint=True, operator=ME)
    run = asyncio.run(probe_key(key, choices, transport=transport))
    assert (run.identity.verdict, run.identity.provider) == (Verdict.RELAY, "litellm")
    assert transport.bearers() == []


def test_limits_and_config_of_a_relay_are_those_of_its_base_url() -> None:
    readiness = judge_run(probed("litellm"), Launch())
    limits = {row.limit: (row.service, row.quota, row.window_s) for row in readiness.run.limits}
    assert limits == {"requests": ("sandbox.localhost", 1000, 60), "tokens": ("sandbox.localhost", 100000, 60)}
    states = {row.capability: row.state for row in readiness.capabilities}
    assert states[Capability.LIMIT_MATRIX] == CapabilityState.PROVED
    assert readiness.stage is None  # its host is in no providers.toml yet
