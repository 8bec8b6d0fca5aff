"""A real LiteLLM proxy on loopback: it is recognised, and a provider's key does not go to it.

Set ``TESTKEY_LITELLM`` to a ``litellm`` executable of an environment of its own to run it: ``pip install
'litellm[proxy]' prisma`` is large, and the project needs none of it.  Without prisma, which some versions need for
saying no, a proxy answers a missing key with 500.
"""

import asyncio
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from testkey_nb.cli.commands import NO, app
from testkey_nb.keys import Key
from testkey_nb.outcome import Answer, Axis, Verdict
from testkey_nb.probe import Plan, Run, plan, probe_key

LITELLM = os.environ.get("TESTKEY_LITELLM", "")
pytestmark = pytest.mark.skipif(not LITELLM, reason="TESTKEY_LITELLM names no litellm executable")

MASTER, ANY = "sk-made-up-master-key-1234", "sk-proj-" + "aB3" * 20
ME = "the tests, at a proxy of their own"
STARTS_WITHIN_S = 90
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


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@pytest.fixture(scope="module", params=["with a master key", "without one"])
def proxy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, bool]]:
    """Run a proxy whose models are said to be OpenAI's; yield its base URL and whether it has a master key."""
    master, folder, port = request.param == "with a master key", tmp_path_factory.mktemp("litellm"), _free_port()
    models = "".join(_MODEL.format(name=name, nowhere="http://127.0.0.1:9/v1") for name in ("gpt-4o-mini", "gpt-4o"))
    settings = f"general_settings:\n  master_key: {MASTER}\n" if master else ""
    config = folder / "config.yaml"
    config.write_text(f"model_list:\n{models}{settings}", encoding="utf-8")
    environment = {
        "PATH": f"{Path(LITELLM).parent}:/usr/bin:/bin",
        "HOME": str(folder),
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else it loads one from the network
        "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
    }
    command = [LITELLM, "--config", str(config), "--host", "127.0.0.1", "--port", str(port), "--telemetry", "False"]
    with (folder / "log").open("w") as log, subprocess.Popen(  # noqa: S603 - the executable that was named
        command, env=environment, cwd=folder, stdout=log, stderr=log
    ) as running:  # fmt: skip
        try:
            _wait(f"http://127.0.0.1:{port}/health/liveliness", running, folder / "log")
            yield f"http://127.0.0.1:{port}/v1", master
        finally:
            running.terminate()
            running.wait(20)


def _wait(url: str, running: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until and running.poll() is None:
        try:
            if httpx.get(url, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    pytest.fail(f"litellm did not start: {log.read_text(encoding='utf-8')[-2000:]}")


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
