"""Proxies: where they are, and credentials that leave in two lines and are shown nowhere."""

import base64
import os
import urllib.request
from typing import NoReturn, SupportsIndex
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

from testkey_nb.addresses import is_loopback
from testkey_nb.errors import AddressRefused

_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_SOCKS_BYTES = 255  # RFC 1929 section 2: a length is one byte


class Proxy:
    """A machine that requests go through.  It shows where it is; its credentials are in no repr, copy or pickle.

    Parameters
    ----------
    url
        ``http://[USER:PASSWORD@]HOST[:PORT]``, or the same with https, socks5 or socks5h.  The last two mean the same
        here: the proxy resolves the names, because what is asked is how the world looks from there.

    Raises
    ------
    AddressRefused
        If `url` cannot be read as that.

    """

    __slots__ = ("__password", "__user", "host", "port", "scheme")

    def __init__(self, url: str) -> None:
        """Take `url` apart; whatever is wrong with it, nothing of it is quoted."""
        self.scheme, self.host, self.port = "", "", 0
        parts = _parts(url)
        del url  # a traceback that shows locals must not show it
        if parts is None:
            raise AddressRefused("write a proxy as http://[USER:PASSWORD@]HOST:PORT, or with https, socks5 or socks5h")
        self.scheme, self.host = parts.scheme, parts.hostname or ""
        self.port = parts.port or _PORTS[self.scheme]
        self.__user, self.__password = _credentials(parts)

    @property
    def shown(self) -> str:
        """Where it is, without credentials."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def local(self) -> bool:
        """Whether it listens on this machine."""
        return is_loopback(self.host)

    @property
    def has_login(self) -> bool:
        """Whether it came with a user name."""
        return bool(self.__user)

    def basic(self) -> bytes:
        """Return its credentials for a ``proxy-authorization`` header (RFC 7617)."""
        return b"Basic " + base64.b64encode(self.__user + b":" + self.__password)

    def login(self) -> bytes:
        """Return its credentials as SOCKS sends them (RFC 1929)."""
        return b"".join(bytes([len(part)]) + part for part in (self.__user, self.__password))

    def __repr__(self) -> str:
        """Show where it is only."""
        return f"<Proxy {self.shown}>"

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        """Refuse to be pickled or copied."""
        raise TypeError("a proxy may hold a password and cannot be copied, pickled or saved; make it anew")


def _credentials(parts: SplitResult) -> tuple[bytes, bytes]:
    return unquote_to_bytes(parts.username or ""), unquote_to_bytes(parts.password or "")


def _parts(url: str) -> SplitResult | None:
    """Return a proxy's URL in its parts; None, and never an error that quotes it, where it is no such URL."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    odd = parts.path not in {"", "/"} or parts.query or parts.fragment or any(not "!" <= char <= "~" for char in url)
    long = any(len(part) > _SOCKS_BYTES for part in (*_credentials(parts), (parts.hostname or "").encode()))
    usable = parts.scheme in _PORTS and parts.hostname and port != 0 and not odd and not long
    return parts if usable else None


def of_environment(scheme: str, host: str) -> Proxy | None:
    """Return the environment's proxy for a host: never for this machine, nor for what ``no_proxy`` names.

    Raises
    ------
    AddressRefused
        If what the environment names is no proxy that can be used.

    """
    if scheme != "https" or is_loopback(host):
        return None
    known = urllib.request.getproxies()
    named = known.get("https") or known.get("all", "")
    if not named or urllib.request.proxy_bypass(host):
        return None
    return Proxy(named if "://" in named else f"http://{named}")  # as curl writes it


def ca_files() -> set[str]:
    """Return the files that the environment names in place of the bundled certificates."""
    return {os.environ[name] for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)}
