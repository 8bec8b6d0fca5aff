"""What the sandbox promises to whoever asks it: the demo, the notebooks and every other test."""

from __future__ import annotations

import ast
import asyncio
import base64
import json
import re
import sys
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import loopback
import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError
from starlette.routing import Route

from testkey_nb import sandbox
from testkey_nb.sandbox.persona import Persona
from testkey_nb.sandbox.stand_in import stand_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

PERSONAS = sandbox.PERSONAS["huggingface"]
COVERED = "meta-llama/Llama-3.1-8B-Instruct"
WHOAMI = "/api/whoami-v2"
USAGE = "/api/settings/billing/usage-v2?startDate=1790812800&endDate=1791936000"
MAPPING = f"/api/models/{COVERED}?expand[]=inferenceProviderMapping"
KEYED = (WHOAMI, USAGE)
HUB = (*KEYED, "/api/models?limit=3", MAPPING, "/api/nothing-here")
ROUTER = ("/v1/models", f"/v1/models/{COVERED}", "/v1/models/no/such-model", "/v1/nothing-here")
PATHS = (*HUB, *ROUTER, "/index.json", "/")
CONTROLS = (
    "hf_testkeyNotARealKey".ljust(37, "x"),
    "hf_oauth_testkeyNotARealKey.xxx.xxx",
    "api_org_testkeyNotARealKey".ljust(42, "x"),
)
FRONTS = {"firewall", "wrong-host"}  # something else answers in the provider's place
OPEN_HUB = set(PERSONAS) - FRONTS - {"revoked", "hub-throttled"}  # a key is looked at and taken


def ask(persona: str, path: str, key: str | None = None, method: str = "GET") -> httpx.Response:
    headers = {} if key is None else {"authorization": f"Bearer {key}"}

    async def asked() -> httpx.Response:
        door = sandbox.transport("huggingface", persona)
        async with httpx.AsyncClient(transport=door, base_url=sandbox.ORIGIN) as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(asked())


def body(persona: str, path: str, key: str | None = "any-key") -> Any:  # noqa: ANN401 - JSON is anything
    answer = ask(persona, path, key)
    assert answer.status_code == 200, answer.text
    return answer.json()


def scoped(persona: str) -> dict[str, list[str]]:
    token = body(persona, WHOAMI)["auth"]["accessToken"]["fineGrained"]
    return {scope["entity"]["type"]: scope["permissions"] for scope in token["scoped"]}


def routes(persona: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = body(persona, f"/v1/models/{COVERED}")["providers"]
    return listed


serving = partial(loopback.serving, "huggingface")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str | bool], HfApi]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")  # loopback is never for a proxy
    return lambda origin, token: HfApi(endpoint=origin, token=token)


# The frame.


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("persona", PERSONAS)
def test_every_answer_names_its_persona_and_none_is_a_fault(persona: str, path: str) -> None:
    for key in (None, "any-key", *CONTROLS):
        answer = ask(persona, path, key)
        assert answer.headers["x-testkey-sandbox"] == persona
        assert answer.status_code < 500


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("persona", PERSONAS)
def test_whatever_could_write_or_be_charged_is_refused(persona: str, method: str) -> None:
    for path in (WHOAMI, "/v1/chat/completions", "/"):
        answer = ask(persona, path, "any-key", method)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
        assert answer.headers["x-testkey-sandbox"] == persona


def test_head_is_answered_like_get_without_a_body() -> None:
    got, head = (ask("launch-ready", WHOAMI, "any-key", method) for method in ("GET", "HEAD"))
    assert head.status_code == got.status_code == 200
    assert head.headers["content-length"] == got.headers["content-length"]
    assert not head.content


def test_unknown_names_are_key_errors() -> None:
    for door in (sandbox.app, sandbox.transport):
        for provider, persona in (("nobody", "launch-ready"), ("huggingface", "nobody")):
            with pytest.raises(KeyError):
                door(provider, persona)
    for serve in (sandbox.server, sandbox.serve):
        with pytest.raises(KeyError):
            serve("huggingface", "nobody", 0)


