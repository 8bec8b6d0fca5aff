"""Several keys side by side: one run each, none of which ends the others.

Keys that go to the same provider take turns.  So a host sees at most one run's requests at a time, its negative control
is sent once and not by every run at once, and no run's latency measures the others.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

from testkey_nb.errors import KeyMalformed
from testkey_nb.http import AsyncTransport
from testkey_nb.keys import Key

from .planning import Plan
from .probing import Progress, probe_key
from .run import Run

AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """One run of a batch: whose key, what to ask about it, and what carries the requests; None is the network."""

    key: Key
    plan: Plan
    transport: AsyncTransport | None = None

    @property
    def turn(self) -> Hashable:
        """What runs that must wait for each other have in common."""
        return self.plan.provider.id, None if self.transport is None else id(self.transport)


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
    KeyMalformed
        If one of the keys stands in a plan; nothing was sent then.

    Returns
    -------
    tuple of Run
        In the order of `asked`, whatever the network or the providers do.

    """
    _keys_apart(asked)
    batch = _Batch(asked, progress, ended, asyncio.Semaphore(max(1, at_once)))
    turns: defaultdict[Hashable, list[int]] = defaultdict(list)
    for number, one in enumerate(asked):
        turns[one.turn].append(number)
    # A cancelled gather waits for its children only where they return their exceptions.
    lanes = await asyncio.gather(*(batch.take_turns(numbers) for numbers in turns.values()), return_exceptions=True)
    for fault in (*batch.faults, *(lane for lane in lanes if lane)):
        raise fault
    return tuple(batch.runs[number] for number in range(len(asked)))


def _keys_apart(asked: Sequence[Asked]) -> None:
    """Refuse the whole batch where any key was given as part of any plan, before anything is sent."""
    for text in {f"{one.plan.operator} {one.plan.base_url} {' '.join(one.plan.models)}" for one in asked}:
        if any(one.key.stands_in(text) for one in asked):
            raise KeyMalformed(
                "one of the keys was given as operator, base URL or model; give it by the name of its variable"
            )


@dataclass(slots=True)
class _Batch:
    """A batch while it goes on."""

    asked: Sequence[Asked]
    progress: Progress
    ended: Callable[[int, Run], None]
    slots: asyncio.Semaphore
    runs: dict[int, Run] = field(default_factory=dict)
    faults: list[Exception] = field(default_factory=list)

    async def take_turns(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            async with self.slots:
                try:
                    await self._probe(number)
                except Exception as fault:  # noqa: BLE001 - ours, not the network's: raised when the others are done
                    self.faults.append(fault)

    async def _probe(self, number: int) -> None:
        one = self.asked[number]

        def told(_done: int, _total: int, what: str) -> None:
            self.progress(len(self.runs), len(self.asked), f"{one.key.name}: {what}")

        run = await probe_key(one.key, one.plan, transport=one.transport, progress=told)
        self.runs[number] = run
        self.ended(number, run)
        self.progress(len(self.runs), len(self.asked), f"{one.key.name}: done")
