"""The only sender, and the only file that imports an HTTP client.

It sends GET and HEAD, follows no redirect, retries nothing, reads a bounded answer within a bounded time, counts what
it sent, and is where a key is put into a header.
"""

import asyncio
import functools
import ipaddress
import json
import ssl
import time
import urllib.request
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, urlsplit

import httpx

from . import __version__
from .errors import AddressRefused
from .keys import Key, redact
from .spec import Reply

USER_AGENT = f"testkey_nb/{__version__} (read-only key readiness probe)"
REQUEST_S, RUN_S = 10.0, 30.0
BODY_BYTES = 8 * 2**20
TEXT_CHARS = 4096
IN_FLIGHT_PER_HOST = 4


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


@dataclass(slots=True)
class Manifest:
    """What a run sent, for every report to carry: requests, methods, hosts, bytes received, cost in USD, proxies."""

    requests: int = 0
    size_bytes: int = 0
    hosts: set[str] = field(default_factory=set)
    methods: set[str] = field(default_factory=set)
    proxies: set[str] = field(default_factory=set)

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

    Times are seconds.  `verified` is true when the answer came over TLS from a host whose certificate was checked.
    """

    number: int
    fault: str = ""
    reply: Reply | None = None
    verified: bool = False
    latency_s: float | None = None
    total_s: float | None = None
    size_bytes: int | None = None


class Sender:
    """A run's way out: polite per host, bounded in requests and time.

    Parameters
    ----------
    transport
        What carries the requests instead of the network: the sandbox, or a test's recorder.
    budget
        Requests at the most.
    request_s
        Seconds one request may take.

    """

    def __init__(
        self, transport: httpx.AsyncBaseTransport | None = None, budget: int = 60, request_s: float = REQUEST_S
    ) -> None:
        """Open nothing yet."""
        self.manifest = Manifest()
        self._given, self._budget, self._request_s = transport, budget, request_s
        self._client: httpx.AsyncClient | None = None
        self._slots: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(IN_FLIGHT_PER_HOST))
        self._stopped: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        """Open the client."""
        mounts = {} if self._given else self._proxies()
        inner = self._given or httpx.AsyncHTTPTransport(verify=tls_context())
        # trust_env is off so that .netrc is never read; proxies and CA files of the environment are taken up here.
        self._client = httpx.AsyncClient(
            transport=ReadOnly(inner),
            mounts=mounts,
            trust_env=False,
            follow_redirects=False,
            timeout=self._request_s,
            headers={"user-agent": USER_AGENT, "accept": "application/json", "accept-encoding": "gzip, deflate"},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the client."""
        if self._client:
            await self._client.aclose()

    def _proxies(self) -> dict[str, httpx.AsyncBaseTransport | None]:
        """Return transports through the environment's HTTPS proxy, none for loopback and for what no_proxy names."""
        proxy = urllib.request.getproxies().get("https")
        if not proxy:
            return {}
        shown = urlsplit(proxy)
        self.manifest.proxies.add(f"{shown.scheme}://{shown.hostname}:{shown.port}")
        direct = [host.strip().lstrip(".") for host in urllib.request.getproxies().get("no", "").split(",")]
        through = ReadOnly(httpx.AsyncHTTPTransport(verify=tls_context(), proxy=httpx.Proxy(proxy)))
        return {"https://": through, **{f"all://*{host}": None for host in direct if host}}

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
        slot = host or urlsplit(url).netloc
        async with self._slots[slot]:
            if fault := self._refusal(slot, key):
                return Exchange(0, fault)
            self.manifest.requests += 1
            self.manifest.methods.add("GET")
            self.manifest.hosts.add(urlsplit(url).hostname or "")
            number = self.manifest.requests
            headers = {}
            if key:
                headers[auth[0]] = auth[1].format(key=key.reveal())
            try:
                async with asyncio.timeout(self._request_s):
                    exchange = await self._exchange(number, url, headers, model, claims or {})
            except (TimeoutError, httpx.TimeoutException):
                return Exchange(number, f"timeout: no whole answer within {self._request_s:g} s")
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as error:
                said = (key.redact if key else redact)(str(error), 120)
                return Exchange(number, f"{_kind(error)}: {said or type(error).__name__}")
            if exchange.reply and exchange.reply.status == 429:  # noqa: PLR2004 - Too Many Requests
                self._stopped[slot] = exchange.reply.headers.get("retry-after", "")
            return exchange

    def _refusal(self, slot: str, key: Key | None) -> str:
        if key and key.expired:
            return "not asked: the key is gone after five minutes"
        if slot in self._stopped:
            return f"not asked: this host asked to wait (Retry-After: {redact(self._stopped[slot], 40) or 'not given'})"
        if self.manifest.requests >= self._budget:
            return f"not asked: this run's budget of {self._budget} requests is spent"
        return ""

    async def _exchange(
        self, number: int, url: str, headers: dict[str, str], model: str, claims: Mapping[str, object]
    ) -> Exchange:
        if self._client is None:
            msg = "open the sender with `async with`"
            raise RuntimeError(msg)
        start = time.perf_counter()
        async with self._client.stream("GET", url, headers=headers) as response:
            latency = time.perf_counter() - start
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > BODY_BYTES:
                    self.manifest.size_bytes += len(body)
                    return Exchange(number, f"too large: the answer has more than {BODY_BYTES} bytes")
            stream = response.extensions.get("network_stream")
            verified = (
                url.startswith("https:") and stream is not None and stream.get_extra_info("ssl_object") is not None
            )
        self.manifest.size_bytes += len(body)
        reply = Reply(
            response.status_code,
            {name.lower(): value for name, value in response.headers.items()},
            _json(bytes(body)),
            bytes(body[: 4 * TEXT_CHARS]).decode("utf-8", "replace")[:TEXT_CHARS],
            model,
            claims,
        )
        return Exchange(number, "", reply, verified, latency, time.perf_counter() - start, len(body))


