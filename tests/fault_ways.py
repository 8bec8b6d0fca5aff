"""What goes wrong before a request can leave, and other ways to an endpoint: names, certificates, proxies."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial

import trustme
from proxies import Proxied, http_proxy, serving

from testkey_nb.http import Network, Proxy
from testkey_nb.sandbox.faulty import STEP_S, Fault, Faulty, Happening

NAME = "provider.example"


@dataclass(frozen=True, slots=True)
class Opened:
    """A way that stands: where to ask, through what, and what has arrived."""

    origin: str
    network: Network
    asked: list[str]


Opens = Callable[[str, str], AbstractAsyncContextManager[Opened]]


@dataclass(frozen=True, slots=True)
class Way:
    """How a provider's persona is reached, or not; `whole` where it answers, `slow` where only time ends a request."""

    name: str
    opens: Opens
    whole: bool = False
    slow: bool = False
    leaves: bool = False  # a request leaves, wherever it ends


def here(_host: str, _port: int) -> list[str]:
    """Look every name up as this machine."""
    return ["127.0.0.1"]


def nobodys_port() -> int:
    """Return a port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def has_ipv6() -> bool:
    """Whether this machine has the other loopback."""
    try:
        with socket.socket(socket.AF_INET6) as taken:
            taken.bind(("::1", 0))
    except OSError:
        return False
    return True


@asynccontextmanager
async def _refused(_provider: str, _persona: str) -> AsyncIterator[Opened]:
    yield Opened(f"http://127.0.0.1:{nobodys_port()}", Network(), [])


@asynccontextmanager
async def _unresolved(_provider: str, _persona: str) -> AsyncIterator[Opened]:
    def fails(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    yield Opened(f"https://{NAME}", Network(resolve=fails), [])


@asynccontextmanager
async def _hanging_resolver(_provider: str, _persona: str) -> AsyncIterator[Opened]:
    let_go = threading.Event()

    def hangs(_host: str, _port: int) -> list[str]:
        let_go.wait(20)
        return []

    try:
        yield Opened(f"https://{NAME}", Network(resolve=hangs), [])
    finally:
        let_go.set()


@asynccontextmanager
async def _ipv6(provider: str, persona: str) -> AsyncIterator[Opened]:
    faulty = Faulty(provider, persona, address="::1")
    async with faulty as origin:
        yield Opened(origin, Network(), faulty.asked)


@dataclass(frozen=True, slots=True)
class Certified:
    """What a server shows, and what a client checks it against."""

    serves: ssl.SSLContext
    trusts: ssl.SSLContext


def _certified(name: str = NAME, until: datetime | None = None) -> Certified:
    authority = trustme.CA()
    serves, trusts = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    begun = datetime(2020, 1, 1, tzinfo=UTC) if until else None
    authority.issue_cert(name, not_before=begun, not_after=until).configure_cert(serves)
    authority.configure_trust(trusts)
    return Certified(serves, trusts)


def _expired() -> Certified:
    return _certified(until=datetime(2020, 2, 1, tzinfo=UTC))


def _self_signed() -> Certified:
    found, itself = _certified(), trustme.CA()
    serves = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with itself.cert_pem.tempfile() as shown, itself.private_key_pem.tempfile() as key:
        serves.load_cert_chain(shown, key)
    return Certified(serves, found.trusts)


def _old() -> Certified:
    found = _certified()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that it is old is what is tried
        found.serves.minimum_version = ssl.TLSVersion.TLSv1
        found.serves.maximum_version = ssl.TLSVersion.TLSv1_1
    found.serves.set_ciphers("ALL:@SECLEVEL=0")
    return found


def _over_tls(makes: Callable[[], Certified], fault: Fault | None = None, dead: int = 0) -> Opens:
    """Reach for a server with TLS, at the last of some addresses of its name."""
    made = cache(makes)

    def addresses(_host: str, _port: int) -> list[str]:
        return [*(f"127.0.0.{number + 2}" for number in range(dead)), "127.0.0.1"]

    @asynccontextmanager
    async def opens(provider: str, persona: str) -> AsyncIterator[Opened]:
        shown = made()
        faulty = Faulty(provider, persona, fault, tls=shown.serves)
        async with faulty as origin:
            network = Network(vouched={NAME}, resolve=addresses, trusts=shown.trusts)
            yield Opened(origin.replace("127.0.0.1", NAME), network, faulty.asked)

    return opens


async def _without_goodbye(on: Happening) -> None:
    await on.write(on.given.wire())
    await asyncio.sleep(STEP_S)
    on.writer.transport.abort()


async def _cut_without_goodbye(on: Happening) -> None:
    lines = [f"{name}: {value}" for name, value in on.given.headers]
    await on.write("\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode() + on.given.body[:-2])
    await asyncio.sleep(STEP_S)
    on.writer.transport.abort()


@asynccontextmanager
async def _accepting_nothing(_provider: str, _persona: str) -> AsyncIterator[Opened]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        yield Opened(f"http://127.0.0.1:{listening.getsockname()[1]}", Network(), [])


@asynccontextmanager
async def _stalled_handshake(_provider: str, _persona: str) -> AsyncIterator[Opened]:
    async def says_nothing(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        while await reader.read(2**16):
            pass

    async with serving(says_nothing) as port:
        yield Opened(f"https://{NAME}:{port}", Network(vouched={NAME}, resolve=here), [])


def _proxied(makes: Callable[[], Proxied]) -> Opens:
    @asynccontextmanager
    async def opens(provider: str, persona: str) -> AsyncIterator[Opened]:
        faulty = Faulty(provider, persona)
        async with faulty as origin, http_proxy(makes()) as proxy:
            yield Opened(origin, Network(Proxy(proxy.url("http"))), faulty.asked)

    return opens


@asynccontextmanager
async def _dead_proxy(provider: str, persona: str) -> AsyncIterator[Opened]:
    faulty = Faulty(provider, persona)
    async with faulty as origin:
        yield Opened(origin, Network(Proxy(f"http://127.0.0.1:{nobodys_port()}")), faulty.asked)


WAYS = {
    way.name: way
    for way in (
        Way("connection refused", _refused),
        Way("a name without an address", _unresolved),
        Way("a resolver that hangs", _hanging_resolver, slow=True),
        Way("a certificate that has expired", _over_tls(_expired)),
        Way("a certificate of another host", _over_tls(partial(_certified, "other.example"))),
        Way("a certificate that signs itself", _over_tls(_self_signed)),
        Way("an old version of TLS", _over_tls(_old)),
        Way("a TLS handshake that stalls", _stalled_handshake, slow=True),
        Way("a proxy that wants a login (407)", _proxied(lambda: Proxied(login=("user", "password")))),
        Way("a proxy that is not there", _dead_proxy),
        Way("a proxy whose tunnels die", _proxied(lambda: Proxied(loses=lambda _number: True)), leaves=True),
        Way("a server that accepts no connection", _accepting_nothing, slow=True, leaves=True),
        Way("TLS cut off inside the body", _over_tls(_certified, Fault("", _cut_without_goodbye)), leaves=True),
        Way("TLS cut off behind it", _over_tls(_certified, Fault("", _without_goodbye)), whole=True, leaves=True),
        Way("a name with thirty addresses, one alive", _over_tls(_certified, dead=29), whole=True, leaves=True),
        Way("a good certificate", _over_tls(_certified), whole=True, leaves=True),
        *([Way("IPv6 only", _ipv6, whole=True, leaves=True)] if has_ipv6() else []),
    )
}
"""Every way by its name."""
