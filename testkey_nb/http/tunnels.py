"""Tunnels through proxies: HTTP ``CONNECT`` and SOCKS 5.

Every request goes through a tunnel: a proxy sees the name of the host and encrypted traffic, never a key; its own
credentials stay between it and us; and one clock measures every way out alike. A proxy that
does not answer properly is a fault of the run, like any other of the network.
"""

import ipaddress
import re
import ssl

import httpx

from testkey_nb.rows import Why

from .faults import NotConnected
from .line import Line
from .proxies import Proxy
from .resolving import Connects
from .timing import Stopwatch

_HEAD_BYTES = 16 * 1024
_TUNNELLED = re.compile(rb"HTTP/1\.[01] (\d{3})[^\r\n]*\r\n")
_VERSION, _NO_LOGIN, _LOGIN, _CONNECT = 5, 0, 2, 1  # RFC 1928 sections 3 and 4
_IPV4, _NAMED, _IPV6 = 1, 3, 4  # section 5
_REFUSALS = {  # RFC 1928 section 6
    1: "general failure", 2: "not allowed", 3: "network unreachable", 4: "host unreachable", 5: "connection refused",
    6: "TTL expired", 7: "command not supported", 8: "address type not supported",
}  # fmt: skip
_NO_HTTP, _NO_SOCKS = Why("proxy: it did not answer in HTTP"), Why("proxy: it did not answer in SOCKS 5")
_WANTS_LOGIN = Why("proxy: it wants a login")
_ADDRESS_BYTES = {_IPV4: 4, _IPV6: 16}  # a name begins with its length


class Tunnels:
    """Lines to hosts through a proxy, which resolves their names.

    Parameters
    ----------
    proxy
        The way.
    near
        Opens the line to the proxy itself.
    trusts
        For a proxy that is spoken to over TLS.

    """

    def __init__(self, proxy: Proxy, near: Connects, trusts: ssl.SSLContext) -> None:
        """Open nothing yet."""
        self._proxy, self._near, self._trusts = proxy, near, trusts

    async def connect(self, host: str, port: int, watch: Stopwatch) -> Line:  # noqa: ARG002 - the proxy looks up
        """Open a tunnel to `host`.

        Raises
        ------
        NotConnected
            If the proxy is not there, or does not open it; nothing that it says is quoted.

        """
        proxy = self._proxy
        try:
            line = await self._near.connect(proxy.host, proxy.port, Stopwatch())
            opened = False
            try:
                if proxy.scheme == "https":
                    await line.secure(self._trusts, proxy.host)
                await (_over_http if proxy.scheme.startswith("http") else _over_socks)(line, proxy, host, port)
                opened = True
            finally:
                if not opened:
                    await line.aclose()
        except NotConnected:
            raise
        except httpx.NetworkError as fault:
            raise NotConnected(Why("proxy: it cannot be reached")) from fault
        return line


async def _over_http(line: Line, proxy: Proxy, host: str, port: int) -> None:
    """Ask an HTTP proxy for a tunnel (RFC 9110 section 9.3.6)."""
    there = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    head = [f"CONNECT {there} HTTP/1.1".encode(), f"host: {there}".encode()]
    if proxy.has_login:
        head.append(b"proxy-authorization: " + proxy.basic())
    line.write(b"\r\n".join([*head, b"", b""]))
    said = b""
    while b"\r\n\r\n" not in said:
        more = await line.read()
        said += more
        if not more or len(said) > _HEAD_BYTES:
            raise NotConnected(_NO_HTTP)
    found = _TUNNELLED.match(said)
    if not found or not said.endswith(b"\r\n\r\n"):
        raise NotConnected(_NO_HTTP)
    if not found[1].startswith(b"2"):
        raise NotConnected(Why("proxy: it answered with status {status}", status=found[1].decode()))


async def _over_socks(line: Line, proxy: Proxy, host: str, port: int) -> None:
    """Ask a SOCKS 5 proxy for a tunnel to a name (RFC 1928), with the login if it wants one (RFC 1929)."""
    methods = (_NO_LOGIN, _LOGIN) if proxy.has_login else (_NO_LOGIN,)
    line.write(bytes([_VERSION, len(methods), *methods]))
    version, chosen = await _exactly(line, 2)
    if version != _VERSION:
        raise NotConnected(_NO_SOCKS)
    if chosen not in methods:
        raise NotConnected(Why("proxy: it takes no login with a password") if proxy.has_login else _WANTS_LOGIN)
    if chosen == _LOGIN:
        line.write(b"\x01" + proxy.login())
        _, status = await _exactly(line, 2)
        if status:
            raise NotConnected(Why("proxy: it refused the login"))
    line.write(bytes([_VERSION, _CONNECT, 0]) + _destination(host) + port.to_bytes(2))
    version, refused, _, kind = await _exactly(line, 4)
    if version != _VERSION:
        raise NotConnected(_NO_SOCKS)
    if refused:
        raise NotConnected(Why("proxy: it opened no tunnel ({reason})", reason=_REFUSALS.get(refused, refused)))
    size = _ADDRESS_BYTES.get(kind) or (await _exactly(line, 1))[0]
    await _exactly(line, size + 2)


def _destination(host: str) -> bytes:
    """Return a host as SOCKS 5 writes it: an address as such, anything else as a name for the proxy to look up."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = host.encode()
        return bytes([_NAMED, len(name)]) + name
    return bytes([_IPV4 if len(address.packed) == _ADDRESS_BYTES[_IPV4] else _IPV6]) + address.packed


async def _exactly(line: Line, size: int) -> bytes:
    """Read `size` bytes, in as many pieces as they come."""
    said = b""
    while len(said) < size:
        more = await line.read(size - len(said))
        if not more:
            raise NotConnected(Why("proxy: it closed the connection"))
        said += more
    return said
