"""A run's way out: GET and HEAD only, polite per host, one attempt, bounded in number and time."""

import asyncio
import time
from collections.abc import AsyncIterator, Container, Generator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from testkey_nb import __version__
from testkey_nb.errors import AddressRefused
from testkey_nb.keys import Key, redact
from testkey_nb.politeness import Politeness
from testkey_nb.rows import Why
from testkey_nb.spec import Reply

from .exchange import Exchange, Manifest
from .faults import FAULTS, TIMEOUTS, NotConnected, kind_of
from .network import DIRECT, Network
from .quiet import quietly
from .reading import certificate_of, read_bounded, reply_of, too_large
from .timing import Stopwatch

USER_AGENT = f"testkey_nb/{__version__} (read-only key readiness probe)"
REQUEST_S, RUN_S = 10.0, 30.0

_OVER = Why("timeout: this run's time was over")

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
    ) -> None:
        """Open nothing yet; the run's time begins."""
        self.manifest, self._headers = Manifest(), dict(headers)
        self._transport = Network(vouched=vouched) if transport is None else transport
        if isinstance(self._transport, Network):
            self._transport.manifest = self.manifest
        self._key, self._budget, self._request_s = key, budget, request_s
        self._end = time.monotonic() + run_s
        self._client: httpx.AsyncClient | None = None
        self._politeness = politeness or Politeness()
        self._stopped: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        """Open the client."""
        # trust_env is off so that .netrc is never read; proxies and CA files of the environment are taken up here.
        self._client = httpx.AsyncClient(
            transport=ReadOnly(self._transport),
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # none is kept: no question is about another
            follow_redirects=False,
            timeout=self._request_s,
            headers={
                "user-agent": USER_AGENT,
                "accept": "application/json",
                "accept-encoding": "gzip, deflate",
                **self._headers,
            },
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the client."""
        if self._client:
            await self._client.aclose()

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

        def failed(why: Why) -> Exchange:
            return Exchange(number, why, asked_at)

        try:
            async with asyncio.timeout(self.left_s), self._politeness.slot(slot):
                if fault := self._refusal(slot, key):
                    return failed(fault)
                self.manifest.attempts += 1
                number, asked_at = self.manifest.attempts, datetime.now(UTC)
                async with asyncio.timeout(self._request_s):
                    asked = Reply(0, {}, None, "", model, claims or {}, slot)
                    exchange = await self._exchange(number, url, _KeyHeader(key, *auth), asked)
                    exchange = replace(exchange, asked_at=asked_at)
        except asyncio.CancelledError as stopped:
            raise stopped.with_traceback(None) from None  # the frames below hold half an answer
        except TIMEOUTS:
            if not self.left_s:
                return failed(_OVER)
            return failed(Why("timeout: no whole answer within {seconds} s", seconds=f"{self._request_s:g}"))
        except NotConnected as error:
            return failed(error.why)
        except FAULTS as error:
            said = (self._key.redact if self._key else redact)(str(error), 120)
            return failed(Why("{kind}: {said}", kind=kind_of(error), said=said or type(error).__name__))
        if exchange.reply and exchange.reply.status == 429:  # noqa: PLR2004 - Too Many Requests
            self._stopped[slot] = exchange.reply.headers.get("retry-after", "")
            if key is None:  # it is not about a key, so it is for everybody
                self._politeness.stop(slot, self._stopped[slot])
        return exchange

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

    @asynccontextmanager
    async def _counted(self, url: str, watch: Stopwatch) -> AsyncIterator[None]:
        """Count what leaves meanwhile, however it ends; what carries requests instead of the network tells of none."""
        try:
            async with quietly():
                yield
        finally:
            sent = watch.sent if isinstance(self._transport, Network) else 1
            self.manifest.left(sent, "GET", urlsplit(url).hostname or "")

    async def _exchange(self, number: int, url: str, key: "_KeyHeader", blank: Reply) -> Exchange:
        if self._client is None:
            msg = "open the sender with `async with`"
            raise RuntimeError(msg)
        watch, start = Stopwatch(), time.perf_counter()
        async with (
            self._counted(url, watch),
            self._client.stream("GET", url, auth=key, extensions={"trace": watch}) as response,
        ):
            latency = time.perf_counter() - start
            stream = response.extensions.get("network_stream")  # asked now: with the last byte it may be closed
            tls = stream.get_extra_info("ssl_object") if stream and url.startswith("https:") else None
            peer = stream.get_extra_info("server_addr") if stream and response.extensions.get(DIRECT) else None
            body = await read_bounded(response)
            ended = time.perf_counter()
        self.manifest.size_bytes += len(body)
        if fault := too_large(body):
            return Exchange(number, fault)
        certificate, issuer = certificate_of(tls)
        return Exchange(
            number,
            reply=reply_of(blank, response.status_code, response.headers, body, self._key),
            verified=tls is not None,
            certificate=certificate,
            issuer=issuer,
            peer=str(peer[0]) if isinstance(peer, tuple) else "",
            latency_s=latency,
            total_s=ended - start,
            split=watch.split(ended),
            size_bytes=len(body),
        )


class _KeyHeader(httpx.Auth):
    """Puts the key into a request's header when it leaves; until then it is in no local variable."""

    def __init__(self, key: Key | None, name: str, form: str) -> None:
        self._key, self._name, self._form = key, name, form

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._key:
            request.headers[self._name] = self._form.format(key=self._key.reveal())
        yield request
