"""A real Jupyter server for tests: its own process, its own folders, a free port, and nothing of the user's."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from testkey_nb.jupyter import search_paths

TOKEN = "of-these-tests"
WAIT_S = 90.0


def isolated(folder: Path) -> dict[str, str]:
    """Return an environment in which Jupyter and IPython read and write below `folder` only, with our extension."""
    own = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
        "HOME": "home",
    }
    for name in own.values():
        (folder / name).mkdir(parents=True, exist_ok=True)
    rest = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER_", "IPYTHON"))}
    return rest | {name: str(folder / below) for name, below in own.items()} | search_paths({})


@dataclass(frozen=True)
class Server:
    """A server that runs: where it is, what it serves, and a client for its API."""

    url: str
    root: Path
    log: Path
    api: httpx.Client

    def put(self, path: str, **model: object) -> httpx.Response:
        """Save through the API, as JupyterLab does."""
        return self.api.put(f"contents/{path}", json=model)

    def on_disk(self, path: str) -> str:
        """Return the text of a file, past the API."""
        return (self.root / path).read_text("utf-8")


@contextmanager
def serving(folder: Path, *options: str, module: str = "jupyter_server") -> Iterator[Server]:
    """Start a Jupyter server on ``folder/root`` and end it again.

    Raises
    ------
    RuntimeError
        If it does not start; with the end of its log.

    """
    root, log = folder / "root", folder / "server.log"
    root.mkdir(exist_ok=True)
    own = (f"--ServerApp.root_dir={root}", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", "--no-browser")
    command = [sys.executable, "-m", module, *own, "--allow-root", f"--IdentityProvider.token={TOKEN}", *options]
    with log.open("wb") as stream:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter
            command, cwd=root, env=isolated(folder), stdout=stream, stderr=subprocess.STDOUT
        )
    try:
        url = _wait(process, folder / "runtime", log)
        headers = {"Authorization": f"token {TOKEN}"}
        with httpx.Client(base_url=f"{url}api/", headers=headers, timeout=30, trust_env=False) as api:
            api.get("status").raise_for_status()
            yield Server(url, root, log, api)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: "subprocess.Popen[bytes]", runtime: Path, log: Path) -> str:
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end and process.poll() is None:
        for file in runtime.glob("jpserver-*.json"):
            try:
                return str(json.loads(file.read_text("utf-8"))["url"])
            except ValueError:  # it is just being written
                continue
        time.sleep(0.1)
    raise RuntimeError(f"the Jupyter server did not start:\n{log.read_text('utf-8')[-3000:]}")
