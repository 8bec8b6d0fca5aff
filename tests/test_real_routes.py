"""A real LiteLLM proxy runs ``routes.yaml``: models by name, routes as they are ranked, costs as they stand."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from conftest import KEY_NAME, PERSONAS
from litellm_process import needs_litellm, proxying

from testkey_nb import sandbox
from testkey_nb.actions import ARTEFACTS
from testkey_nb.judge import Readiness, judge_run
from testkey_nb.keys import Key
from testkey_nb.outcome import Action
from testkey_nb.probe import plan, probe_key

pytestmark = needs_litellm

SERVED, FALLS_BACK, FALLS_FAR, DOWN = (
    "meta-llama/Llama-3.1-8B-Instruct",
    "deepseek-ai/DeepSeek-R1",
    "openai/gpt-oss-120b",
    "Qwen/Qwen3-32B",
)
MODELS = (SERVED, FALLS_BACK, FALLS_FAR, DOWN)
HAND = (
    "# proxy of team search\n---\nmodel_list:   # ours\n  - model_name: a/b   # theirs\n"
    "    litellm_params: { model: openai/a,  api_key: os.environ/OTHER, api_base: {upstream}/v1 }\n"
    f"  - model_name: {SERVED}\n    litellm_params:\n      model: openai/{SERVED}:novita   # the cheap one\n"
    f"      api_base: {{upstream}}/v1\n      api_key: os.environ/{KEY_NAME}\n      rpm: 500\n"
    f"  - {{model_name: {DOWN}, litellm_params: {{model: 'openai/{DOWN}:ovhcloud', api_base: '{{upstream}}/v1'}}}}\n"
    "\n# settings\nlitellm_settings:\n    drop_params:   true # x\n# end\n"
)  # fmt: skip


@dataclass
class Upstream:
    """What the proxy calls instead of a provider: which models it answers with which status, and what came."""

    origin: str
    refuses: dict[str, int] = field(default_factory=dict)  # called model → status
    input_tokens: int = 1000
    calls: list[tuple[str, str]] = field(default_factory=list)  # called model and Authorization

    def answer(self, called: str, authorization: str) -> tuple[int, object]:
        self.calls.append((called, authorization))
        if status := self.refuses.get(called):
            return status, {"error": {"message": "made up", "type": "made_up", "code": "made_up"}}
        usage = {"prompt_tokens": self.input_tokens, "completion_tokens": 10, "total_tokens": self.input_tokens + 10}
        message = {"role": "assistant", "content": called}
        choices = [{"index": 0, "finish_reason": "stop", "message": message}]
        return 200, {
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": called,
            "choices": choices,
            "usage": usage,
        }

    def routes(self, model: str) -> list[str]:
        return [called.removeprefix(f"{model}:") for called, _ in self.calls if called.startswith(f"{model}:")]


@contextmanager
def upstream() -> Iterator[Upstream]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status, answer = found.answer(asked["model"], self.headers["authorization"])
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Upstream(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield found
        server.shutdown()


def judged(origin: str) -> Readiness:
    """Judge a run of the sandbox whose API is said to be at `origin`."""
    choices = plan("huggingface", models=MODELS, base_url=origin, trust_endpoint=True, operator="the tests")
    transport = sandbox.transport("huggingface", "launch-ready")
    found = judge_run(asyncio.run(probe_key(Key(KEY_NAME, PERSONAS["launch-ready"].key), choices, transport=transport)))
    [cheap] = [row for row in found.run.prices if (row.model, row.route) == (SERVED, "novita")]
    tier = replace(cheap, input_per_mtok=4.0, output_per_mtok=0.05, above_input_tokens=128_000)
    return replace(found, prices=(*found.prices, tier))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Upstream, httpx.Client]]:
    """Run a proxy on the file as the action merges it with what a person wrote."""
    config = tmp_path_factory.mktemp("routes") / "routes.yaml"
    with upstream() as behind:
        now = {"routes.yaml": HAND.replace("{upstream}", behind.origin)}
        files = ARTEFACTS[Action.SET_ROUTE](judged(behind.origin), now)
        config.write_text(files["routes.yaml"], encoding="utf-8")
        keys = {KEY_NAME: PERSONAS["launch-ready"].key, "OTHER": "made-up"}
        with proxying(config, **keys) as origin, httpx.Client(base_url=origin, trust_env=False, timeout=60) as client:
            yield behind, client


def call(client: httpx.Client, model: str) -> httpx.Response:
    return client.post("/v1/chat/completions", json={"model": model, "messages": [{"role": "user", "content": "x"}]})


def test_it_lists_each_model_once_and_what_people_wrote_too(run: tuple[Upstream, httpx.Client]) -> None:
    listed = [model["id"] for model in run[1].get("/v1/models").json()["data"]]
    assert sorted(listed) == sorted(["a/b", *MODELS])


def test_a_call_goes_to_the_first_route_with_the_key_and_its_cost_is_counted(
    run: tuple[Upstream, httpx.Client],
) -> None:
    behind, client = run
    answer = call(client, SERVED)
    assert answer.json()["choices"][0]["message"]["content"] == f"{SERVED}:novita"
    assert behind.calls[-1][1] == f"Bearer {PERSONAS['launch-ready'].key}"
    assert float(answer.headers["x-litellm-response-cost"]) == pytest.approx((1000 * 0.02 + 10 * 0.05) / 1e6)
    behind.input_tokens = 200_000
    cost = float(call(client, SERVED).headers["x-litellm-response-cost"])
    behind.input_tokens = 1000
    assert cost == pytest.approx((200_000 * 4.0 + 10 * 0.05) / 1e6), "a long request costs the tier's price as a whole"
    assert behind.routes(SERVED) == ["novita", "novita"]


@pytest.mark.parametrize(
    ("model", "refused", "tried"),
    [
        (FALLS_BACK, {"novita": 503}, ["novita", "together"]),
        (FALLS_FAR, {"sandbox-newcomer": 500, "fireworks-ai": 429}, ["sandbox-newcomer", "fireworks-ai", "cerebras"]),
    ],
)
def test_where_a_route_fails_the_next_one_is_called_and_none_twice(
    run: tuple[Upstream, httpx.Client], model: str, refused: dict[str, int], tried: list[str]
) -> None:
    behind, client = run
    behind.refuses = {f"{model}:{route}": status for route, status in refused.items()}
    answer = call(client, model)
    assert answer.status_code == httpx.codes.OK
    assert answer.json()["choices"][0]["message"]["content"] == f"{model}:{tried[-1]}"
    assert behind.routes(model) == tried


def test_where_all_routes_fail_the_call_does(run: tuple[Upstream, httpx.Client]) -> None:
    behind, client = run
    behind.refuses = {f"{DOWN}:{route}": 503 for route in ("ovhcloud", "groq")}
    assert call(client, DOWN).status_code >= httpx.codes.INTERNAL_SERVER_ERROR
    assert list(dict.fromkeys(behind.routes(DOWN))) == ["ovhcloud", "groq"]
