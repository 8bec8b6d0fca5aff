"""A fleet: many runs while they are made and afterwards, and why the others could not be made."""

import asyncio
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from testkey_nb.errors import DataExpired, UnknownName
from testkey_nb.expiry import lifetime_s, now
from testkey_nb.judge import Policy, Readiness, judge_run, row_of
from testkey_nb.launch import Launch
from testkey_nb.probe import AT_ONCE, Asked, Batch, Run
from testkey_nb.rows import Stamp, Why

from .pace import Pace
from .reading import clash, clashes

if TYPE_CHECKING:
    import pandas as pd

CREDENTIALS = "credentials"  # the frame that a fleet has beside those of its runs
_FACTS = ("evidence", "answers", "metrics", "models", "limits")  # no verdict changes them


@dataclass(frozen=True, slots=True)
class CredentialRow:
    """Fleet × credential: whether there is a run of it, and why not; `run_id` is empty where none was made."""

    credential: str  # name of its variable
    region: str
    base_url: str  # that stands in for the provider's hosts, empty where none does
    made: bool  # a run of it was made
    gone: bool  # its run was made and is gone: its five minutes are over, or it was purged
    requests: int | None  # that its run sent, missing where there is none
    shared: int | None  # answers without a key that its run took from another run of the fleet
    why: Why  # why there is no run to look at; empty where there is one


def probe_many(
    asked: Iterable[Asked],
    *,
    progress: Callable[[Pace], None] = lambda _pace: None,
    ended: Callable[[Run], None] = lambda _run: None,
    at_once: int = AT_ONCE,
    clock: Callable[[], float] = time.monotonic,
) -> "Fleet":
    """Begin to probe many credentials, each as `probe_key` does; await what is returned for the end.

    A key is read from its variable when its turn comes.  All runs together have four requests in flight per host at
    the most, providers get their turns in rotation, and what needs no key is asked once per endpoint and shared.

    Each run is gone five minutes after it began, or after the first answer that it shares was seen.  A fleet that takes
    longer loses its first runs before its last have ended: export what must stay as each ends.

    Parameters
    ----------
    asked
        What `read_fleet` returned, or an `Asked` per credential, with its key by the name of its variable.
    progress
        Called with the pace at every request that was answered.
    ended
        Called with each run as soon as it is there.
    at_once
        Runs at the most.
    clock
        Seconds, for the pace.

    Raises
    ------
    UnknownName
        If a variable is named twice for one endpoint, or for two providers; nothing is sent then.
    KeyMalformed
        If one of the keys stands in a plan; nothing is sent then.

    """
    return Fleet(tuple(asked), progress, ended, at_once, clock)


class Fleet:
    """What `probe_many` returns: runs as they are made, and when it was awaited, all of them."""

    def __init__(
        self,
        asked: tuple[Asked, ...],
        progress: Callable[[Pace], None],
        ended: Callable[[Run], None],
        at_once: int,
        clock: Callable[[], float],
    ) -> None:
        """Check what is asked and begin."""
        for first, second in clashes(asked):
            raise UnknownName(clash(asked[first], asked[second]))
        self.begun = datetime.now(UTC)
        self.purged = False
        self._asked = asked
        started = clock()

        def told(done: int, total: int, what: str) -> None:
            progress(Pace(done, total, clock() - started, what))

        batch = Batch(asked, told, lambda _number, run: ended(run), at_once)
        self._runs, self._mistakes, self._faults = batch.runs, batch.mistakes, batch.faults
        self._task = asyncio.get_running_loop().create_task(self._go(batch))

    async def _go(self, batch: Batch) -> None:
        try:
            await batch.run()
        except DataExpired:
            self.purged = True

    def __await__(self) -> Generator[Any, None, "Fleet"]:
        """Wait until every run has ended, or `stop` was called; whoever waits and is cancelled stops the fleet."""
        return self._wait().__await__()

    async def _wait(self) -> "Fleet":
        try:
            await self._task
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise
        return self

    def stop(self) -> None:
        """Send nothing more; the runs that have ended stay."""
        self._task.cancel()

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs that have ended and are not gone, in the order they were asked for."""
        return tuple(run for _, run in sorted(self._runs.items()) if not run.gone)

    @property
    def credentials(self) -> tuple[CredentialRow, ...]:
        """Every credential, in the order they were asked for."""
        return tuple(self._row(number) for number in range(len(self._asked)))

    @property
    def not_made(self) -> tuple[CredentialRow, ...]:
        """The credentials without a run."""
        return tuple(row for row in self.credentials if not row.made)

    def judged(self, launch: Launch | None = None, policy: Policy | None = None) -> Iterator[Readiness]:
        """Judge the runs one by one, so that many verdicts need no more memory than one.

        Parameters
        ----------
        launch, policy
            As for `judge_run`.

        """
        for run in self.runs:
            if not run.gone:  # by now
                yield judge_run(run, launch, policy)

    def frame(self, name: str, launch: Launch | None = None, policy: Policy | None = None) -> "pd.DataFrame":
        """Return ``credentials``, or one of the ten frames or a view over all runs; it goes with the first of them.

        Parameters
        ----------
        name
            Of the frame.
        launch, policy
            As for `judge_run`.

        Raises
        ------
        UnknownName
            If there is no such frame.

        """
        from testkey_nb.frames import frame  # noqa: PLC0415 - pandas is loaded when a frame is asked for

        runs = self.runs
        until = min((run.until for run in runs), default=now() + lifetime_s())
        if name == CREDENTIALS:
            pairs = [(self._stamp(number), [row]) for number, row in enumerate(self.credentials)]
            return frame(CredentialRow, pairs, until)
        row = row_of(name)
        if name in _FACTS:
            return frame(row, [(run.stamp, run.rows(name)) for run in runs], until)
        return frame(row, [(one.run.stamp, one.rows(name)) for one in self.judged(launch, policy)], until)

    def _stamp(self, number: int) -> Stamp:
        one = self._asked[number]
        if number in self._runs:
            return self._runs[number].stamp
        return Stamp("", one.plan.provider.id, one.name, self.begun)

    def _row(self, number: int) -> CredentialRow:
        one, run = self._asked[number], self._runs.get(number)
        return CredentialRow(
            credential=one.name,
            region=one.plan.region,
            base_url=one.plan.base_url,
            made=run is not None,
            gone=run is not None and run.gone,
            requests=run.manifest.requests if run else None,
            shared=run.manifest.shared if run else None,
            why=self._why(number, run),
        )

    def _why(self, number: int, run: Run | None) -> Why:
        if run is not None:
            return Why("its data is gone; probe again") if run.gone else Why("")
        if number in self._mistakes:
            return Why("{mistake}", mistake=self._mistakes[number])
        if number in self._faults:
            return Why("a fault in testkey_nb: {kind}", kind=type(self._faults[number]).__name__)
        if self.purged:
            return Why("everything was purged before its run ended")
        return (
            Why("the fleet was stopped before its run ended") if self._task.done() else Why("its run goes on or waits")
        )
