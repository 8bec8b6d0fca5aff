"""HTTP/1.1 over a line: one question after the other, each answered before the next is asked."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import h11
import httpx

from .line import Line

_HEAD_BYTES = 100 * 1024  # of an answer's status and headers, and less than a part more
_PART_BYTES = 16 * 1024  # that are read at once: taking them apart keeps everything else waiting


class Talk:
    """A line over which questions are asked.

    Parameters
    ----------
    line
        Over which nothing was asked yet.

    """

    def __init__(self, line: Line) -> None:
        """Ask nothing yet."""
        self.line = line
        self._state = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_BYTES)

    async def ask(self, request: httpx.Request) -> h11.Response:
        """Send a question without a body; return the head of its answer.

        Raises
        ------
        httpx.TransportError
            If none comes, or what comes is none.

        """
        method, target = request.method.encode(), request.url.raw_path
        with _understood():
            head = self._state.send(h11.Request(method=method, target=target, headers=request.headers.raw))
            end = self._state.send(h11.EndOfMessage())
        self.line.write((head or b"") + (end or b""))
        while True:
            event = await self._next()
            if isinstance(event, h11.Response):
                return event

    async def body(self) -> AsyncIterator[bytes]:
        """Return the body of the answer, as it comes.

        Raises
        ------
        httpx.TransportError
            If it breaks off.

        """
        while isinstance(event := await self._next(), h11.Data):
            yield bytes(event.data)

    def ended(self) -> bool:
        """Whether the answer was read whole, nothing lies behind it, and another question may follow."""
        whole = self._state.our_state is h11.DONE and self._state.their_state is h11.DONE
        if not whole or self._state.trailing_data[0]:
            return False
        self._state.start_next_cycle()
        return True

    async def _next(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        with _understood():
            while (event := self._state.next_event()) is h11.NEED_DATA:
                said = await self.line.read(_PART_BYTES)
                if not said and self._state.their_state is h11.SEND_RESPONSE:
                    raise httpx.RemoteProtocolError("the server hung up without an answer")
                self._state.receive_data(said)
        return event


@contextmanager
def _understood() -> Iterator[None]:
    """Raise what is wrong with a message as the client's own error."""
    try:
        yield
    except h11.LocalProtocolError as fault:
        raise httpx.LocalProtocolError(str(fault)) from fault
    except h11.RemoteProtocolError as fault:
        raise httpx.RemoteProtocolError(str(fault)) from fault
