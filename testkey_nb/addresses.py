"""Which addresses may be asked: HTTPS beyond this machine, and nothing private that nobody vouched for."""

import ipaddress
import socket
from urllib.parse import SplitResult, urlsplit

from .errors import AddressRefused


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