@functools.cache
def tls_context() -> ssl.SSLContext:
    """Return the one TLS context of this process: certificates checked, SSL_CERT_FILE and SSL_CERT_DIR honoured."""
    return httpx.create_ssl_context()


def origin(base_url: str, *, trust_endpoint: bool = False) -> str:
    """Return `base_url` in normal form if it may be asked.

    Raises
    ------
    AddressRefused
        If it is no URL, has credentials or a query, is not HTTPS beyond loopback, or is private and not vouched for.

    """
    try:
        parts = urlsplit(base_url)
        _ = parts.port
    except ValueError as error:
        msg = "the base URL cannot be read; write it as https://HOST[:PORT][/PATH]"
        raise AddressRefused(msg) from error
    host = parts.hostname or ""
    if fault := _address_fault(base_url, parts, host):
        raise AddressRefused(fault)
    if not is_loopback(host) and is_private(host) and not trust_endpoint:
        msg = f"{host} is a private address; if you operate it, say so with --trust-endpoint"
        raise AddressRefused(msg)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _address_fault(base_url: str, parts: SplitResult, host: str) -> str:
    if parts.scheme not in {"http", "https"} or not host or not base_url.isascii() or any(c <= " " for c in base_url):
        return "the base URL must be written as https://HOST[:PORT][/PATH]"
    if parts.username or parts.password or parts.query or parts.fragment:
        return "the base URL must hold no user name, password, query or fragment"
    if parts.scheme == "http" and not is_loopback(host):
        return f"{host} must be asked over https: a key never travels in the clear"
    return ""


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine by address or by a name that can mean nothing else (RFC 6761 section 6.3)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _address(host)
    return address is not None and address.is_loopback


def is_private(host: str) -> bool:
    """Whether `host` is an address that the public internet does not route, or the name of this machine."""
    address = _address(host)
    return is_loopback(host) or (address is not None and not address.is_global)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _json(body: bytes) -> object:
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