def test_the_request_log_tells_that_there_was_a_key_and_never_which() -> None:
    app = sandbox.app("huggingface", "launch-ready")

    async def asked() -> None:
        door = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=door, base_url=sandbox.ORIGIN) as client:
            await client.get("/v1/models?from=query-canary")
            await client.get(WHOAMI, headers={"authorization": "Bearer key-canary"})
            await client.head(WHOAMI, headers={"authorization": f"Bearer {CONTROLS[0]}"})
            await client.post("/v1/models")

    asyncio.run(asked())
    assert app.state.requests == [
        ("GET", "/v1/models", False, False),
        ("GET", WHOAMI, True, False),
        ("HEAD", WHOAMI, True, True),
        ("POST", "/v1/models", False, False),
    ]
    assert not re.search("canary|NotARealKey", repr(app.state.requests))


def test_each_application_has_a_log_of_its_own() -> None:
    first, second = (sandbox.app("huggingface", "launch-ready") for _ in range(2))
    assert first.state.requests is not second.state.requests


def test_a_fault_of_the_sandbox_is_a_marked_500_and_not_an_exception() -> None:
    async def broken(_request: Request) -> Response:
        raise ZeroDivisionError

    persona = Persona(name="broken", says="", issue=str, routes=lambda: [Route("/", broken)])
    door = httpx.ASGITransport(stand_in(persona), raise_app_exceptions=False)

    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=door, base_url=sandbox.ORIGIN) as client:
            return await client.get("/")

    answer = asyncio.run(asked())
    assert (answer.status_code, answer.headers["x-testkey-sandbox"]) == (500, "broken")


