"""A line to a host: bytes that leave, and bytes that come, over TCP and perhaps over TLS."""

import asyncio
import selectors
import ssl
import time
from typing import cast

import httpx

_UNREAD = 256 * 1024  # bytes that may lie here before the other side has to wait


class Line(asyncio.Protocol):
    """A connection that stands.  What comes lies here until it is read."""

    def __init__(self) -> None:
        """Wait for the transport."""
        self._transport: asyncio.Transport
        self._came = bytearray()
        self.came_at: float | None = None
        """When the first byte since the last write came, on `time.perf_counter`: reading it may have to wait for us."""
        self._ended = False
        self._fault: Exception | None = None
        self._news: asyncio.Future[None] | None = None
        self._gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what carries the bytes."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Keep what comes until it is read."""
        if self.came_at is None:
            self.came_at = time.perf_counter()
        self._came += data
        if len(self._came) > _UNREAD:
            self._transport.pause_reading()
        self._tell()

    def eof_received(self) -> None:
        """Take it that nothing more comes; where TLS has not said so, anybody between may have cut the rest off."""
        self._ended = True
        if self.tls and not _said_its_end(self.tls):
            self._fault = ConnectionResetError("TLS was cut off before its end")
        self._tell()

    def connection_lost(self, exc: Exception | None) -> None:
        """Take it that the connection is closed, by either side."""
        self._ended, self._fault = True, self._fault or exc
        self._tell()
        if not self._gone.done():
            self._gone.set_result(None)

    def _tell(self) -> None:
        if self._news and not self._news.done():
            self._news.set_result(None)

    @property
    def peer(self) -> str:
        """The address at the other end."""
        return str((self._transport.get_extra_info("peername") or ("",))[0])  # none where it broke at once

    @property
    def tls(self) -> ssl.SSLObject | None:
        """What TLS has agreed on; None where there is none."""
        return cast("ssl.SSLObject | None", self._transport.get_extra_info("ssl_object"))

    @property
    def silent(self) -> bool:
        """Whether it stands and nothing has come that was not read, here or in the system."""
        carried_by = self._transport.get_extra_info("socket")
        if carried_by is None or self._came or self._ended or self._transport.is_closing():
            return False
        with selectors.DefaultSelector() as selector:
            selector.register(carried_by, selectors.EVENT_READ)
            return not selector.select(0)

    def write(self, said: bytes) -> None:
        """Send bytes; where the line is broken, reading tells."""
        self.came_at = None
        self._transport.write(said)

    async def read(self, most: int = _UNREAD) -> bytes:
        """Wait for bytes and return those that have come, `most` at the most; none where nothing more comes.

        Also where some have come, others have their turn first: who talks without end stops no clock.

        Raises
        ------
        httpx.ReadError
            If the line broke.

        """
        if self._came:
            await asyncio.sleep(0)
        while not self._came and not self._ended:
            self._news = asyncio.get_running_loop().create_future()
            await self._news
        if not self._came and self._fault:
            raise httpx.ReadError(str(self._fault)) from self._fault
        said = bytes(self._came[:most])
        del self._came[:most]
        if not self._transport.is_reading() and len(self._came) <= _UNREAD:
            self._transport.resume_reading()
        return said

    async def secure(self, trusts: ssl.SSLContext, host: str) -> None:
        """Put TLS on top, once `host` has proved that it is that.

        Raises
        ------
        httpx.ConnectError
            If it has not.

        """
        loop, below = asyncio.get_running_loop(), self._transport
        if self.tls:
            below = cast("asyncio.Transport", _Below(self))
        try:
            self._refuse_what_came()
            secured = await loop.start_tls(below, self, trusts, server_hostname=host)
        except BaseException as fault:
            self._transport.abort()
            self.connection_lost(None)  # what broke below is not told to what stands above
            if isinstance(fault, OSError):
                raise httpx.ConnectError(str(fault) or type(fault).__name__) from fault
            raise
        self._transport = cast("asyncio.Transport", secured)

    def _refuse_what_came(self) -> None:
        """Let nothing that came before TLS be read as if it had come over it."""
        if self._came or self._ended or self._transport.is_closing():
            raise ssl.SSLError(0, "the other side spoke or hung up before TLS")

    def abort(self) -> None:
        """Let it be closed, whatever is on its way."""
        self._transport.abort()

    async def aclose(self) -> None:
        """Close it now."""
        self.abort()
        await self._gone


def _said_its_end(tls: ssl.SSLObject) -> bool:
    """Whether the other side has said that it sends no more: all else is incomplete (RFC 9112 section 9.8)."""
    try:
        return not tls.read(1)
    except ssl.SSLError:
        return False


class _Below:
    """The TLS of a line as the transport of TLS on top of it, which it carries or breaks off.

    Python's own (up to 3.12) raises a TypeError where what stands above breaks off, and cannot be aborted once closed.
    """

    _start_tls_compatible = True

    def __init__(self, line: Line) -> None:
        self._line, self._transport = line, line._transport  # noqa: SLF001 - a part of it

    def __getattr__(self, name: str) -> object:
        return getattr(self._transport, name)

    def close(self) -> None:
        self._transport.abort()

    def _force_close(self, fault: Exception | None) -> None:
        self._line._fault = fault  # noqa: SLF001
        self._transport.abort()


async def line_to(address: str, port: int) -> Line:
    """Return a line to an address.

    Raises
    ------
    httpx.ConnectError
        If nobody answers there.

    """
    try:
        _, line = await asyncio.get_running_loop().create_connection(Line, address, port)
    except OSError as fault:
        raise httpx.ConnectError(str(fault)) from fault
    return line
