"""The network: which way a request goes, and which addresses it may go to."""

import functools
import os
import ssl
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Container
from typing import NamedTuple

import httpx

from testkey_nb.addresses import is_loopback, may_be_at
from testkey_nb.errors import AddressRefused, CallerError

from .exchange import Manifest
from .proxies import Proxy, ca_files, of_environment
from .resolving import Connects, Resolve, Resolving, addresses_of
from .talk import Talk
from .timing import Stopwatch
from .tunnels import Tunnels

# Extensions of a request: where to note proxies, CA files and times, whether its host may be at a private address, and
# by the hint of its key whose connections it may use; without a key those of nobody.
MANIFEST, WATCH, VOUCHED, WHOSE = "testkey_manifest", "testkey_watch", "testkey_vouched", "testkey_whose"
LINE, DIRECT = "testkey_line", "testkey_direct"  # of a response: what it came over, and that no proxy stands between
_IDLE_S = 1.0  # less than servers let a connection idle (gunicorn: 2 s, Node and uvicorn: 5 s): none is closed on us
_PORTS = {"http": 80, "https": 443}
_TLS_FILES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")  # name files of the caller's to Python's TLS


class _Way(NamedTuple):
    """What two requests must have in common to go over the same connection."""

    proxy: Proxy | None
    scheme: str
    host: str
    port: int
    vouched: bool  # the host may be at a private address: no other request finds itself there
    whose: str


class Network(httpx.AsyncBaseTransport):
    """The network: through `proxy`, else through the environment's (never to this machine), else directly.

    A connection is used again only where nothing lies behind the answer before, and only for the same key: what comes
    behind an answer once the next question has left is read as the answer to that, and must not be about another key.

    Parameters
    ----------
    proxy
        Replaces the environment's, for every host.
    vouched
        Hosts that may be at private addresses, because their operator said so.
    resolve
        Looks hosts up.
    trusts
        What certificates are checked against; None for the process's one context.

    """

    def __init__(
        self,
        proxy: Proxy | None = None,
        *,
        vouched: Container[str] = (),
        resolve: Resolve = addresses_of,
        trusts: ssl.SSLContext | None = None,
    ) -> None:
        """Open nothing yet, but read the certificates: that is not the provider's time."""
        self._proxy, self._resolve, self._trusts = proxy, resolve, trusts or tls_context()
        self._vouched = vouched
        self._proxies: dict[tuple[str, str], Proxy | None] = {}  # by scheme and host, as the environment said at first
        self._idle: defaultdict[_Way, list[tuple[Talk, float]]] = defaultdict(list)  # and since when

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request` one way or the other.

        Raises
        ------
        AddressRefused
            If it would leave this machine in the clear.
        httpx.TransportError
            If it gets no answer.

        """
        url, asked = request.url, request.extensions
        host = url.raw_host.decode()  # `url.host` is for people: encoded again it can be another (faß.de, fass.de)
        proxy = self._proxy_to(url.scheme, host)
        refuse_clear_text(url.scheme, host, proxy)
        manifest, watch = asked.get(MANIFEST) or Manifest(), asked.get(WATCH) or Stopwatch()
        manifest.ca_files |= ca_files()
        if proxy:
            manifest.proxies.add(proxy.shown)
        vouched = host in self._vouched or bool(asked.get(VOUCHED))
        port = url.port or _PORTS[url.scheme]
        way = _Way(proxy, url.scheme, host, port, vouched, str(asked.get(WHOSE, "")))
        talk = await self._idling(way) or await self._begun(way, watch)
        try:
            watch.left = time.perf_counter()
            answer = await talk.ask(request)
            watch.answered = talk.line.came_at
        except BaseException:
            await talk.line.aclose()
            raise
        extensions = {LINE: talk.line, DIRECT: proxy is None}
        body = _Body(self, way, talk)
        return httpx.Response(
            answer.status_code, headers=answer.headers.raw_items(), stream=body, extensions=extensions
        )

    async def done(self, way: _Way, talk: Talk) -> None:
        """Keep a connection for the next question, or close it."""
        if talk.ended():
            self._idle[way].append((talk, time.monotonic()))
        else:
            await talk.line.aclose()

    async def aclose(self) -> None:
        """Close what was opened: all of it, also where closing is cancelled."""
        lines = [talk.line for talks in self._idle.values() for talk, _ in talks]
        self._idle.clear()
        for line in lines:
            line.abort()
        for line in lines:
            await line.aclose()

    async def _idling(self, way: _Way) -> Talk | None:
        """Return a connection that idles and over which nothing has come since."""
        while self._idle[way]:
            talk, since = self._idle[way].pop()
            if time.monotonic() < since + _IDLE_S and talk.line.silent:
                return talk
            await talk.line.aclose()
        return None

    async def _begun(self, way: _Way, watch: Stopwatch) -> Talk:
        """Return a new connection."""
        watch.begun = time.perf_counter()
        line = await self._connects(way).connect(way.host, way.port, watch)
        watch.stood = time.perf_counter()
        if way.scheme == "https":
            await line.secure(self._trusts, way.host)
            watch.secured = time.perf_counter()
        return Talk(line)

    def _connects(self, way: _Way) -> Connects:
        near = Resolving(_anywhere if way.proxy or way.vouched else may_be_at, self._resolve)
        return Tunnels(way.proxy, near, self._trusts) if way.proxy else near

    def _proxy_to(self, scheme: str, host: str) -> Proxy | None:
        if self._proxy:
            return self._proxy
        if (scheme, host) not in self._proxies:
            self._proxies[scheme, host] = of_environment(scheme, host)
        return self._proxies[scheme, host]


class _Body(httpx.AsyncByteStream):
    """The body of an answer, as it comes."""

    def __init__(self, network: Network, way: _Way, talk: Talk) -> None:
        self._network, self._way, self._talk = network, way, talk

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._talk.body()

    async def aclose(self) -> None:
        await self._network.done(self._way, self._talk)


def refuse_clear_text(scheme: str, host: str, proxy: Proxy | None) -> None:
    """Make sure that a request does not leave this machine unencrypted.

    Raises
    ------
    AddressRefused
        If it would, to a host elsewhere or to a proxy elsewhere.

    """
    if scheme != "https" and not is_loopback(host):
        msg = f"{host} must be asked over https: a key never travels in the clear"
        raise AddressRefused(msg)
    if scheme != "https" and proxy and not proxy.local:
        msg = f"{host} must be asked over https through {proxy.shown}: a key never travels in the clear"
        raise AddressRefused(msg)


def _anywhere(host: str, address: str) -> bool:
    """Whether a proxy, or a host somebody vouches for, may be at an address: a name of this machine is only here."""
    return is_loopback(address) or not is_loopback(host)


@functools.cache
def tls_context() -> ssl.SSLContext:
    """Return the one TLS context of this process: certificates checked, SSL_CERT_FILE and SSL_CERT_DIR honoured.

    Raises
    ------
    CallerError
        If what the environment names holds no certificates.

    """
    try:
        trusts = httpx.create_ssl_context()
    except OSError as error:
        named = ", ".join(name for name in _TLS_FILES if os.environ.get(name))
        why = error.strerror or type(error).__name__
        wrong = f"correct or unset whichever is wrong: {named}" if named else "install certifi anew"
        msg = f"no certificates to check a host by ({why}); {wrong}"
        raise CallerError(msg) from error
    trusts.set_alpn_protocols(["http/1.1"])
    return trusts
