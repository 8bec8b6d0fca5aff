"""The only sender, and the only file that imports an HTTP client.

It sends GET and HEAD, follows no redirect, retries nothing, reads a bounded answer within a bounded time, counts what
it sent, and is where a key is put into a header.
"""

import asyncio
import functools
import hashlib
import json
import logging
import os
import ssl
import time
import urllib.request
from collections.abc import AsyncIterator, Generator, Iterable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self, cast
from urllib.parse import urlsplit

import httpx

from . import __version__
from .addresses import is_loopback
from .errors import AddressRefused
from .keys import Key, redact
from .politeness import Politeness
from .rows import Why
from .spec import Reply

USER_AGENT = f"testkey_nb/{__version__} (read-only key readiness probe)"
REQUEST_S, RUN_S = 10.0, 30.0
BODY_BYTES = 8 * 2**20
TEXT_CHARS, HEADER_CHARS = 4096, 1024


_DIRECT = "testkey_direct"  # extension of a response that came through no proxy

AsyncTransport = httpx.AsyncBaseTransport  # what the rest of the package knows of the client


_sending: ContextVar[bool] = ContextVar("_sending", default=False)


class _Discreet(logging.Filter):
    """Keeps the client's own log of our requests out of every handler: at DEBUG it holds whole headers."""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - whatever the record says
        return not _sending.get()


@asynccontextmanager
async def _quietly() -> AsyncIterator[None]:
    token = _sending.set(True)
    try:
        yield
    finally:
        _sending.reset(token)