def test_the_sandbox_imports_nothing_from_the_package_around_it() -> None:
    allowed = {"starlette", "uvicorn", "httpx"}
    for file in Path(sandbox.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0
                names = [node.module or ""]
            ours = [name for name in names if name.startswith("testkey_nb")]
            assert all(f"{name}.".startswith("testkey_nb.sandbox.") for name in ours), file
            others = {name.partition(".")[0] for name in names} - {"testkey_nb"}
            assert others <= allowed | set(sys.stdlib_module_names), file


# Keys.


def test_persona_keys_have_the_shape_of_real_ones_and_are_all_different() -> None:
    keys = {name: persona.key for name, persona in PERSONAS.items()}
    assert len(set(keys.values())) == len(PERSONAS) == 16
    for name, key in keys.items():
        assert PERSONAS[name].name == name
        assert name == "oauth" or re.fullmatch("hf_FakeKey[a-zA-Z]{27}", key)


def test_six_letters_of_a_persona_key_are_in_no_ordinary_word_of_its_answers() -> None:
    for name, persona in PERSONAS.items():
        if name == "oauth":
            continue
        said = "".join(ask(name, path, persona.key).text for path in PATHS) + name + persona.says
        parts = {persona.key[at : at + 6].lower() for at in range(len(persona.key) - 5)}
        assert not [part for part in parts if part in said.lower()]


def test_the_oauth_key_carries_its_scopes_and_expires_in_eight_hours() -> None:
    _, payload, signature = PERSONAS["oauth"].key.removeprefix("hf_oauth_").split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["scope"] == ["openid", "profile", "inference-api", "read-billing"]
    assert claims["exp"] == pytest.approx(time.time() + 8 * 3600, abs=60)
    assert signature


@pytest.mark.parametrize("persona", sorted(OPEN_HUB))
def test_any_bearer_is_the_personas_key(persona: str) -> None:
    for key in (PERSONAS[persona].key, "x", "sk-something"):
        assert ask(persona, WHOAMI, key).status_code == 200


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("persona", sorted(OPEN_HUB | {"revoked"}))
def test_a_control_key_is_refused_even_where_the_hub_is_public(persona: str, control: str) -> None:
    for path in HUB:
        answer = ask(persona, path, control)
        assert answer.status_code == 401
        assert answer.json() == {"error": "Invalid credentials in Authorization header"}
        assert answer.headers["x-error-message"] == "Invalid credentials in Authorization header"
        assert answer.headers["www-authenticate"] == 'Bearer realm="Authentication required", charset="UTF-8"'


@pytest.mark.parametrize("path", KEYED)
@pytest.mark.parametrize("persona", sorted(OPEN_HUB | {"revoked", "hub-throttled"}))
def test_no_key_is_refused_in_other_words_than_a_bad_one(persona: str, path: str) -> None:
    for key in (None, "", "  "):
        answer = ask(persona, path, key)
        assert (answer.status_code, answer.json()) == (401, {"error": "Invalid username or password."})


@pytest.mark.parametrize("path", ["/v1/models", f"/v1/models/{COVERED}", "/index.json"])
def test_router_and_status_page_never_look_at_a_key(path: str) -> None:
    for persona in ("launch-ready", "revoked", "hub-throttled"):
        for key in (None, "any-key", CONTROLS[0]):
            assert ask(persona, path, key).status_code == 200


# Dress.


def test_the_hub_tells_its_rate_limit_with_every_answer() -> None:
    for path in HUB:
        for key in (None, "any-key", CONTROLS[0]):
            headers = ask("launch-ready", path, key).headers
            assert headers["ratelimit"] == '"api";r=999;t=286'
            assert headers["ratelimit-policy"] == '"fixed window";"api";q=1000;w=300'
            assert headers["x-powered-by"] == "huggingface-moon"
            assert headers["x-request-id"]


def test_the_router_tells_no_rate_limit_and_is_open_to_every_origin() -> None:
    for path in ROUTER:
        headers = ask("launch-ready", path).headers
        assert not [name for name in headers if "ratelimit" in name]
        assert headers["x-powered-by"] == "huggingface-moon"
        assert headers["access-control-allow-origin"] == "*"


def test_what_is_not_there_is_a_404_in_json() -> None:
    for path in ("/", "/api/nothing-here", "/v1/chat/completions", "/settings/billing"):
        answer = ask("launch-ready", path)
        assert answer.status_code == 404
        assert answer.json() == {"error": "Sorry, we can't find the page you are looking for."}


# Bodies.


def test_whoami_has_every_field_that_the_hub_requires() -> None:
    who = body("launch-ready", WHOAMI)
    assert set(who) >= {"auth", "type", "id", "name", "fullname", "avatarUrl", "isPro", "orgs"}
    assert re.fullmatch("[0-9a-f]{24}", who["id"])
    assert who["periodEnd"] > time.time()
    assert datetime.fromtimestamp(who["periodEnd"], UTC).day == 1
    assert [(org["plan"], org["roleInOrg"], org["securityRestrictions"]) for org in who["orgs"]] == [
        ("team", "read", [])
    ]
    token = who["auth"]["accessToken"]["fineGrained"]
    assert token["scoped"][0]["entity"] == {"_id": who["id"], "type": "user", "name": "example-user"}
    assert (token["global"], token["canReadGatedRepos"]) == ([], False)


def test_whoami_carries_personal_data_for_leak_tests_to_look_for() -> None:
    who = body("launch-ready", WHOAMI)
    assert who["email"].endswith(".invalid")
    assert "madeup" in who["avatarUrl"]
    assert "Madeup" in who["fullname"]


def test_usage_echoes_the_period_it_was_asked_for() -> None:
    usage = body("launch-ready", USAGE)["usage"]["inferenceProviders"]
    assert usage["usedNanoUsd"] / 1e9 == 1.5
    assert usage["includedNanoUsd"] / 1e9 == 2.0
    assert usage["limitNanoUsd"] / 1e9 == 5.0
    assert usage["periodStart"] == "2026-10-01T00:00:00.000Z"
    assert usage["periodEnd"] == "2026-10-14T00:00:00.000Z"


@pytest.mark.parametrize(
    "query", ["", "?startDate=1", "?endDate=1", "?startDate=x&endDate=1", "?startDate=1&endDate=2026-01-01"]
)
def test_usage_without_two_integers_is_a_400(query: str) -> None:
    answer = ask("launch-ready", USAGE.partition("?")[0] + query, "any-key")
    assert answer.status_code == 400
    assert isinstance(answer.json()["error"], str)


def test_the_mapping_is_an_object_for_one_model_and_a_list_among_many() -> None:
    one = body("launch-ready", MAPPING)
    assert set(one) == {"_id", "id", "inferenceProviderMapping"}
    many = body("launch-ready", "/api/models?expand=inferenceProviderMapping&search=llama-3.1-8b")
    assert [model["id"] for model in many] == [COVERED]
    as_list = [{"provider": slug, **route} for slug, route in one["inferenceProviderMapping"].items()]
    assert many[0]["inferenceProviderMapping"] == as_list


@pytest.mark.parametrize("persona", sorted(set(PERSONAS) - FRONTS - {"model-gone"}))
def test_hub_and_router_agree_about_the_covered_model(persona: str) -> None:
    mapping = body(persona, MAPPING, None)["inferenceProviderMapping"]
    told = {route["provider"]: route["status"] for route in routes(persona)}
    assert {slug: route["status"] for slug, route in mapping.items()} == told


def test_the_covered_model_has_the_routes_that_other_tests_count_on() -> None:
    novita, nscale, featherless = routes("launch-ready")
    assert [route["provider"] for route in (novita, nscale, featherless)] == ["novita", "nscale", "featherless-ai"]
    assert novita["pricing"] == {"input": 0.02, "output": 0.05}
    assert novita["context_length"] == 16384
    assert {"supports_tools", "first_token_latency_ms", "throughput"} <= set(novita)
    assert nscale["pricing"] == {"input": 0.06, "output": 0.06}
    assert featherless == {"provider": "featherless-ai", "status": "live", "is_model_author": False}


def test_the_catalogue_shows_what_a_reader_has_to_cope_with() -> None:
    listed = body("launch-ready", "/v1/models")
    assert listed["object"] == "list"
    assert len(listed["data"]) == 12
    every = [route for model in listed["data"] for route in model["providers"]]
    free = [route.get("is_free") for route in every if route.get("pricing") == {"input": 0, "output": 0}]
    assert sorted(map(str, free)) == ["False", "True"]
    unpriced = {route["provider"] for route in every if "pricing" not in route}
    assert unpriced == {"fireworks-ai", "featherless-ai"}
    assert {route["status"] for route in every} == {"live", "error"}
    assert "sandbox-newcomer" in {route["provider"] for route in every}
    assert any(route["is_model_author"] for route in every)
    assert not [route for route in every if None in route.values()]


def test_the_model_list_honours_its_filters() -> None:
    assert len(body("launch-ready", "/api/models?limit=5")) == 5
    assert {m["author"] for m in body("launch-ready", "/api/models?author=openai")} == {"openai"}
    assert len(body("launch-ready", "/api/models")) == 13  # one more than the router, which no provider serves
    assert len(body("launch-ready", "/api/models?inference_provider=all")) == 12
    query = "expand[]=inferenceProviderMapping&inference_provider=groq,publicai"
    for model in body("launch-ready", f"/api/models?{query}"):
        assert {"groq", "publicai"} & {route["provider"] for route in model["inferenceProviderMapping"]}
    assert ask("launch-ready", "/api/models?limit=many").status_code == 400


def test_a_missing_repository_is_a_404_with_a_key_and_a_401_without() -> None:
    known, stranger = (ask("launch-ready", "/api/models/no/such-model", key) for key in ("any-key", None))
    assert (known.status_code, known.json()) == (404, {"error": "Repository not found"})
    assert stranger.status_code == 401
    assert {known.headers["x-error-code"], stranger.headers["x-error-code"]} == {"RepoNotFound"}


def test_the_status_page_is_better_stacks_and_says_that_all_is_well() -> None:
    page = body("launch-ready", "/index.json", None)
    assert page["data"]["attributes"]["aggregate_state"] == "operational"
    kinds = {item["type"]: item["attributes"] for item in page["included"]}
    assert set(kinds["status_page_resource"]) == {"public_name", "status"}
    assert datetime.fromisoformat(kinds["status_report"]["ends_at"]) < datetime.now(UTC)


# Personas.


def test_the_inference_permission_stands_where_the_persona_says() -> None:
    inference = "inference.serverless.write"
    assert scoped("launch-ready") == {"user": [inference, "repo.content.read", "user.billing.read"]}
    assert scoped("no-inference-scope") == {"user": ["repo.content.read", "user.billing.read"]}
    assert scoped("org-blocked") == {"user": ["repo.content.read", "user.billing.read"], "org": [inference]}
    token = body("global-scope", WHOAMI)["auth"]["accessToken"]["fineGrained"]
    assert token["global"] == [inference]
    assert scoped("global-scope") == {"user": ["user.billing.read"]}


@pytest.mark.parametrize("persona", ["no-billing-scope", "prepaid-unread"])
def test_usage_is_forbidden_without_the_billing_permission(persona: str) -> None:
    assert "user.billing.read" not in scoped(persona)["user"]
    answer = ask(persona, USAGE, "any-key")
    assert answer.status_code == 403
    assert isinstance(answer.json()["error"], str)


def test_a_classic_token_tells_its_role_and_no_list() -> None:
    token = body("classic-write", WHOAMI)["auth"]["accessToken"]
    assert token["role"] == "write"
    assert "fineGrained" not in token
    assert ask("classic-write", USAGE, "any-key").status_code == 200


def test_an_oauth_token_tells_its_end_and_no_scopes() -> None:
    auth = body("oauth", WHOAMI)["auth"]
    assert set(auth) == {"type", "expiresAt"}
    left = datetime.fromisoformat(auth["expiresAt"]) - datetime.now(UTC)
    assert left.total_seconds() == pytest.approx(8 * 3600, abs=60)
    assert ask("oauth", USAGE, PERSONAS["oauth"].key).status_code == 200


def test_a_revoked_key_is_refused_by_the_hub_and_nobody_else() -> None:
    for path in HUB:
        answer = ask("revoked", path, PERSONAS["revoked"].key)
        assert (answer.status_code, answer.json()["error"]) == (401, "Invalid credentials in Authorization header")
    assert ask("revoked", MAPPING).status_code == 200


def test_a_throttled_key_gets_a_page_and_strangers_get_their_answer() -> None:
    for path in HUB:
        answer = ask("hub-throttled", path, "any-key")
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "120")
        assert answer.headers["ratelimit"].startswith('"api";r=0;')
        assert answer.headers["content-type"].startswith("text/html")
    assert ask("hub-throttled", MAPPING).status_code == 200


