"""Where the time of one request goes: what was measured, and nothing for what did not happen."""

import time
from contextvars import ContextVar
from dataclasses import dataclass

# How long the request of this task waited for its host's addresses.  A context variable, because the client does not
# tell what resolves a name which request it is for; the request's own task does it.
looked_up: ContextVar[float | None] = ContextVar("looked_up", default=None)


_LEAVING = "send_request_headers.started"


@dataclass(frozen=True, slots=True)
class Split:
    """The parts of one request in seconds; None for what did not happen or cannot be told from here.

    A connection that is used again was neither looked up nor opened.  Through a proxy `dns_s` is missing, because the
    proxy resolves the name, and `connect_s` lasts until its tunnel stands.  What goes over no socket has no parts.
    """

    dns_s: float | None = None
    connect_s: float | None = None
    tls_s: float | None = None
    first_byte_s: float | None = None
    transfer_s: float | None = None


class Stopwatch:
    """Notes when the stages of one request begin and end, as the client's `trace` extension tells them.

    https://www.encode.io/httpcore/extensions/#trace
    """

    def __init__(self) -> None:
        """Begin with nothing noted."""
        self._at: dict[str, float] = {}
        self.sent = 0
        """How often a request began to leave over a connection that stood."""
        looked_up.set(None)

    async def __call__(self, event: str, _details: object) -> None:
        """Note one event, named like ``connection.connect_tcp.started``."""
        stage = event.partition(".")[2]
        self._at[stage] = time.perf_counter()
        self.sent += stage == _LEAVING

    def split(self, ended: float) -> Split:
        """Return the parts of a request whose last byte had come at `ended`, on `time.perf_counter`."""
        at, dns = self._at, looked_up.get()
        sent, headers = at.get(_LEAVING), at.get("receive_response_headers.complete")
        if sent is None or headers is None:
            return Split()
        connecting, tls, secured = (at.get(f"{stage}") for stage in (
            "connect_tcp.started", "start_tls.started", "start_tls.complete"))  # fmt: skip
        return Split(
            dns_s=dns,
            connect_s=None if connecting is None else (sent if tls is None else tls) - connecting - (dns or 0.0),
            tls_s=None if tls is None or secured is None else secured - tls,
            first_byte_s=headers - sent,
            transfer_s=ended - headers,
        )
