"""A real LiteLLM proxy on loopback: it is recognised, and a provider's key does not go to it."""

import asyncio
import json
from collections.abc import Iterator

import httpx
import pytest
from litellm_process import needs_litellm, proxying
from typer.testing import CliRunner

from testkey_nb.cli.commands import NO, app
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Axis, Verdict
from testkey_nb.probe import Plan, Run, plan, probe_key

pytestmark = needs_litellm

MASTER, ANY = "sk-made-up-master-key-1234", "sk-proj-" + "aB3" * 20
ME = "the tests, at a proxy of their own"
_MODEL = "  - model_name: {name}\n    litellm_params: {{model: openai/{name}, api_key: none, api_base: {nowhere}}}\n"


class Recorded(httpx.AsyncBaseTransport):
    """The network, with what was sent through it."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()

    def keys(self) -> list[str]:
        sent = (request.headers.get("authorization") for request in self.requests)
        return [header for header in sent if header]


def probed(key: str, choices: Plan) -> tuple[Run, Recorded]:
    """Probe over the network, and close what that opened."""

    async def run() -> tuple[Run, Recorded]:
        async with Recorded() as transport:
            return await probe_key(Key("THE_KEY", key), choices, transport=transport), transport

    return asyncio.run(run())


@pytest.fixture(scope="module", params=["with a master key", "without one"])
def proxy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, bool]]:
    """Run a proxy whose models are said to be OpenAI's; yield its base URL and whether it has a master key."""
    master, config = request.param == "with a master key", tmp_path_factory.mktemp("litellm") / "config.yaml"
    models = "".join(_MODEL.format(name=name, nowhere="http://127.0.0.1:9/v1") for name in ("gpt-4o-mini", "gpt-4o"))
    settings = f"general_settings:\n  master_key: {MASTER}\n" if master else ""
    config.write_text(f"model_list:\n{models}{settings}", encoding="utf-8")
    with proxying(config) as origin:
        yield f"{origin}/v1", master


def test_a_real_proxy_is_recognised_without_a_key(proxy: tuple[str, bool]) -> None:
    base_url, master = proxy
    asked = CliRunner().invoke(app, ["identify", "--base-url", base_url, "--json"], standalone_mode=False)
    identity = json.loads(asked.stdout)["identity"]
    assert asked.return_value == NO
    assert (identity["verdict"], identity["provider"]) == ("relay", "litellm")
    marks = {row["mark"] for row in identity["evidence"] if row["points_to"] == "litellm"}
    assert {"root page", "liveliness"} <= marks
    assert master or "model creation time" in marks  # what it says of OpenAI's models, it says of them all


def test_a_providers_key_is_withheld_from_a_real_proxy(proxy: tuple[str, bool]) -> None:
    run, transport = probed(ANY, plan("openai", base_url=proxy[0], trust_endpoint=True, operator=ME))
    assert (run.identity.verdict, run.identity.provider) == (Verdict.RELAY, "litellm")
    assert transport.requests
    assert transport.keys() == []


def test_the_key_of_a_real_proxy_is_proved_only_where_there_is_one(proxy: tuple[str, bool]) -> None:
    base_url, master = proxy
    for key, expected in ((MASTER, Answer.YES), ("sk-" + "zY8" * 7 + "z", Answer.NO)):
        choices = plan("litellm", models=["gpt-4o-mini"], base_url=base_url, trust_endpoint=True, operator=ME)
        run, _ = probed(key, choices)
        assert (run.identity.verdict, run.identity.provider) == (Verdict.VOUCHED, "litellm")
        found = {finding.answer for finding in run.findings if finding.axis is Axis.AUTH}
        assert found == {expected if master else Answer.UNKNOWN}