def test_who_can_pay_differs_by_persona() -> None:
    told = {
        name: (who["canPay"], who["billingMode"], who["isPro"], [(org["plan"], org["canPay"]) for org in who["orgs"]])
        for name in ("launch-ready", "prepaid-unread", "broke", "org-blocked")
        for who in [body(name, WHOAMI)]
    }
    assert told == {
        "launch-ready": (True, "postpaid", True, [("team", True)]),
        "prepaid-unread": (True, "prepaid", True, [("team", True)]),
        "broke": (False, "prepaid", False, []),
        "org-blocked": (True, "postpaid", True, [("enterprise", True)]),
    }
    usage = body("broke", USAGE)["usage"]["inferenceProviders"]
    assert {usage[name] for name in ("usedNanoUsd", "includedNanoUsd", "limitNanoUsd")} == {100_000_000}


def test_the_blocked_organisation_is_the_one_that_the_token_reaches() -> None:
    who = body("org-blocked", WHOAMI)
    assert who["orgs"][0]["securityRestrictions"] == ["ip"]
    reached = [scope["entity"] for scope in who["auth"]["accessToken"]["fineGrained"]["scoped"]]
    assert {(entity["type"], entity["_id"]) for entity in reached} == {
        ("user", who["id"]),
        ("org", who["orgs"][0]["id"]),
    }


