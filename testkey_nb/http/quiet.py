"""The client's own log of our requests reaches no handler: at DEBUG it holds whole headers."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_sending: ContextVar[bool] = ContextVar("_sending", default=False)


class _Discreet(logging.Filter):
    """Keeps what is logged while we send out of every handler."""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - whatever the record says
        return not _sending.get()


@contextmanager
def quietly() -> Iterator[None]:
    """Let the client log nothing meanwhile."""
    token = _sending.set(True)
    try:
        yield
    finally:
        _sending.reset(token)


for _name in ("httpx", *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy", "socks"))):
    logging.getLogger(_name).addFilter(_Discreet())
