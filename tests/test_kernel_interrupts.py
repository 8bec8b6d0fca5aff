"""A kernel that is interrupted or restarted while keys are probed: nothing is left, lost or shown."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from jupyter_client.manager import KernelManager
from kernel_process import SOON_S, Kernel, is_idle, kernel_in, parent

from testkey_nb.sandbox import PERSONAS
from testkey_nb.sandbox.faulty import Fault, Faulty, Happening

KEYS = {f"KEY_{number}": f"{PERSONAS['huggingface']['launch-ready'].key[:-5]}{number:05d}" for number in range(4)}
PIECE = 6  # characters in a row of a key that nothing may show
KEYED = ("whoami",)
NOISE = ("ResourceWarning", "unclosed", "never awaited", "never retrieved", "was destroyed", "Exception ignored")
SETUP = r"""
%xmode Verbose
import asyncio, gc, threading
from contextlib import aclosing
import testkey_nb as tk
from testkey_nb import sandbox
from testkey_nb.expiry import KEEPER
from testkey_nb.fleet import probe_many
from testkey_nb.panels import ComparePanel, OnboardingPanel, SignalsPanel
from testkey_nb.probe import Asked, Vantage, Watch, probe_batch, probe_from
from testkey_nb.retention import receipts

def what(at):
    return tk.plan("huggingface", base_url=at, trust_endpoint=True)

def asked(at):
    return [Asked(f"KEY_{number}", what(at)) for number in range(4)]

def to(at):
    "Carry what is for the sandbox in process to the one that stalls."
    import httpx
    class To(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request):
            request.url = request.url.copy_with(host="127.0.0.1", port=int(at.rpartition(":")[2]))
            return await super().handle_async_request(request)
    return To()

def left():
    "Name the tasks that are not the kernel's own, but for what counts a panel's time down."
    files = {task.get_name(): task.get_coro().cr_code.co_filename for task in asyncio.all_tasks()}
    return sorted(file for file in files.values() if not any(
        part in file for part in ("ipykernel", "zmq", "tornado", "countdown")))
