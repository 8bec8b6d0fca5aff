"""Where the time of one request goes: what was measured, and nothing for what did not happen."""

from dataclasses import dataclass


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


@dataclass(slots=True)
class Stopwatch:
    """Notes when the stages of one request end, in seconds of `time.perf_counter`."""

    begun: float | None = None  # to connect
    dns_s: float | None = None
    stood: float | None = None  # the connection
    secured: float | None = None  # with TLS
    left: float | None = None  # the request, over a connection that stood
    answered: float | None = None  # with the first byte

    def split(self, ended: float) -> Split:
        """Return the parts of a request whose last byte had come at `ended`."""
        if self.left is None or self.answered is None:
            return Split()
        connected = None if self.begun is None or self.stood is None else self.stood - self.begun - (self.dns_s or 0.0)
        return Split(
            dns_s=self.dns_s,
            connect_s=connected,
            tls_s=None if self.secured is None or self.stood is None else self.secured - self.stood,
            first_byte_s=self.answered - self.left,
            transfer_s=ended - self.answered,
        )