for _name in ("httpx", *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy", "socks"))):
    logging.getLogger(_name).addFilter(_Discreet())


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


@dataclass(slots=True)
class Manifest:
    """What a run sent, for every report to carry: requests, methods, hosts, bytes received, cost in USD, proxies."""

    requests: int = 0
    size_bytes: int = 0
    hosts: set[str] = field(default_factory=set)
    methods: set[str] = field(default_factory=set)
    proxies: set[str] = field(default_factory=set)  # without credentials
    ca_files: set[str] = field(default_factory=set)  # of the environment, in place of the bundled ones
    shared: int = 0  # answers that other runs of a batch brought, for which this one sent nothing

    def to_json(self) -> dict[str, object]:
        """Return it with the names other programs rely on; nothing that is asked here costs anything."""
        return {
            "requests": self.requests,
            "methods": sorted(self.methods),
            "hosts": sorted(self.hosts),
            "bytes": self.size_bytes,
            "cost_usd": 0,
        }


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came of it; `reply` is None when nothing usable came, and then `fault` says why.

    Times are seconds.  `verified` is true when the answer came over TLS from a host whose certificate was checked;
    `certificate` then tells its subject and who issued it.
    """

    number: int
    fault: Why = Why("")  # noqa: RUF009 - immutable
    reply: Reply | None = None
    verified: bool = False
    certificate: str = ""
    peer: str = ""  # address that answered, where no proxy stands between
    latency_s: float | None = None
    total_s: float | None = None
    size_bytes: int | None = None


class Sender:
    """A run's way out: polite per host, bounded in requests and time.

    Parameters
    ----------
    transport
        What carries the requests instead of the network: the sandbox, or a test's recorder.
    key
        What no answer may echo.
    budget
        Requests at the most.
    request_s
        Seconds one request may take.
    run_s
        Seconds from now after which nothing is asked or waited for.
    headers
        What the provider wants with every question; never a secret.
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
        politeness: Politeness | None = None,
    ) -> None:
        """Open nothing yet; the run's time begins."""
        self.manifest, self._headers = Manifest(), dict(headers)
        self._given, self._key, self._budget, self._request_s = transport, key, budget, request_s
        self._end = time.monotonic() + run_s
        self._client: httpx.AsyncClient | None = None
        self._politeness = politeness or Politeness()
        self._stopped: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        """Open the client."""
        # trust_env is off so that .netrc is never read; proxies and CA files of the environment are taken up here.
        self._client = httpx.AsyncClient(
            transport=ReadOnly(self._given or Network(self.manifest)),
            trust_env=False,
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
        try:
            async with asyncio.timeout(self.left_s), self._politeness.slot(slot):
                if fault := self._refusal(slot, key):
                    return Exchange(0, fault)
                self.manifest.requests += 1
                self.manifest.methods.add("GET")
                self.manifest.hosts.add(urlsplit(url).hostname or "")
                number = self.manifest.requests
                async with asyncio.timeout(self._request_s):
                    asked = Reply(0, {}, None, "", model, claims or {}, slot)
                    exchange = await self._exchange(number, url, _KeyHeader(key, *auth), asked)
        except asyncio.CancelledError as stopped:
            raise stopped.with_traceback(None) from None  # the frames below hold half an answer
        except (TimeoutError, httpx.TimeoutException):
            if not self.left_s:
                return Exchange(number, Why("timeout: this run's time was over"))
            return Exchange(number, Why("timeout: no whole answer within {seconds} s", seconds=f"{self._request_s:g}"))
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError, ImportError) as error:
            said = (self._key.redact if self._key else redact)(str(error), 120)
            return Exchange(number, Why("{kind}: {said}", kind=_kind(error), said=said or type(error).__name__))
        if exchange.reply and exchange.reply.status == 429:  # noqa: PLR2004 - Too Many Requests
            self._stopped[slot] = exchange.reply.headers.get("retry-after", "")
            if key is None:  # it is not about a key, so it is for everybody
                self._politeness.stop(slot, self._stopped[slot])
        return exchange

    def _refusal(self, slot: str, key: Key | None) -> Why:
        if key and key.expired:
            return Why("not asked: the key is gone after five minutes")
        wait = self._stopped.get(slot, self._politeness.stopped(slot))
        if wait is not None:
            said = redact(wait, 40) or "-"
            return Why("not asked: this host asked to wait (Retry-After: {wait})", wait=said)
        if self.manifest.requests >= self._budget:
            return Why("not asked: this run's budget of {budget} requests is spent", budget=self._budget)
        return Why("")

    async def _exchange(self, number: int, url: str, key: "_KeyHeader", blank: Reply) -> Exchange:
        if self._client is None:
            msg = "open the sender with `async with`"
            raise RuntimeError(msg)
        start = time.perf_counter()
        async with _quietly(), self._client.stream("GET", url, auth=key) as response:
            latency = time.perf_counter() - start
            stream = response.extensions.get("network_stream")  # asked now: with the last byte it may be closed
            tls = stream.get_extra_info("ssl_object") if stream and url.startswith("https:") else None
            peer = stream.get_extra_info("server_addr") if stream and response.extensions.get(_DIRECT) else None
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > BODY_BYTES:
                    self.manifest.size_bytes += len(body)
                    return Exchange(number, Why("too large: the answer has more than {size} bytes", size=BODY_BYTES))
        self.manifest.size_bytes += len(body)
        headers = {name.lower(): value[:HEADER_CHARS] for name, value in response.headers.items()}
        # Text with zero bytes is UTF-16 or no text; both would let an echo of the key through in another shape.
        text = "" if b"\0" in body else body.decode("utf-8-sig", "replace")
        digest = hashlib.sha256(body).hexdigest()
        reply = replace(blank, status=response.status_code, headers=headers, json=_json(text), text=text[:TEXT_CHARS])
        reply = self._without_key(replace(reply, digest=digest), text)
        total = time.perf_counter() - start
        who = (_certificate(tls), str(peer[0]) if isinstance(peer, tuple) else "")
        return Exchange(number, Why(""), reply, tls is not None, *who, latency, total, len(body))

    def _without_key(self, reply: Reply, body: str) -> Reply:
        """Return an answer in which nothing echoes the key, wherever it stands and however JSON wrote it."""
        key = self._key
        if key is None or not ("\\u" in body or key.echoed_in(f"{reply.headers}{body}", any_case=True)):
            return reply
        try:
            found = _blanked(reply.json, key)
        except RecursionError:
            found = None
        kept = {name: key.blank(said) for name, said in reply.headers.items() if not key.echoed_in(name, any_case=True)}
        shown = replace(reply, headers=kept, json=found, text=key.blank(reply.text))
        return shown if shown == reply else replace(shown, digest="")


