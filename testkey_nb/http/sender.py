"""A run's way out: GET and HEAD only, polite per host, one attempt, bounded in number and time.

Requests go straight to what carries them.  No client stands above it that would follow a redirect, keep a cookie or
read .netrc.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Container, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlsplit

import httpx

from testkey_nb import __version__
from testkey_nb.errors import AddressRefused
from testkey_nb.keys import Key
from testkey_nb.politeness import Politeness
from testkey_nb.redaction import redact
from testkey_nb.rows import Why
from testkey_nb.spec import Reply

from .exchange import Exchange, Manifest
from .faults import FAULTS, TIMEOUTS, NotConnected, kind_of
from .network import DIRECT, LINE, MANIFEST, VOUCHED, WATCH, WHOSE, Network
from .reading import Bodies, certificate_of, read_bounded, reply_of, too_large
from .timing import Split, Stopwatch

USER_AGENT = f"testkey_nb/{__version__} (read-only key readiness probe)"
REQUEST_S, RUN_S = 10.0, 30.0
_TURNS = 6  # of the loop, in which a request connects and leaves
_TOO_MANY = 429  # Too Many Requests, RFC 6585 section 4
_HEADERS = {"user-agent": USER_AGENT, "accept": "application/json", "accept-encoding": "gzip, deflate"}

_OVER = Why("timeout: this run's time was over")
_GONE = Why("not read: the key went after its five minutes, while the host answered")


class _Came(NamedTuple):
    """An answer before it is read."""

    status: int
    headers: httpx.Headers
    body: bytearray
    tls: ssl.SSLObject | None
    peer: str
    latency_s: float
    total_s: float
    split: Split


AsyncTransport = httpx.AsyncBaseTransport  # what the rest of the package knows of the client


class ReadOnly(httpx.AsyncBaseTransport):
    """Pass GET and HEAD on to another transport and refuse everything else."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        """Wrap `inner`."""
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request` if it cannot change anything."""
        if request.method not in {"GET", "HEAD"}:
            msg = f"{request.method} refused: this toolkit only reads"
            raise AddressRefused(msg)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the inner transport."""
        await self._inner.aclose()


class Sender:
    """A run's way out: polite per host, bounded in requests and time.

    Parameters
    ----------
    transport
        What carries the requests instead of the network: the sandbox, or a test's recorder.
    key
        What no answer may echo.
    budget
        Attempts at the most, those included for which no connection comes about.
    request_s
        Seconds one request may take.
    run_s
        Seconds from now after which nothing is asked or waited for.
    headers
        What the provider wants with every question; never a secret.
    vouched
        Hosts that may be at private addresses.
    politeness
        Shared with other runs; None for a run that is alone.
    bodies
        The same.

    """

    def __init__(  # noqa: PLR0913 - each is one of the bounds of a run
        self,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        key: Key | None = None,
        budget: int = 60,
        request_s: float = REQUEST_S,
        run_s: float = RUN_S,
        headers: Iterable[tuple[str, str]] = (),
        vouched: Container[str] = (),
        politeness: Politeness | None = None,
        bodies: Bodies | None = None,
    ) -> None:
        """Open nothing yet; the run's time begins."""
        self.manifest, self._vouched = Manifest(), vouched
        self._headers = {**_HEADERS, **dict(headers)}
        self._transport = transport or Network()
        self._way = ReadOnly(self._transport)
        self._key, self._budget, self._request_s = key, budget, request_s
        self._end = time.monotonic() + run_s
        self._politeness, self._bodies = politeness or Politeness(), bodies or Bodies()
        self._stopped: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        """Open nothing yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self._transport.aclose()

    @property
    def left_s(self) -> float:
        """Seconds of the run's time that are left."""
        return max(0.0, self._end - time.monotonic())

    async def get(  # noqa: PLR0913 - each is one part of a question
        self,
        url: str,
        *,
        host: str = "",
        key: Key | None = None,
        auth: tuple[str, str] = ("", ""),
        model: str = "",
        claims: Mapping[str, object] | None = None,
    ) -> Exchange:
        """Ask one question, once.

        `host` is the real host a base URL stands in for, by which requests in flight are counted.  What the network
        does is a fault in the answer, never an exception.
        """
        slot, number = host or urlsplit(url).netloc, 0
        asked_at: datetime | None = None
        try:
            async with asyncio.timeout(self.left_s), self._politeness.slot(slot):
                if refused := self._refusal(slot, key):
                    return Exchange(number, refused, asked_at)
                self.manifest.attempts += 1
                number, asked_at = self.manifest.attempts, datetime.now(UTC)
                async with asyncio.timeout(self._request_s):
                    came = await self._ask(self._request(url, key, *auth))
            await _let_others_send(came.status)
            exchange = self._read(number, asked_at, Reply(0, {}, None, "", model, claims or {}, slot), came)
        except BaseException as error:  # noqa: BLE001 - what is not the network's is raised again
            if fault := self._fault(error):
                return Exchange(number, fault, asked_at)
            raise error.with_traceback(None) from None  # the frames below hold the request and half an answer
        if exchange.reply and exchange.reply.status == _TOO_MANY:
            self._stopped[slot] = exchange.reply.headers.get("retry-after", "")
            if key is None:  # it is not about a key, so it is for everybody
                self._politeness.stop(slot, self._stopped[slot])
        if key and key.expired:  # looked at last: while the answer was read an echo of it could be told
            return Exchange(number, _GONE, asked_at)
        return exchange

    def _fault(self, error: BaseException) -> Why:
        """Say what the network did; empty for anything else."""
        if isinstance(error, TIMEOUTS):
            if not self.left_s:
                return _OVER
            return Why("timeout: no whole answer within {seconds} s", seconds=f"{self._request_s:g}")
        if isinstance(error, NotConnected):
            return error.why
        if isinstance(error, FAULTS):
            said = (self._key.redact if self._key else redact)(str(error), 120)
            return Why("{kind}: {said}", kind=kind_of(error), said=said or type(error).__name__)
        return Why("")

    def _without_key(self, said: str) -> str:
        """Return what a certificate says; it can be made after the key has come, and name it in any case."""
        key = self._key
        return "[key]" if key and (key.echoed_in(said, any_case=True) or key.spelled_in(said)) else said

    def _refusal(self, slot: str, key: Key | None) -> Why:
        if not self.left_s:
            return _OVER
        if key and key.expired:
            return Why("not asked: the key is gone after five minutes")
        wait = self._stopped.get(slot, self._politeness.stopped(slot))
        if wait is not None:
            said = redact(wait, 40) or "-"
            return Why("not asked: this host asked to wait (Retry-After: {wait})", wait=said)
        if self.manifest.attempts >= self._budget:
            return Why("not asked: this run's budget of {budget} requests is spent", budget=self._budget)
        return Why("")

    def _request(self, url: str, key: Key | None, name: str, form: str) -> httpx.Request:
        """Return a request; the key goes straight into its header and is in no local variable."""
        asked = httpx.URL(url)
        extensions = {MANIFEST: self.manifest, VOUCHED: asked.host in self._vouched, WHOSE: key.hint if key else ""}
        request = httpx.Request("GET", asked, headers=self._headers, extensions=extensions)
        if key:
            request.headers[name] = form.format(key=key.reveal())
        return request

    @asynccontextmanager
    async def _sent(self, request: httpx.Request) -> AsyncIterator[httpx.Response]:
        """Send a request and close its answer; count what has left by then, however it ends.

        What carries requests instead of the network does not tell when one leaves.
        """
        watch = request.extensions[WATCH] = Stopwatch()
        try:
            response = await self._way.handle_async_request(request)
            try:
                yield response
            finally:
                await response.aclose()
        finally:
            if watch.left is not None or not isinstance(self._transport, Network):
                self.manifest.left(request.method, request.url.host)

    async def _ask(self, request: httpx.Request) -> _Came:
        start = time.perf_counter()
        async with self._sent(request) as response:
            answered = request.extensions[WATCH].answered or time.perf_counter()
            line = response.extensions.get(LINE)  # asked now: with the last byte it may be closed
            tls = line.tls if line and request.url.scheme == "https" else None
            peer = line.peer if line and response.extensions.get(DIRECT) else ""
            body = await read_bounded(response)
            ended = time.perf_counter()
        split = request.extensions[WATCH].split(ended)
        return _Came(response.status_code, response.headers, body, tls, peer, answered - start, ended - start, split)

    def _read(self, number: int, asked_at: datetime, blank: Reply, came: _Came) -> Exchange:
        """Return what has come, once the host has its slot back: reading it is not its time."""
        self.manifest.size_bytes += len(came.body)
        if fault := too_large(came.body):
            return Exchange(number, fault, asked_at)
        body = self._bodies.of(came.body)
        reply = reply_of(blank, came.status, came.headers, body, self._key)
        if not reply.digest:
            self._bodies.drop(body)
        certificate, issuer = map(self._without_key, certificate_of(came.tls))
        return Exchange(
            number,
            asked_at=asked_at,
            reply=reply,
            verified=came.tls is not None,
            certificate=certificate,
            issuer=issuer,
            peer=came.peer,
            latency_s=came.latency_s,
            total_s=came.total_s,
            split=came.split,
            size_bytes=len(came.body),
        )


async def _let_others_send(status: int) -> None:
    """Let whoever waited for the host go first: reading an answer is our time, not the host's.

    Where the host asks to wait nobody goes before that is known.
    """
    for _ in range(0 if status == _TOO_MANY else _TURNS):
        await asyncio.sleep(0)
