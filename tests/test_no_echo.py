"""Whatever a provider's answers echo of a key or tell of an address, nothing of it is in what a run hands out."""

import asyncio
import json

import httpx
import pytest
from canary import Canary, reachable
from conftest import whole
from endpoints import CONTROL

from testkey_nb import sandbox
from testkey_nb.judge import judge_run
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Axis
from testkey_nb.probe import Run, plan, probe_key
from testkey_nb.providers import PROVIDERS
from testkey_nb.rows import GRAINS
from testkey_nb.spec import Provider

ASKED = [provider for provider in PROVIDERS.values() if provider.asks]
MAIL = "quirkmail@example.com"
GRAINS_OF_RUNS = ("evidence", "answers", "metrics", "models", "prices", "limits")


def echoing(secret: str, status: int) -> httpx.MockTransport:
    """Answer every question with the key and an address in every field of any shape that a parser may read."""
    entry = dict.fromkeys(NAMES, f"{secret} of <{MAIL}>") | {"id": f"model-{secret}", "key": secret}
    entry["name"] = f"model-{secret}"  # what Gemini and Cohere call a model's id
    lists = {"data": [entry], "models": [entry], "object": "list"}
    body: dict[str, object] = {**entry, **lists, "error": {**entry, "error": secret}}

    def answer(request: httpx.Request) -> httpx.Response:
        if any(CONTROL.lower() in value.lower() for value in request.headers.values()):
            return httpx.Response(401, json={"error": {"message": "no"}})
        headers = {"x-request-id": secret, f"x-{secret[:20]}": "1", "ratelimit": f'"{secret}";r=1;t=1', "date": MAIL}
        return httpx.Response(status, json=body, headers=headers)

    return httpx.MockTransport(answer)


NAMES = (
    "name", "message", "code", "type", "owned_by", "email", "username", "label", "display_name", "user_id", "team_id",
    "owner", "detail", "title", "organization", "currency", "status", "suspendState", "displayName", "created",
)  # fmt: skip


def shown(run: Run) -> str:
    readiness = judge_run(run)
    frames = [run.frame(grain).to_csv() for grain in GRAINS_OF_RUNS if grain in GRAINS]
    return "\n".join([json.dumps(readiness.to_json()), whole(run), whole(readiness), *frames])


@pytest.mark.parametrize("status", [200, 403])
@pytest.mark.parametrize("provider", ASKED, ids=lambda provider: provider.id)
def test_no_answer_echoes_a_key_or_an_address_into_what_is_shown(provider: Provider, status: int) -> None:
    secret = sandbox.PERSONAS[provider.id]["launch-ready"].key
    models = provider.covered_models or ("gpt-4o-mini",)
    choices = plan(
        provider.id, models=models, base_url="https://api.example.com", trust_endpoint=True, operator="the tests"
    )
    run = asyncio.run(probe_key(Key("THE_KEY", secret), choices, transport=echoing(secret, status)))
    assert [row for row in run.answers if row.keyed] or not any(ask.auth for ask in provider.asks)
    assert Canary(secret, (MAIL,)).find(shown(run)) == []


class Late(httpx.AsyncBaseTransport):
    """Answer what carries a key with that key in every field, after its five minutes."""

    def __init__(self, key: Key, secret: str) -> None:
        self._key, self._inner = key, echoing(secret, 200)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if "authorization" in request.headers:
            self._key.forget()  # as the thread of retention does
        return await self._inner.handle_async_request(request)


@pytest.mark.parametrize("provider", ["huggingface", "openai", "openrouter", "deepseek"])
def test_an_answer_that_comes_once_the_key_is_gone_is_not_read(provider: str) -> None:
    secret = "QuirkKey-7rTz0pLwE9sXvBn4mCk2QdYh"
    key = Key("THE_KEY", secret)
    choices = plan(provider, base_url=sandbox.ORIGIN, trust_endpoint=True, operator="the tests")
    run = asyncio.run(probe_key(key, choices, transport=Late(key, secret)))
    late = [row for row in run.answers if row.keyed and row.request]
    assert {row.why for row in late} == {"not read: the key went after its five minutes, while the host answered"}
    assert Canary(secret, (MAIL,)).find(shown(run)) == []
    assert judge_run(run).passport[Axis.AUTH].answer is Answer.UNKNOWN


# What stops a run is kept by whoever looks at it: `%debug`, `sys.last_exc`, a log of tracebacks with locals.

STOPS = (RuntimeError, KeyboardInterrupt, SystemExit, MemoryError, asyncio.CancelledError)


class Stopping(httpx.AsyncBaseTransport):
    """Stop whatever carries a key, with the request in a local variable as clients have it."""

    def __init__(self, stop: type[BaseException]) -> None:
        self.asked, self._stop, self._inner = 0, stop, sandbox.transport("huggingface", "launch-ready")

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if "authorization" in request.headers:
            self.asked += 1
            sent = list(request.headers.raw)
            raise self._stop(f"{len(sent)} headers")
        return await self._inner.handle_async_request(request)


@pytest.mark.parametrize("stop", STOPS)
def test_whatever_stops_a_run_leads_to_no_key_once_that_is_gone(stop: type[BaseException]) -> None:
    backwards = sandbox.PERSONAS["huggingface"]["launch-ready"].key[::-1].swapcase()
    key, transport = Key("THE_KEY", f"hf_{backwards[:34]}"), Stopping(stop)
    choices = plan("huggingface", base_url=sandbox.ORIGIN, trust_endpoint=True, operator="the tests")
    with pytest.raises(stop) as caught:
        asyncio.run(probe_key(key, choices, transport=transport))
    assert transport.asked
    key.forget()
    error: BaseException | None = caught.value
    while error:
        trace = error.__traceback__
        while trace:
            if trace.tb_frame.f_code.co_filename != __file__:
                assert backwards[4:30] not in reachable(trace.tb_frame.f_locals)
            trace = trace.tb_next
        error = error.__cause__ or error.__context__
