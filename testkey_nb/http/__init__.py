"""The only sender, and the only room that imports an HTTP client.

It sends GET and HEAD, follows no redirect, retries nothing, reads a bounded answer within a bounded time, counts what
it sent, and is where a key is put into a header.
"""

from .exchange import Exchange, Manifest
from .network import Network
from .proxies import Proxy
from .reading import BODY_BYTES, TEXT_CHARS, Bodies
from .sender import REQUEST_S, RUN_S, AsyncTransport, ReadOnly, Sender
from .timing import Split

__all__ = [
    "BODY_BYTES",
    "REQUEST_S",
    "RUN_S",
    "TEXT_CHARS",
    "AsyncTransport",
    "Bodies",
    "Exchange",
    "Manifest",
    "Network",
    "Proxy",
    "ReadOnly",
    "Sender",
    "Split",
]
