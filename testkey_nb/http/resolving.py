"""From a host's name to a connection: looked up once, checked, and connected to what was checked.

Between the check of an address and the connection nothing is looked up again, so a name cannot lead to a public address
first and to a private one then.
"""

import asyncio
import contextlib
import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from functools import partial
from itertools import zip_longest
from typing import Any, Protocol

import httpx

from testkey_nb.rows import Why

from .faults import NotConnected
from .line import Line, line_to
from .timing import Stopwatch

STAGGER_S = 0.25  # "Connection Attempt Delay", RFC 8305 section 5

Resolve = Callable[[str, int], Sequence[str]]


class Connects(Protocol):
    """Opens lines to hosts by name."""

    async def connect(self, host: str, port: int, watch: Stopwatch) -> Line:
        """Return a line to `host`, and note how long its addresses took to look up, where they were."""


def addresses_of(host: str, port: int) -> list[str]:
    """Return the addresses of a host, the preferred one first; blocks, for as long as the system's resolver likes."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Resolving:
    """Lines to hosts by name, to such addresses only as they may have.

    Parameters
    ----------
    may
        Whether a host may be at an address.
    resolve
        Looks a host up; called in a thread.
    near
        Opens a line to an address.
    stagger_s
        Seconds after which the next address is tried beside the one before.

    """

    def __init__(
        self,
        may: Callable[[str, str], bool],
        resolve: Resolve = addresses_of,
        near: Callable[[str, int], Coroutine[Any, Any, Line]] = line_to,
        stagger_s: float = STAGGER_S,
    ) -> None:
        """Open nothing yet."""
        self._may, self._resolve, self._near, self._stagger_s = may, resolve, near, stagger_s

    async def connect(self, host: str, port: int, watch: Stopwatch) -> Line:
        """Connect to the first address of `host` that answers.

        Raises
        ------
        NotConnected
            If it has none, or only such as it may not have.
        httpx.ConnectError
            If it cannot be looked up, or none of its addresses answers.

        """
        found: Sequence[str] = [host]
        if not _is_address(host):
            try:
                found, watch.dns_s = await _in_a_thread(lambda: self._resolve(host, port))
            except OSError as fault:
                raise httpx.ConnectError(str(fault)) from fault
        allowed = [address for address in found if self._may(host, address)]
        if found and not allowed:
            raise NotConnected(
                Why(
                    "connect: {host} leads to a private address; if you operate it, name it with --base-url and "
                    "--trust-endpoint",
                    host=host,
                )
            )
        if len(allowed) == 1:
            return await self._near(allowed[0], port)
        return await self._first(self._near(address, port) for address in _alternating(allowed))

    async def _first(self, attempts: Iterator[Coroutine[Any, Any, Line]]) -> Line:
        """Return the first connection that stands: the next attempt begins once the one before has failed or lingers.

        RFC 8305 section 5.
        """
        running: set[asyncio.Task[Line]] = set()
        fault: BaseException = NotConnected(Why("connect: the host has no address"))
        try:
            while True:
                attempt = next(attempts, None)
                if attempt is not None:
                    running.add(asyncio.ensure_future(attempt))
                elif not running:
                    raise fault
                wait_s = None if attempt is None else self._stagger_s
                done, _ = await asyncio.wait(running, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    running.discard(task)
                    failed = task.exception()
                    if failed is None:
                        running |= done - {task}
                        return task.result()
                    fault = failed
        finally:
            await _give_up(running)


def _is_address(host: str) -> bool:
    """Whether a host is written as an address is shown; any other way to write one is looked up like a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _alternating(addresses: Sequence[str]) -> list[str]:
    """Return addresses of both families in turn, beginning with the first (RFC 8305 section 4)."""
    mine = [address for address in addresses if (":" in address) == (":" in addresses[0])]
    others = [address for address in addresses if address not in mine]
    return [address for pair in zip_longest(mine, others) for address in pair if address]


async def _give_up(attempts: set[asyncio.Task[Line]]) -> None:
    """End attempts that are not needed any more, also those that have just come to stand, and also if cancelled."""
    for attempt in attempts:
        attempt.cancel()
        attempt.add_done_callback(_hang_up)
    if attempts:
        await asyncio.wait(attempts)


def _hang_up(attempt: asyncio.Task[Line]) -> None:
    if not attempt.cancelled() and attempt.exception() is None:
        attempt.result().abort()


async def _in_a_thread(look: Callable[[], Sequence[str]]) -> tuple[Sequence[str], float]:
    """Return what a blocking look-up found and the seconds it took.

    A thread of its own: when a loop ends it waits for those of its pool, and a resolver may hang for minutes.
    """
    loop = asyncio.get_running_loop()
    told: asyncio.Future[tuple[Sequence[str], float]] = loop.create_future()

    def looking() -> None:
        begun = time.perf_counter()
        try:
            tell = partial(told.set_result, (look(), time.perf_counter() - begun))
        except Exception as fault:  # noqa: BLE001 - whatever it is, whoever waits has to hear of it
            tell = partial(told.set_exception, fault)
        with contextlib.suppress(RuntimeError):  # the loop has ended, and nobody waits
            loop.call_soon_threadsafe(lambda: told.done() or tell())

    threading.Thread(target=looking, name="testkey_nb look-up", daemon=True).start()
    return await told
