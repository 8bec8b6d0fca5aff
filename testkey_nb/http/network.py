"""The network: which way a request goes, and which addresses it may go to."""

import functools
import ssl
from collections.abc import AsyncIterator, Container
from typing import cast

import httpcore
import httpx

from testkey_nb.addresses import is_loopback, may_be_at
from testkey_nb.errors import AddressRefused

from .exchange import Manifest
from .proxies import Proxy, ca_files, of_environment
from .resolving import Connection, Resolve, Resolving, addresses_of
from .tunnels import Tunnels

# Extensions of a request: where to note proxies and CA files, whether its host may be at a private address, and by the
# hint of its key whose connections it may use; without a key those of nobody.
MANIFEST, VOUCHED, WHOSE = "testkey_manifest", "testkey_vouched", "testkey_whose"
DIRECT = "testkey_direct"  # extension of a response that came through no proxy
_IDLE_S = 1.0  # less than servers let a connection idle (gunicorn: 2 s, Node and uvicorn: 5 s): none is closed on us


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
        self._ways: dict[tuple[str, str], Proxy | None] = {}  # by scheme and host, as the environment said at first
        self._pools: dict[tuple[str, bool, str, str], httpcore.AsyncConnectionPool] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request` one way or the other.

        Raises
        ------
        AddressRefused
            If it would leave this machine in the clear.

        """
        url, manifest = request.url, request.extensions.get(MANIFEST) or Manifest()
        proxy = self._way(url.scheme, url.host)
        refuse_clear_text(url.scheme, url.host, proxy)
        manifest.ca_files |= ca_files()
        if proxy:
            manifest.proxies.add(proxy.shown)
        there = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        sent = httpcore.Request(
            request.method,
            there,
            headers=request.headers.raw,
            content=cast("httpx.AsyncByteStream", request.stream),
            extensions=request.extensions,
        )
        vouched = url.host in self._vouched or bool(request.extensions.get(VOUCHED))
        pool = self._pool(proxy, str(there.origin), str(request.extensions.get(WHOSE, "")), vouched=vouched)
        given = await pool.handle_async_request(sent)
        extensions = {**given.extensions, DIRECT: proxy is None}
        return httpx.Response(given.status, headers=given.headers, stream=_Body(given), extensions=extensions)

    async def aclose(self) -> None:
        """Close what was opened."""
        while self._pools:
            await self._pools.popitem()[1].aclose()

    def _way(self, scheme: str, host: str) -> Proxy | None:
        if self._proxy:
            return self._proxy
        if (scheme, host) not in self._ways:
            self._ways[scheme, host] = of_environment(scheme, host)
        return self._ways[scheme, host]

    def _pool(self, proxy: Proxy | None, origin: str, whose: str, *, vouched: bool) -> httpcore.AsyncConnectionPool:
        """Return one key's connections of one way to one origin; none is waited for: slots bound what is in flight.

        A pool goes through all of its connections at every request, so one for 40 hosts costs its share in every
        latency.  Those to vouched hosts are by themselves: no other request finds itself at a private address.
        """
        way = (proxy.shown if proxy else "", vouched, origin, whose)
        if way not in self._pools:
            near = Resolving(_anywhere if proxy or vouched else may_be_at, self._resolve)
            self._pools[way] = httpcore.AsyncConnectionPool(
                ssl_context=self._trusts,
                max_connections=None,
                max_keepalive_connections=None,
                keepalive_expiry=_IDLE_S,
                network_backend=Tunnels(proxy, near, self._trusts) if proxy else near,
            )
        return self._pools[way]


class _Body(httpx.AsyncByteStream):
    """The body of an answer, as it comes."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._answer.aiter_stream():
            yield part

    async def aclose(self) -> None:
        stream = self._answer.extensions.get("network_stream")
        if isinstance(stream, Connection) and _lies_behind(self._answer):
            stream.spent = True
        await self._answer.aclose()


def _lies_behind(answer: httpcore.Response) -> bool:
    """Whether more was read than the answer; the client itself would read that as its next one."""
    try:
        read = answer.stream._stream._connection._h11_state.trailing_data[0]  # type: ignore[union-attr]  # noqa: SLF001
    except AttributeError:
        return True  # then a connection is not used again, which is slow and safe
    return bool(read)


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
    """Return the one TLS context of this process: certificates checked, SSL_CERT_FILE and SSL_CERT_DIR honoured."""
    return httpx.create_ssl_context()
