"""From a host's name to a connection: looked up once, checked, and connected to what was checked.

Between the check of an address and the connection nothing is looked up again, so a name cannot lead to a public address
first and to a private one then.
"""

import asyncio
import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from functools import partial
from itertools import zip_longest

import httpcore

from testkey_nb.rows import Why

from .faults import NotConnected
from .timing import looked_up

STAGGER_S = 0.25  # "Connection Attempt Delay", RFC 8305 section 5

Resolve = Callable[[str, int], Sequence[str]]
_Stream = httpcore.AsyncNetworkStream


def addresses_of(host: str, port: int) -> list[str]:
    """Return the addresses of a host, the preferred one first; blocks, for as long as the system's resolver likes."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Resolving(httpcore.AsyncNetworkBackend):
    """Connections to hosts by name, to such addresses only as they may have.

    Parameters
    ----------
    may
        Whether a host may be at an address.
    resolve
        Looks a host up; called in a thread.
    near
        Connects to an address; None for the network.
    stagger_s
        Seconds after which the next address is tried beside the one before.

    """

    def __init__(
        self,
        may: Callable[[str, str], bool],
        resolve: Resolve = addresses_of,
        near: httpcore.AsyncNetworkBackend | None = None,
        stagger_s: float = STAGGER_S,
    ) -> None:
        """Open nothing yet."""
        self._may, self._resolve, self._stagger_s = may, resolve, stagger_s
        self._near = near or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the client's interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of `host` that answers.

        Raises
        ------
        NotConnected
            If it has none, or only such as it may not have.
        httpcore.ConnectError
            If it cannot be looked up, or none of its addresses answers.

        """
        try:
            found, took = await _in_a_thread(lambda: self._resolve(host, port))
        except OSError as fault:
            raise httpcore.ConnectError(str(fault)) from fault
        if host not in found:  # an address is its own name: nothing was looked up
            looked_up.set(took)
        allowed = [address for address in found if self._may(host, address)]
        if found and not allowed:
            raise NotConnected(
                Why(
                    "connect: {host} leads to a private address; if you operate it, name it with --base-url and "
                    "--trust-endpoint",
                    host=host,
                )
            )
        stream = await self._first(
            self._near.connect_tcp(address, port, timeout, local_address, socket_options)
            for address in _alternating(allowed)
        )
        return Connection(stream)

    async def _first(self, attempts: Iterator[Coroutine[None, None, _Stream]]) -> _Stream:
        """Return the first connection that stands: the next attempt begins once the one before has failed or lingers.

        RFC 8305 section 5.
        """
        running: set[asyncio.Task[_Stream]] = set()
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


class Connection(httpcore.AsyncNetworkStream):
    """A connection that is closed also where its TLS handshake is cancelled: the client closes it on errors only.

    Once it is `spent` it is not used again.
    """

    def __init__(self, stream: _Stream) -> None:
        """Take a connection that stands."""
        self._stream, self.spent = stream, False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - its interface
        """Read some bytes."""
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the same
        """Send all bytes."""
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close it."""
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the same
    ) -> _Stream:
        """Return it with TLS on top."""
        try:
            return Connection(await self._stream.start_tls(ssl_context, server_hostname, timeout))
        except asyncio.CancelledError:
            await self._stream.aclose()
            raise

    def get_extra_info(self, info: str) -> object:
        """Tell what is asked; by `is_readable` a pool sees that an idle connection is of no use any more."""
        if info == "is_readable" and (self.spent or _decrypts_more(self._stream)):
            return True
        return self._stream.get_extra_info(info)


def _decrypts_more(stream: _Stream) -> bool:
    """Whether TLS has received what nobody has read: the socket knows nothing of it any more."""
    tls = stream.get_extra_info("ssl_object")
    if not isinstance(tls, ssl.SSLObject):
        return False
    try:
        tls.read(1)  # of a connection that is closed, if anything comes
    except ssl.SSLWantReadError:
        return False
    except ssl.SSLError:
        pass
    return True


def _alternating(addresses: Sequence[str]) -> list[str]:
    """Return addresses of both families in turn, beginning with the first (RFC 8305 section 4)."""
    mine = [address for address in addresses if (":" in address) == (":" in addresses[0])]
    others = [address for address in addresses if address not in mine]
    return [address for pair in zip_longest(mine, others) for address in pair if address]


async def _give_up(attempts: Iterable[asyncio.Task[_Stream]]) -> None:
    """End attempts that are not needed any more, also those that have just come to stand."""
    for attempt in attempts:
        attempt.cancel()
    for stood in await asyncio.gather(*attempts, return_exceptions=True):
        if isinstance(stood, httpcore.AsyncNetworkStream):
            await stood.aclose()


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
