"""Which addresses may be asked: HTTPS beyond this machine, and nothing private that nobody vouched for."""

import ipaddress
import socket
from urllib.parse import SplitResult, urlsplit

from .errors import AddressRefused
from .redaction import holds_key

# RFC 6052 section 2.1, RFC 4291 section 2.5.5.1 and RFC 2765 section 2.1
_CARRYING = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96")))
# What Python takes for public, some versions of it: RFC 6890 (a cloud's metadata is in there), RFC 8215, RFC 9602 and
# RFC 3056 (6to4, which can stand for any IPv4 address and is given up: RFC 7526).
_NOT_GLOBAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "64:ff9b:1::/48", "5f00::/16", "2002::/16")))


def origin(base_url: str, *, trust_endpoint: bool = False) -> str:
    """Return `base_url` in normal form if it may be asked.

    Raises
    ------
    AddressRefused
        If it is no URL, has credentials, a query or what looks like a key, is not HTTPS beyond loopback, or is private
        and not vouched for.

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
    if holds_key(parts.path):
        return "the base URL holds what looks like a key, which goes into no address; leave it out"
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
    return is_loopback(host) or (address is not None and any(map(_unrouted, (address, *_carried(address)))))


def may_be_at(host: str, address: str) -> bool:
    """Whether `host` may be asked at an address it was looked up to.

    A name of this machine leads nowhere else, and no other name leads here or into a private network: whoever answers
    for a public name could otherwise send a key there (DNS rebinding).
    """
    return is_loopback(address) if is_loopback(host) else not is_private(address)


def _unrouted(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    site_local = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    return not address.is_global or address.is_multicast or site_local or any(address in net for net in _NOT_GLOBAL)


def _carried(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> tuple[ipaddress.IPv4Address, ...]:
    """Return the IPv4 address that an IPv6 address stands for: by NAT64, or in the old compatible form."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    last = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return tuple(last for prefix in _CARRYING if address in prefix)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address a host is, also as resolvers take it: one number, hexadecimal, octal, with a dot behind it."""
    try:
        address = ipaddress.ip_address(host.rstrip("."))
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host.rstrip(".")))
        except (OSError, UnicodeError):
            return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
