"""A real LiteLLM proxy for tests: its own process on loopback, of the environment that ``TESTKEY_LITELLM`` names.

``make LITELLM=1 test`` installs one and names it.  Without prisma, which some versions need for saying no, a proxy
answers a missing key with 500.
"""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from loopback import free_port

LITELLM = os.environ.get("TESTKEY_LITELLM", "")
STARTS_WITHIN_S = 120
needs_litellm = pytest.mark.skipif(
    not LITELLM, reason="TESTKEY_LITELLM names no litellm executable; make LITELLM=1 test installs one"
)


@contextmanager
def proxying(config: Path, **environment: str) -> Iterator[str]:
    """Run a proxy with `config` and nothing of this process's environment; yield its origin, and end it again."""
    port, log = free_port(), config.parent / "log"
    command = [LITELLM, "--config", str(config), "--host", "127.0.0.1", "--port", str(port), "--telemetry", "False"]
    own: Mapping[str, str] = {
        "PATH": f"{Path(LITELLM).parent}:/usr/bin:/bin",
        "HOME": str(config.parent),
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else it loads one from the network
        "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
    }
    with log.open("w") as written, subprocess.Popen(  # noqa: S603 - the executable that was named
        command, env={**own, **environment}, cwd=config.parent, stdout=written, stderr=written
    ) as running:  # fmt: skip
        try:
            _wait(f"http://127.0.0.1:{port}/health/liveliness", running, log)
            yield f"http://127.0.0.1:{port}"
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