def test_a_model_that_is_gone_is_still_a_repository() -> None:
    assert body("model-gone", MAPPING)["inferenceProviderMapping"] == {}
    listed = [model["id"] for model in body("model-gone", "/v1/models")["data"]]
    assert COVERED not in listed
    assert len(listed) == 11
    answer = ask("model-gone", f"/v1/models/{COVERED}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")


def test_the_unpriced_model_has_one_live_route_without_a_price() -> None:
    assert routes("unpriced") == [{"provider": "featherless-ai", "status": "live", "is_model_author": False}]


def test_routes_that_are_down_are_all_down() -> None:
    assert [route["status"] for route in routes("routes-down")] == ["error"] * 3


@pytest.mark.parametrize("path", PATHS)
def test_the_firewall_answers_everything_with_its_page(path: str) -> None:
    answer = ask("firewall", path, "any-key")
    assert (answer.status_code, answer.headers["server"]) == (403, "ExampleGuard")
    assert answer.headers["content-type"].startswith("text/html")
    assert "x-powered-by" not in answer.headers


def test_the_relay_unmasks_itself() -> None:
    refused, listed = (ask("wrong-host", "/v1/models", key) for key in (None, "any-key"))
    assert refused.status_code == 401
    assert refused.json()["error"] == {
        "message": "Authentication Error, No api key passed in.",
        "type": "auth_error",
        "param": "None",
        "code": "401",
    }
    assert listed.json()["object"] == "list"
    assert listed.json()["data"][0] == {
        "id": "gpt-4o",
        "object": "model",
        "created": 1677610602,
        "owned_by": "openai",
    }
    for answer in (refused, listed):
        assert {"x-litellm-version", "x-litellm-call-id"} <= set(answer.headers)
    assert body("wrong-host", "/health/liveliness", None) == "I'm alive!"
    unknown = ask("wrong-host", WHOAMI, "any-key")
    assert (unknown.status_code, unknown.json()) == (404, {"detail": "Not Found"})


