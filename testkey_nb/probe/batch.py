"""Several keys side by side: one run each, none of which ends the others.

All runs together have at most four requests in flight per host, and providers get their turns in rotation.  What needs
no key is asked once and shared, and so is the negative control.
"""

import asyncio
import math
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from testkey_nb.errors import CallerError, DataExpired, KeyMalformed, KeyMissing
from testkey_nb.expiry import lifetime_s, now
from testkey_nb.http import AsyncTransport
from testkey_nb.keys import Key, may_be_key
from testkey_nb.politeness import IN_FLIGHT_PER_HOST, Politeness
from testkey_nb.retention import hold

from .asking import Progress
from .planning import Plan
from .probing import probe_key
from .run import Run
from .shared import Shared
from .under_way import Purged

AT_ONCE = 16
AT_ONCE_PER_PROVIDER = IN_FLIGHT_PER_HOST + 1  # one reads while the others ask; more would wait for each other's slots
PATIENCE_S = 60.0  # how long a batch waits for a host that asked everybody to


@dataclass(frozen=True, slots=True)
class Asked:
    """One run of a batch: whose key, what to ask about it, and what carries the requests; None is the network.

    A key that is given by the name of its variable is read when its turn comes: its five minutes begin then.

    Raises
    ------
    KeyMissing
        If a key may have been given in place of the name of its variable.

    """

    key: Key | str
    plan: Plan
    transport: AsyncTransport | None = None

    def __post_init__(self) -> None:
        """Refuse what must not be shown as a name."""
        if isinstance(self.key, str) and may_be_key(self.key):
            object.__setattr__(self, "key", "")  # a traceback that shows locals must not show it
            raise KeyMissing("give the name of the environment variable that holds the key, never the key itself")

    @property
    def name(self) -> str:
        """What people call the key."""
        return self.key if isinstance(self.key, str) else self.key.name

    @property
    def turn(self) -> Hashable:
        """What runs that take turns have in common."""
        return self.plan.provider.id, self.transport

    @property
    def hosts(self) -> set[str]:
        """The hosts that are asked."""
        return {self.plan.host(ask.host) for ask in self.plan.provider.asks}

    def read(self) -> Key:
        """Return the key.

        Raises
        ------
        KeyMissing
            If its variable is not set.
        KeyMalformed
            If what the variable holds is no key.

        """
        return Key.from_env(self.key) if isinstance(self.key, str) else self.key


async def probe_batch(
    asked: Sequence[Asked],
    *,
    progress: Progress = lambda _done, _total, _what: None,
    ended: Callable[[int, Run], None] = lambda _number, _run: None,
    at_once: int = AT_ONCE,
) -> tuple[Run, ...]:
    """Probe several keys, each as `probe_key` does.

    When the awaiting task is cancelled, every run is, and nothing is sent any more once that is told.

    Parameters
    ----------
    asked
        A run each; their keys may come from anywhere and several may be of one provider.
    progress
        Called with runs done, runs in all, and which key was asked what.
    ended
        Called with the place in `asked` and the run as soon as it is there, so that what is known is not lost when the
        rest is cancelled.
    at_once
        Runs at the most.

    Raises
    ------
    KeyMissing
        If a variable holds no key; nothing was sent then.
    KeyMalformed
        If one of the keys is none, or stands in a plan; nothing was sent then.
    DataExpired
        If everything was purged before the end.

    Returns
    -------
    tuple of Run
        In the order of `asked`, whatever the network or the providers do.

    """
    batch = Batch(asked, progress, ended, at_once)
    for mistake in batch.mistakes.values():
        raise mistake
    await batch.run()
    for mistake in batch.mistakes.values():
        raise mistake
    return tuple(batch.runs[number] for number in range(len(asked)))


