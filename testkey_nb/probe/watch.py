"""Watch a host for a while: the cheap questions that samples repeat, asked again and again, and their latest answers.

    watch = Watch(key, plan("groq", operator="..."), every_s=5, requests=100)
    async with aclosing(watch.rows()) as rows:
        async for row in rows:        # an `AnswerRow` each, as it comes, for a chart
            draw(watch.window, watch.stability)
    watch.ended                       # why nothing more comes: a sentence

It begins as any run does: nothing is sampled before it is known who answers, and the key goes only where a run would
send it.  `stop` ends it from a button; so does cancelling whoever consumes `rows`, and `purge`.  It may be started
again with what is left of its requests.  Nothing of it stays longer than five minutes: `window` slides.
"""

import asyncio
import math
import secrets
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from testkey_nb.errors import CallerError, UnknownName
from testkey_nb.expiry import lifetime_s, now
from testkey_nb.http import RUN_S, AsyncTransport, Manifest, Sender
from testkey_nb.identity import FOREIGN
from testkey_nb.keys import Key
from testkey_nb.retention import hold
from testkey_nb.rows import AnswerRow, Stamp, Why
from testkey_nb.spec import Ask
from testkey_nb.stability import StabilityRow, steadiness

from .asking import Asking
from .beat import Beat
from .facts import believed
from .planning import Plan
from .probing import Probing, keep_apart

if TYPE_CHECKING:
    import pandas as pd

    from testkey_nb.outcome import Verdict

EVERY_S, LEAST_EVERY_S = 5.0, 0.1
REQUESTS, MOST_REQUESTS = 200, 1000


@dataclass(slots=True, weakref_slot=True, eq=False)
class _Seen:
    """What one round saw, until its five minutes are over."""

    rows: tuple[AnswerRow, ...]
    until: float  # on the clock of `expiry.now`

    def forget(self) -> None:
        self.rows = ()


