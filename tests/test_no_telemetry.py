"""Nothing of ours, and nothing that we import, opens a connection or looks up a name beyond this machine by itself.

A guard in every Python process that a use of the package starts notes each address and host name before the socket
module gets it, and refuses those that are not of this machine. Native code that opens sockets past that module goes
unseen; the only one among our dependencies is ZeroMQ, which kernels listen with on loopback.
"""

import os
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import pytest
from jupyter_process import isolated
from jupyter_process import serving as serving_jupyter
from loopback import serving

from testkey_nb import sandbox

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
GUARD = '''
import ipaddress, os, sys

WATCHED = {"socket.connect", "socket.sendto", "socket.sendmsg"}
LOOKED_UP = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}

def host_of(event, args):
    """Return the host that a socket is about to reach or look up, None for what stays inside the kernel."""
    if event in LOOKED_UP:
        return args[0]
    address = args[1] if event in WATCHED else None
    return address[0] if isinstance(address, tuple) else None

def is_here(host):
    name = host.decode() if isinstance(host, bytes) else host
    if name in ("", "localhost") or name.endswith(".localhost"):
        return True
    try:
        found = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return found.is_loopback or found.is_unspecified

def guard(event, args):
    if event not in WATCHED and event not in LOOKED_UP:
        return
    host = host_of(event, args)
    with open(os.environ["GUARD_LOG"], "a", encoding="utf-8") as log:
        log.write(f"{event} {host}\\n")
    if host is not None and not is_here(host):
        with open(os.environ["GUARD_LOG"] + ".beyond", "a", encoding="utf-8") as log:
            log.write(f"{event} {host}\\n")
        raise PermissionError(f"{event} {host}: beyond this machine")

sys.addaudithook(guard)
'''
EVERY_MODULE = """
import importlib, pkgutil, testkey_nb
for found in pkgutil.walk_packages(testkey_nb.__path__, "testkey_nb."):
    importlib.import_module(found.name)
"""
PRICES_OF_THE_CATALOGUE = """
import datetime, threading
from testkey_nb.prices.catalogue import from_catalogue
from testkey_nb.providers import PROVIDERS
now = datetime.datetime.now(datetime.UTC)
assert from_catalogue(PROVIDERS["openai"], [("gpt-4o", "")], "global", now)
assert threading.enumerate() == [threading.main_thread()], "genai-prices keeps itself fresh in a thread"
"""
TESTKEY = ("-c", "from testkey_nb.cli import main; main()")


class Guarded:
    """Runs Python under the guard, and tells what it would have reached."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "seen"
        (folder / "guard").mkdir()
        (folder / "guard" / "sitecustomize.py").write_text(GUARD, "utf-8")
        path = os.pathsep.join(filter(None, (str(folder / "guard"), os.environ.get("PYTHONPATH"))))
        fonts = mpl.get_cachedir()  # below a new home, finding all of the machine's fonts takes seconds
        self.environ = {"PYTHONPATH": path, "GUARD_LOG": str(self._log), "MPLCONFIGDIR": fonts}
        self._folder = folder

    def __call__(self, *arguments: str, status: int = 0, **more: str) -> None:
        environ = isolated(self._folder) | self.environ | more
        command = [sys.executable, *arguments]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)  # noqa: S603 - our own interpreter
        assert done.returncode == status, done.stderr

    def seen(self) -> list[str]:
        return self._log.read_text("utf-8").splitlines() if self._log.exists() else []

    def beyond(self) -> list[str]:
        refused = self._log.with_name("seen.beyond")
        return refused.read_text("utf-8").splitlines() if refused.exists() else []


@pytest.fixture
def guarded(tmp_path: Path) -> Guarded:
    return Guarded(tmp_path)


@pytest.mark.parametrize(
    ("code", "noted"),
    [
        ("import socket; socket.create_connection(('192.0.2.1', 9), 1)", "socket.getaddrinfo 192.0.2.1"),
        ("import socket; socket.socket().connect(('192.0.2.1', 9))", "socket.connect 192.0.2.1"),
        ("import urllib.request as u; u.urlopen('http://telemetry.example')", "socket.getaddrinfo telemetry.example"),
        ("import httpx; httpx.get('https://telemetry.example')", "socket.getaddrinfo telemetry.example"),
        ("import socket as s; s.socket(type=s.SOCK_DGRAM).sendto(b'', ('192.0.2.1', 9))", "socket.sendto 192.0.2.1"),
    ],
)
def test_the_guard_notes_and_refuses_what_goes_beyond_this_machine(guarded: Guarded, code: str, noted: str) -> None:
    guarded("-c", code, status=1)
    assert noted in guarded.beyond()


@pytest.mark.parametrize("code", [EVERY_MODULE, PRICES_OF_THE_CATALOGUE], ids=["every module", "catalogue prices"])
def test_what_is_imported_reaches_nobody(guarded: Guarded, code: str) -> None:
    guarded("-c", code)
    assert guarded.seen() == []


def test_the_demo_and_its_report_reach_nobody(guarded: Guarded, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    guarded(*TESTKEY, "demo", "--out", str(out))
    assert out.exists()
    assert guarded.seen() == []


def test_a_probe_reaches_the_address_it_was_given_and_nothing_else(guarded: Guarded) -> None:
    key = sandbox.PERSONAS["huggingface"]["broke"].key
    with serving("huggingface", "broke") as origin:
        asked = ("--provider", "huggingface", "--key-env", "HF_TOKEN", "--base-url", origin, "--trust-endpoint")
        guarded(*TESTKEY, "probe", *asked, "--operator", "a test", "--json", status=3, HF_TOKEN=key)
    assert "socket.connect 127.0.0.1" in guarded.seen()
    assert guarded.beyond() == []


def test_the_notebooks_and_their_panels_reach_nothing_but_their_kernel(guarded: Guarded) -> None:
    guarded("-c", "from nbclient.cli import main; main()", *map(str, NOTEBOOKS))
    assert guarded.beyond() == []


def test_jupyterlab_with_the_extensions_reaches_nobody(
    guarded: Guarded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in guarded.environ.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "lab").mkdir()
    with serving_jupyter(tmp_path / "lab", module="jupyterlab") as lab:
        assert lab.api.get(f"{lab.url}lab").status_code == 200
    assert guarded.seen()
    assert guarded.beyond() == []