class Batch:
    """A batch, before and while it goes on.

    Parameters
    ----------
    asked, progress, ended, at_once
        As for `probe_batch`.

    Raises
    ------
    KeyMalformed
        If one of the keys stands in a plan.

    """

    def __init__(
        self,
        asked: Sequence[Asked],
        progress: Progress,
        ended: Callable[[int, Run], None],
        at_once: int = AT_ONCE,
    ) -> None:
        """Look at every key for a moment; send nothing."""
        self.runs: dict[int, Run] = {}
        self.mistakes: dict[int, CallerError] = {}  # keys that could not be read
        self.faults: dict[int, Exception] = {}  # ours, not the network's: raised when the other runs have ended
        self.purged = False
        self._asked, self._progress, self._ended = asked, progress, ended
        self._slots = asyncio.Semaphore(max(1, at_once))
        self._politeness = Politeness()
        self._shared = Shared(self._politeness)
        self._tasks: list[asyncio.Task[None]] = []
        self._look_at_keys()
        self._total = len(asked) - len(self.mistakes)

    def _look_at_keys(self) -> None:
        """Note which keys cannot be read, and refuse the whole batch where one was given as part of any plan."""
        texts = {f"{one.plan.operator} {one.plan.base_url} {' '.join(one.plan.models)}" for one in self._asked}
        for number, one in enumerate(self._asked):
            try:
                key = one.read()
            except CallerError as mistake:
                self.mistakes[number] = mistake
                continue
            if any(key.stands_in(text) for text in texts):
                raise KeyMalformed(
                    "one of the keys was given as operator, base URL or model; give it by the name of its variable"
                )

    async def run(self) -> None:
        """Make every run whose key could be read.

        Raises
        ------
        DataExpired
            If everything was purged meanwhile.

        """
        turns: defaultdict[Hashable, deque[int]] = defaultdict(deque)
        for number, one in enumerate(self._asked):
            if number not in self.mistakes:
                turns[one.turn].append(number)
        lanes = [lane for lane in turns.values() for _ in range(min(len(lane), AT_ONCE_PER_PROVIDER))]
        self._tasks = [asyncio.ensure_future(self._take_turns(lane)) for lane in lanes]
        hold(self, "batch", Batch.purge, math.inf)
        # A cancelled gather waits for its children only where they return their exceptions.
        faults = await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self.purged:
            raise DataExpired("everything was purged while this batch went on; probe again")
        for fault in (*self.faults.values(), *(fault for fault in faults if fault)):
            raise fault

    def purge(self) -> None:
        """Send nothing more and drop what is on its way; called from whichever thread purges."""
        self.purged = True
        for task in self._tasks:
            if not task.done():
                task.get_loop().call_soon_threadsafe(task.cancel)

    async def _take_turns(self, numbers: deque[int]) -> None:
        while numbers:
            number = numbers.popleft()
            try:
                await self._turn_of(self._asked[number])
                try:
                    await self._probe(number)
                finally:
                    self._slots.release()
            except Purged:
                self.purge()
            except CallerError as mistake:
                self.mistakes[number] = mistake
            except Exception as fault:  # noqa: BLE001 - whatever it is, the others go on
                self.faults[number] = fault

    async def _turn_of(self, one: Asked) -> None:
        """Take a slot; who came first goes first, so providers take turns.

        A host that asked everybody to wait is waited for, unless that is long or not known.
        """
        await self._slots.acquire()
        while 0 < (wait_s := self._politeness.wait_s(one.hosts)) <= PATIENCE_S:
            self._slots.release()
            self._tell(f"{one.name}: waiting {wait_s:.0f} s, as its host asked")
            await asyncio.sleep(wait_s)
            await self._slots.acquire()

    async def _probe(self, number: int) -> None:
        one = self._asked[number]

        def told(_done: int, _total: int, what: str) -> None:
            self._tell(f"{one.name}: {what}")

        try:
            shared = self._in_common()
            run = await probe_key(one.read(), one.plan, transport=one.transport, progress=told, shared=shared)
        except asyncio.CancelledError as stopped:
            raise stopped.with_traceback(None) from None  # the frames below hold the key
        if self.purged:  # while its last answer was read
            run.forget()
            return
        self.runs[number] = run
        self._ended(number, run)
        self._tell(f"{one.name}: done")

    def _in_common(self) -> Shared:
        """Return what runs share; it is begun anew after half of its time, so that a late run is kept for the rest."""
        if now() > self._shared.until - lifetime_s() / 2:
            self._shared = Shared(self._politeness, self._shared.unmasked)
        hold(self._shared, "cache", Shared.forget, self._shared.until)
        return self._shared

    def _tell(self, what: str) -> None:
        self._progress(len(self.runs), self._total, what)