class _KeyHeader(httpx.Auth):
    """Puts the key into a request's header when it leaves; until then it is in no local variable."""

    def __init__(self, key: Key | None, name: str, form: str) -> None:
        self._key, self._name, self._form = key, name, form

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._key:
            request.headers[self._name] = self._form.format(key=self._key.reveal())
        yield request


class Network(httpx.AsyncBaseTransport):
    """The network, through the environment's HTTPS proxy except to this machine and to what ``no_proxy`` names."""

    def __init__(self, manifest: Manifest) -> None:
        """Open nothing yet; a proxy that is used is noted in `manifest`, without credentials."""
        self._manifest = manifest
        self._direct: httpx.AsyncBaseTransport | None = None
        self._through: httpx.AsyncBaseTransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request` one way or the other."""
        known, host = urllib.request.getproxies(), request.url.host
        proxy = known.get("https") or known.get("all", "")
        proxy = proxy if not proxy or "://" in proxy else f"http://{proxy}"  # as curl writes it
        self._manifest.ca_files |= {
            os.environ[name] for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)
        }
        if not proxy or request.url.scheme != "https" or is_loopback(host) or urllib.request.proxy_bypass(host):
            self._direct = self._direct or httpx.AsyncHTTPTransport(verify=tls_context())
            response = await self._direct.handle_async_request(request)
            response.extensions[_DIRECT] = True
            return response
        if self._through is None:
            shown = urlsplit(proxy)
            self._manifest.proxies.add(f"{shown.scheme}://{shown.hostname}:{shown.port}")
            self._through = httpx.AsyncHTTPTransport(verify=tls_context(), proxy=httpx.Proxy(proxy))
        return await self._through.handle_async_request(request)

    async def aclose(self) -> None:
        """Close what was opened."""
        for transport in (self._direct, self._through):
            if transport:
                await transport.aclose()


def _blanked(found: object, key: Key) -> object:
    if isinstance(found, str):
        return key.blank(found)
    if isinstance(found, list):
        return [_blanked(item, key) for item in found]
    if isinstance(found, dict):
        return {key.blank(str(name)): _blanked(item, key) for name, item in found.items()}
    return found


@functools.cache
def tls_context() -> ssl.SSLContext:
    """Return the one TLS context of this process: certificates checked, SSL_CERT_FILE and SSL_CERT_DIR honoured."""
    return httpx.create_ssl_context()


def _certificate(tls: object) -> str:
    """Return the subject of a verified certificate, the names it holds for, and its issuer."""
    found: Mapping[str, object] = {}
    if isinstance(tls, ssl.SSLObject | ssl.SSLSocket):
        found = tls.getpeercert() or {}
    names = [
        value for kind, value in cast("tuple[tuple[str, str], ...]", found.get("subjectAltName", ())) if kind == "DNS"
    ]
    parts = (("subject", _common_name(found.get("subject"))), ("for", ", ".join(names[:4])),
             ("issuer", _common_name(found.get("issuer"))))  # fmt: skip
    return "; ".join(f"{label} {value}" for label, value in parts if value)


def _common_name(name: object) -> str:
    """Return the common name, else the organisation, of a distinguished name as `ssl` gives it."""
    pairs = dict(pair for part in cast("tuple[tuple[tuple[str, str], ...], ...]", name or ()) for pair in part)
    return pairs.get("commonName") or pairs.get("organizationName", "")


def _json(body: str) -> object:
    def refuse(constant: str) -> object:
        msg = f"{constant} is not JSON"
        raise ValueError(msg)

    try:
        return json.loads(body, parse_constant=refuse)
    except (ValueError, RecursionError):
        return None


def _kind(error: Exception) -> str:
    """Name a network fault in a word that does not depend on the client library."""
    cause: BaseException | None = error
    while cause:
        if isinstance(cause, ssl.SSLError):
            return "tls"
        cause = cause.__cause__ or cause.__context__
    kinds = ((httpx.ConnectError, "connect"), (httpx.ProxyError, "proxy"), (httpx.DecodingError, "encoding"))
    return next((word for kind, word in kinds if isinstance(error, kind)), "network")