def test_the_relay_echoes_the_key_that_it_refuses_as_the_real_one_does() -> None:
    error = ask("wrong-host", "/v1/models", CONTROLS[0]).json()["error"]
    assert (error["type"], error["code"]) == ("token_not_found_in_db", "401")
    assert re.search(r"Received API Key = sk-\.\.\.xxxx, Key Hash \(Token\) =[0-9a-f]{64}\.", error["message"])


# Other people's client, over a socket.


def test_the_hubs_own_client_reads_the_sandbox(hub: Callable[[str, str | bool], HfApi]) -> None:
    with serving("launch-ready") as origin:
        api = hub(origin, PERSONAS["launch-ready"].key)
        assert api.whoami()["name"] == "example-user"
        assert len(list(api.list_models(limit=5))) == 5
        for model in api.list_models(inference_provider="novita", expand=["inferenceProviderMapping"]):
            assert "novita" in {route.provider for route in model.inference_provider_mapping or ()}
        one = api.model_info(COVERED, expand=["inferenceProviderMapping"])
        assert [route.status for route in one.inference_provider_mapping or ()] == ["live"] * 3
        whole = api.model_info(COVERED)
        assert (whole.author, whole.gated) == ("meta-llama", "manual")


def test_the_hubs_own_client_understands_the_refusals(hub: Callable[[str, str | bool], HfApi]) -> None:
    with serving("launch-ready") as origin:
        with pytest.raises(HfHubHTTPError, match="Invalid user token"):
            hub(origin, CONTROLS[0]).whoami()
        for token in ("any-key", False):
            with pytest.raises(RepositoryNotFoundError):
                hub(origin, token).model_info("no/such-model")
    with serving("hub-throttled") as origin, pytest.raises(HfHubHTTPError, match="rate limit"):
        hub(origin, "any-key").whoami()


def test_a_server_shows_no_mark_of_its_own() -> None:
    with serving("launch-ready") as origin:
        assert "server" not in httpx.get(f"{origin}/v1/models", trust_env=False).headers
        assert not httpx.head(f"{origin}/v1/models", trust_env=False).content


def test_serving_announces_the_origin_that_it_listens_at() -> None:
    class Enough(Exception):
        pass

    def heard(origin: str) -> None:
        raise Enough(origin)

    with pytest.raises(Enough, match=r"^http://127\.0\.0\.1:[1-9]\d+$"):
        sandbox.serve("huggingface", "launch-ready", 0, announce=heard)