"""


class Stalling:
    """A sandbox in a thread that answers some requests to some paths, and gives the others half an answer only."""

    def __init__(self) -> None:
        self.under_way = 0
        self._at: tuple[str, ...] = ()
        self._left = 0
        self._stalled = threading.Semaphore(0)
        self._ready, self._loop = threading.Event(), asyncio.new_event_loop()
        self._ended = asyncio.Event()
        self.origin = ""

    def stall(self, at: tuple[str, ...], after: int) -> None:
        """Answer `after` more requests to paths that have one of `at` in them, and no other."""
        self._at, self._left = at, after

    def wait(self) -> None:
        """Wait until a request is not answered."""
        assert self._stalled.acquire(timeout=SOON_S)

    def is_left(self) -> bool:
        """Whether whoever waited has gone, soon."""
        end = time.monotonic() + SOON_S
        while self.under_way and time.monotonic() < end:
            time.sleep(0.01)
        return not self.under_way

    @contextmanager
    def serving(self) -> Iterator["Stalling"]:
        """Serve from a thread."""
        thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True)
        thread.start()
        assert self._ready.wait(SOON_S)
        yield self
        self._loop.call_soon_threadsafe(self._ended.set)
        thread.join(SOON_S)
        self._loop.close()

    async def _serve(self) -> None:
        async with Faulty("huggingface", "launch-ready", Fault("stalls", self._happens)) as self.origin:
            self._ready.set()
            await self._ended.wait()

    async def _happens(self, on: Happening) -> None:
        path = on.request.split(" ", 2)[1]
        if not any(part in path for part in self._at) or self._left > 0:
            self._left -= any(part in path for part in self._at)
            await on.write(on.given.wire())
            return
        self.under_way += 1
        self._stalled.release()
        try:
            await on.write(on.given.wire()[: -len(on.given.body) // 2 or -2])
            await on.more()  # which does not come: the other side closes
        finally:
            self.under_way -= 1


class Case(NamedTuple):
    """A cell that is interrupted."""

    cell: str
    before: str = ""  # a cell before it
    at: tuple[str, ...] = KEYED
    after: int = 0  # so many requests to such paths are answered
    kept: str = "True"  # what holds afterwards
    again: str = ""  # the cell that runs to its end afterwards, where it is another


PANEL = """panel = {kind}({chosen}transport=to(AT))"""
CASES = {
    "probe_key": Case("run = await tk.probe_key(tk.Key.from_env('KEY_0'), what(AT))"),
    "identify_endpoint": Case("await tk.identify_endpoint(AT, trust_endpoint=True)", at=("/",), after=2),
    "probe_now": Case(
        "await panel.probe_now(); None",
        "panel = OnboardingPanel(key_name='KEY_0', base_url=AT, trust_endpoint=True)\nawait panel.probe_now(); None",
        kept="panel.readiness is not None and 'older' in panel.status.value",
    ),
    "probe_now of several": Case(
        "await panel.probe_now(); None",
        "panel = ComparePanel(personas={'huggingface': ['launch-ready', 'broke']}, transport=to(AT))",
        at=("/",),
        after=5,
        kept="panel.status.value.count('did not end: stopped') == 1",
    ),
    "probe_batch": Case(
        "ended = {}; runs = await probe_batch(asked(AT), ended=ended.__setitem__, at_once=1)",
        after=3,
        kept="sorted(ended) == [0, 1] and all(len(run.frame('metrics')) for run in ended.values())",
    ),
    "probe_many": Case(
        "fleet = probe_many(asked(AT), at_once=1)\nawait fleet; None",
        after=3,
        kept="len(fleet.runs) == 2 and len(fleet.frame('gates')) == 10 and 'stopped' in fleet.not_made[0].why",
    ),
    "probe_from": Case(
        "places = []; await probe_from(tk.Key.from_env('KEY_0'), what(AT), [Vantage('here'), Vantage('there')],"
        " ended=places.append); None",
        after=2,
        kept="[run.vantage for run in places] == ['here'] and len(places[0].frame('metrics'))",
    ),
    "Watch": Case(
        "watch = Watch(tk.Key.from_env('KEY_0'), what(AT), every_s=0.1, requests=20)\n"
        "async with aclosing(watch.rows()) as rows:\n    async for row in rows: pass",
        at=("/v1/models",),
        after=3,
        kept="len(watch.window) and str(watch.ended) == 'stopped' and not watch.going_on",
    ),
    "watch_now": Case(
        "await panel.watch_now(); None",
        "panel = SignalsPanel(personas={'huggingface': ['launch-ready']}, transport=to(AT), every_s=0.2, requests=20)",
        at=("/v1/models",),
        after=3,
        kept="len(panel.live.watch.window) and len(panel.table('watched'))",
    ),
}


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[KernelManager, Kernel, Path]]:
    folder = tmp_path_factory.mktemp("kernel")
    with kernel_in(folder, PYTHONWARNINGS="default", TESTKEY_OPERATOR="the tests", **KEYS) as (manager, kernel):
        kernel.run(SETUP)
        yield manager, kernel, folder / "kernel.log"


@pytest.fixture
def server() -> Iterator[Stalling]:
    """Give each test another, of which nothing is known: a control is sent to it once."""
    with Stalling().serving() as made:
        yield made


def shown(kernel: Kernel, log: Path) -> str:
    """Return everything that the kernel said, but for the cells that it repeats."""
    said = [str(one["content"]) for one in kernel.heard if one["msg_type"] != "execute_input"]
    return "\n".join([*said, log.read_text("utf-8")])


def stopped(kernel: Kernel, cell: str) -> list[str]:
    """Return the kinds of errors that a cell ended with."""
    kernel.wait(lambda message: is_idle(message, cell))
    return [one["content"]["ename"] for one in kernel.heard if one["msg_type"] == "error" and parent(one) == cell]


def check_quiet(kernel: Kernel, log: Path) -> None:
    """Make sure that no key was shown, and nothing of what was left behind."""
    kernel.run("gc.collect(); None")
    said = shown(kernel, log)
    assert [noise for noise in NOISE if noise in said] == []
    pieces = {key[at : at + PIECE] for key in KEYS.values() for at in range(3, len(key) - PIECE + 1)}
    assert [piece for piece in pieces if piece in said] == []


@pytest.mark.parametrize("name", CASES)
def test_an_interrupt_leaves_nothing_keeps_what_had_ended_and_the_next_cell_works(
    name: str, driven: tuple[KernelManager, Kernel, Path], server: Stalling
) -> None:
    manager, kernel, log = driven
    case = CASES[name]
    kernel.heard.clear()
    server.stall((), 0)
    kernel.run(f"AT = {server.origin!r}\n{case.before}")
    server.stall(case.at, case.after)
    cell = kernel.send(case.cell)
    server.wait()
    manager.interrupt_kernel()
    assert stopped(kernel, cell) == ["CancelledError"]
    assert kernel.ask("left()") == []
    assert server.is_left()
    assert kernel.ask(f"bool({case.kept})")
    server.stall((), 0)
    kernel.run(case.again or case.cell)
    assert kernel.ask("left()") == []
    check_quiet(kernel, log)


@pytest.mark.parametrize("when", ["in the middle of a run", "after a run"])
def test_a_kernel_that_is_restarted_knows_nothing_of_before(
    when: str, driven: tuple[KernelManager, Kernel, Path], server: Stalling
) -> None:
    manager, kernel, log = driven
    kernel.heard.clear()
    server.stall(KEYED, 0 if when.startswith("in") else 9)
    kernel.run(f"AT = {server.origin!r}\npanel = OnboardingPanel(key_name='KEY_0', base_url=AT, trust_endpoint=True)")
    kernel.run("""
own = sandbox.server("huggingface", "launch-ready", 0)
threading.Thread(target=own.run, daemon=True).start()
while not own.started: await asyncio.sleep(0.01)
origin = f"http://127.0.0.1:{own.servers[0].sockets[0].getsockname()[1]}"
""")
    origin = kernel.ask("origin")
    if when.startswith("in"):
        kernel.send("await panel.probe_now(); None")
        server.wait()
    else:
        kernel.run("run = (await panel.probe_now()).run; panel.frame('metrics')")
    manager.restart_kernel()
    kernel.wait_for_ready()
    assert server.is_left()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((urlsplit(origin).hostname, urlsplit(origin).port), timeout=1)
    assert kernel.ask("sorted({'panel', 'run', 'origin', 'tk', '_'} & set(globals())) or ['_']") == ["_"]
    kernel.run(SETUP)
    assert kernel.ask("(KEEPER.earliest('key', 'run', 'verdict', 'frame', 'panel', 'probe'), receipts())") == (None, ())
    server.stall((), 0)
    kernel.run(f"panel = OnboardingPanel(key_name='KEY_0', base_url={server.origin!r}, trust_endpoint=True)")
    assert "Nothing has been sent yet" in kernel.ask("panel.status.value")
    assert kernel.ask("[section.value for section in panel.results.sections.values() if section.value]") == []
    kernel.run("await panel.probe_now(); None")
    assert kernel.ask("panel.readiness is not None")
    check_quiet(kernel, log)