class Watch:
    """Repeat a plan's cheap questions, and keep what was answered within five minutes.

    Parameters
    ----------
    key
        Goes where `probe_key` would send it, and only if a sampled question needs it.
    plan
        Made by `plan`; its number of samples does not matter here.
    every_s
        Seconds from the start of one round to that of the next, at least 0.1; a slow answer costs rounds, so that a
        host never has two of them at once.
    requests
        At the most, all starts together and those included that find out who answers.
    transport
        What carries the requests instead of the network: the sandbox, or a test's recorder.

    Raises
    ------
    KeyMalformed
        If the key itself stands in the plan.
    CallerError
        If `every_s` or `requests` is out of range.

    """

    def __init__(
        self,
        key: Key,
        plan: Plan,
        *,
        every_s: float = EVERY_S,
        requests: int = REQUESTS,
        transport: AsyncTransport | None = None,
    ) -> None:
        """Send nothing yet."""
        keep_apart(key, plan)
        if not LEAST_EVERY_S <= every_s < math.inf or not 1 <= requests <= MOST_REQUESTS:
            msg = f"watch every {LEAST_EVERY_S:g} s or less often, with 1 to {MOST_REQUESTS} requests"
            raise CallerError(msg)
        self.plan, self.every_s, self.requests = plan, every_s, requests
        self.stamp = Stamp(secrets.token_hex(6), plan.provider.id, key.hint, datetime.now(UTC))
        self.verdict: Verdict | None = None  # who answers, once that is known
        self.sandbox = False
        self.manifest = Manifest()  # of the latest start
        self.ended = Why("")  # empty while it goes on, and before
        self._key, self._transport = key, transport
        self._seen: list[_Seen] = []
        self._samples = 0
        self._sent_before = self._attempts_before = 0  # the latest start
        self._task: asyncio.Task[None] | None = None
        self._purged = False  # since the latest start

    @property
    def going_on(self) -> bool:
        """Whether it was started and has not ended."""
        return self._task is not None

    @property
    def sent(self) -> int:
        """Requests so far, of all starts."""
        return self._sent_before + self.manifest.requests

    @property
    def window(self) -> tuple[AnswerRow, ...]:
        """What was answered within five minutes, the oldest first; samples are numbered from 1 over all starts."""
        self._seen = [seen for seen in self._seen if seen.rows]
        return tuple(row for seen in self._seen for row in seen.rows)

    @property
    def until(self) -> float:
        """When the oldest of `window` will be gone, on the clock of `expiry.now`; infinite where it is empty."""
        return min((seen.until for seen in self._seen if seen.rows), default=math.inf)

    @property
    def stability(self) -> tuple[StabilityRow, ...]:
        """How steady each question was answered within five minutes."""
        return steadiness(self.window)

    def frame(self, name: str) -> "pd.DataFrame":
        """Return the frame ``answers`` of `window`, or ``stability``; it is emptied when the oldest answer goes.

        Raises
        ------
        UnknownName
            If it is another.

        """
        from testkey_nb.frames import frame  # noqa: PLC0415 - pandas is loaded when a frame is asked for

        rows: dict[str, tuple[type, Sequence[object]]] = {
            "answers": (AnswerRow, self.window), "stability": (StabilityRow, self.stability),
        }  # fmt: skip
        if name not in rows:
            raise UnknownName.among("frame of a watch", name, rows)
        row, found = rows[name]
        return frame(row, [(self.stamp, found)], self.until)

    async def rows(self) -> AsyncGenerator[AnswerRow, None]:
        """Start, and yield each answer as it comes, until it is stopped or nothing more may be sent.

        Whatever the network or the provider does is a row or the reason in `ended`, never an exception.  When this is
        closed or its consumer cancelled, no task and no connection is left.

        Raises
        ------
        CallerError
            If it goes on already.

        """
        if self._task:
            msg = "this watch goes on already; stop it first, or make another"
            raise CallerError(msg)
        queue: asyncio.Queue[_Seen | None] = asyncio.Queue()
        self.ended, self._purged = Why(""), False
        task = self._task = asyncio.create_task(self._watch(queue))
        task.add_done_callback(lambda _task: queue.put_nowait(None))
        loop = asyncio.get_running_loop()
        hold(self, "watch", lambda held: held._forget(loop), math.inf)  # noqa: SLF001 - its own
        try:
            while seen := await queue.get():
                for row in seen.rows:
                    yield row
            if not task.cancelled():
                task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self._task = None
            self.ended = self.ended or Why("stopped")

    def stop(self) -> None:
        """End it now, whatever is on its way; `rows` ends by itself then."""
        if self._task:
            self._task.cancel()

    def _forget(self, loop: asyncio.AbstractEventLoop) -> None:
        """Drop what was answered and end, from whatever thread."""
        self._purged = True
        for seen in list(self._seen):
            seen.forget()
        if not loop.is_closed():
            loop.call_soon_threadsafe(self.stop)

    async def _watch(self, queue: asyncio.Queue[_Seen | None]) -> None:
        self._sent_before = self.sent
        self._attempts_before += self.manifest.attempts
        self.manifest = Manifest()
        left = self.requests - self._attempts_before
        sender = Sender(
            self._transport,
            key=self._key,
            budget=left,
            run_s=RUN_S + left * self.every_s,
            headers=self.plan.provider.headers,
            vouched=self.plan.vouched,
        )
        self.manifest = sender.manifest
        asking = Asking(sender, self._key, self.plan, self._transport)
        probing = Probing(asking)
        try:
            async with sender:
                asks = await self._opened(probing)
                beat = Beat(self.every_s)
                while not self.ended:
                    queue.put_nowait(await self._round(probing, asks))
                    await asyncio.sleep(0.0 if self.ended else beat.wait_s())
        finally:
            asking.forget()  # of a round that did not come to its end

    async def _opened(self, probing: Probing) -> list[Ask]:
        """Find out who answers, as a run does, and return what may be asked again and again."""
        if self.verdict in FOREIGN:  # since an earlier start: it may show so only to the key
            self.ended = Why("it shows marks of somebody else now")
            return []
        identity = await probing.open()
        self.verdict, self.sandbox = identity.verdict, identity.sandbox
        asks = probing.sampled(identity) if believed(self.plan, identity) else []
        if not believed(self.plan, identity):
            self.ended = Why("not watched: {why}", why=identity.why)
        elif not asks:
            self.ended = Why("not watched: this key may ask nothing that can be repeated")
        probing.asking.forget()  # what was answered so far is of a run, and this is none
        return asks

    async def _round(self, probing: Probing, asks: Sequence[Ask]) -> _Seen:
        """Ask everything once more, and keep and return what was sent; say why, if it is the last round."""
        self._samples += 1
        await probing.sample(asks, self._samples)
        verdict, told = probing.identity().verdict, [one.row for one in probing.told]
        probing.asking.forget()
        seen = _Seen(tuple(row for row in told if row.request), now() + lifetime_s())
        self._seen.append(seen)
        hold(seen, "sample", lambda held: held.forget(), seen.until)
        if self._purged:  # while it was read
            seen.forget()
            self.ended = Why("stopped")
        elif verdict in FOREIGN:
            self.verdict = verdict
            self.ended = Why("it shows marks of somebody else now")
        else:
            self.ended = self._why_last(seen, told)
        return seen

    def _why_last(self, seen: _Seen, told: Sequence[AnswerRow]) -> Why:
        """Say why no round comes after this one; empty where one does."""
        waits = [row.retry_after for row in seen.rows if row.status == 429]  # noqa: PLR2004 - Too Many Requests
        unsent = [row.why for row in told if not row.request]
        if waits:
            return Why("the host asked to wait (Retry-After: {wait})", wait=waits[0] or "-")
        if unsent and self._attempts_before + self.manifest.attempts >= self.requests:
            return Why("its {requests} requests are spent, on finding out who answers, too", requests=self.requests)
        if unsent:
            return unsent[0]
        return Why("") if seen.rows else Why("its time was over")
