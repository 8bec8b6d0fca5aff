"""What panels of several keys have in common: a list of keys or personas, one batch for all, one judging for all.

State and layout only: what an answer means is decided in `judge`.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import ipywidgets as ipw
from IPython.display import HTML

from testkey_nb.errors import CallerError, UnknownName
from testkey_nb.judge import Readiness, judge_run, row_of
from testkey_nb.launch import read_launch
from testkey_nb.probe import Run, probe_batch
from testkey_nb.retention import Receipt, hold
from testkey_nb.rows import Why

from .chosen import NO_KEY, Chosen, make_button
from .controls import JUDGING, Controls, drop_keys, drop_unset
from .countdown import GONE, Countdown, told
from .job import OLDER, Job, Work, only, show_panel

if TYPE_CHECKING:
    import asyncio

    import pandas as pd

    from testkey_nb.http import AsyncTransport

_CONTROLS = ("source", "provider", "persona", "key_name", "operator", "samples", *JUDGING)
_NOTHING = "there is nothing to compare yet; press Probe, or await panel.probe_now()"


class Results(Protocol):
    """The lower half of such a panel."""

    view: ipw.DOMWidget

    def show(self, judged: tuple[Readiness, ...], lang: str) -> None:
        """Show several keys in place of what was shown before."""

    def clear(self) -> None:
        """Show nothing any more."""

    def compared(self) -> tuple[Readiness, ...]:
        """Return the keys that are shown, in their order."""


Shown = TypeVar("Shown", bound=Results)


class BatchPanel(ABC, Generic[Shown]):
    """A panel that judges several keys or personas at a time; as the last expression of a cell it is shown.

    Parameters
    ----------
    personas
        Names of the sandbox's personas to begin with, by provider.
    key_names
        Names of variables that hold keys to begin with, by provider.
    transport
        What carries the requests instead of the network or, for a persona, the sandbox.
    chosen
        How controls stand at first, by their names in `Controls`: ``operator="me"``, ``lang="id"``.

    Raises
    ------
    UnknownName
        If there is no such control, provider or persona, or there are too many keys.
    KeyMissing
        If a key's name is not that of a variable that is set.

    """

    def __init__(
        self,
        *,
        personas: Mapping[str, Iterable[str]] | None = None,
        key_names: Mapping[str, Iterable[str]] | None = None,
        transport: "AsyncTransport | None" = None,
        **chosen: object,
    ) -> None:
        """Build the widgets; nothing is sent, and no key is read, before `probe_now`."""
        for name in chosen:
            if name not in _CONTROLS:
                raise UnknownName.among("control", name, _CONTROLS)
        self.controls = Controls.choosing(chosen)
        self.runs: tuple[Run, ...] = ()
        self._judged: tuple[Readiness, ...] = ()
        self._probed = 0  # in the batch that is going on or was the last
        self._batch = Work()
        self._transport = transport
        speech = self.controls.speech
        self._job: Job[tuple[Readiness, ...]] = Job(speech, self._left)
        self.bar, self.status, self._say = self._job.bar, self._job.status, self._job.say
        self.chosen = Chosen(self.controls, self._job)
        self.probe_button = make_button(self._job, Why("Probe"), "search", self.probe_now, "primary")
        self.stop_button = make_button(self._job, Why("Stop"), "stop", self.stop)
        self.countdown = Countdown(speech, self._purged)
        self.results = self.make_results()
        self.view = self.lay_out()
        drop_unset(self.controls.key_name, self._say)
        for name in JUDGING:
            getattr(self.controls, name).observe(lambda _change: self._judge_again(), names="value")
        drop_keys(self.controls, self._say)  # the last to look, so that what it says stays
        for names, add in ((personas, self.chosen.add_persona), (key_names, self.chosen.add_key)):
            for provider, of_provider in (names or {}).items():
                for name in [of_provider] if isinstance(of_provider, str) else of_provider:
                    add(provider, name)

    @abstractmethod
    def make_results(self) -> Shown:
        """Return the lower half of the panel."""

    @abstractmethod
    def lay_out(self) -> ipw.DOMWidget:
        """Return the whole panel, all parts of which are there."""

    def _ipython_display_(self) -> None:
        show_panel(self.view, self._job)

    def probe_now(self) -> "asyncio.Task[tuple[Readiness, ...] | None]":
        """Start a batch, or join the one that is going on.

        Returns
        -------
        asyncio.Task
            To be awaited for the verdicts, in the order the keys were added; those that were there already when it was
            stopped; None where the caller's mistake kept anything from being sent.

        """
        return self._job.start(self._probe)

    def stop(self) -> None:
        """End the batch that is going on; what was answered until then is shown."""
        self._batch.stop()

    def compared(self) -> tuple[Readiness, ...]:
        """Return the verdicts that the filters let through, in the order that is chosen.

        Raises
        ------
        UnknownName
            If nothing was probed yet.

        """
        if not self._judged:
            raise UnknownName(_NOTHING)
        return self.results.compared()

    def frame(self, grain: str) -> "pd.DataFrame":
        """Return one of the ten long frames, or a view of them, of the keys that are shown.

        Raises
        ------
        UnknownName
            If there is no such frame, or nothing was probed yet.

        """
        return self.framed(grain, ((one, row) for one in self.compared() for row in one.rows(grain)))

    def framed(self, grain: str, found: "Iterable[tuple[Readiness, object]]") -> "pd.DataFrame":
        """Return rows of a frame or view, each with its key, as that frame; it is emptied with what was observed.

        Raises
        ------
        UnknownName
            If there is no such frame.

        """
        from testkey_nb.frames import frame  # noqa: PLC0415 - pandas is loaded when a frame is asked for

        until = min((run.until for run in self.runs), default=None)
        return frame(row_of(grain), [(one.run.stamp, [row]) for one, row in found], until)

    def models_of(self, _provider: str) -> tuple[str, ...]:
        """Return the models to cover of a provider; none means its own."""
        return ()

    def check_free(self) -> None:
        """Make sure that nothing of the panel goes on that a batch would disturb.

        Raises
        ------
        CallerError
            If something does.

        """

    def kept(self, drawn: str, until: float | None = None) -> HTML:
        """Return a picture to show in a cell; it goes with its data, at `until` where that is not the batch's."""
        shown = HTML(f'<div style="max-width: 1080px; background: #fff">{drawn}</div>')  # type: ignore[no-untyped-call]  # IPython's own
        hold(shown, "picture", _forget_picture, until or min(run.until for run in self.runs))
        return shown

    def forget(self) -> None:
        """Drop what was observed and show nothing of it any more; what was chosen stays."""
        self.runs = self._judged = ()
        self.results.clear()
        self.countdown.stop()
        self.bar.value = 0
        self._say(GONE)

    def _purged(self, receipt: Receipt) -> None:
        self._say(told(receipt))

    async def _probe(self) -> tuple[Readiness, ...] | None:
        self._say(Why("Asking …"))
        ended: dict[int, Run] = {}
        self._probed = 0
        try:
            self.check_free()
            read_launch(self.controls.folder())  # a mistake in it is found before anything is sent
            asked = len(self.chosen.subjects)
            stopped = await self._ask(ended)
        except CallerError as mistake:
            self._say(mistake, alert=True)
            return None
        finally:
            self._probed = len(ended)
            if ended:
                self._show(run for _, run in sorted(ended.items()))
        self._say(self._sent(ended.values(), asked, stopped=stopped), alert=stopped)
        return self._judged if ended else ()

    def _sent(self, ended: Collection[Run], asked: int, *, stopped: bool) -> Why:
        return Why(
            "{end}: {n} of {all} keys were probed with {requests} requests{methods} at a cost of 0 USD. {older}",
            end=Why("Stopped") if stopped else Why("Done"),
            n=len(ended),
            all=asked,  # the list may have changed meanwhile
            requests=sum(run.manifest.requests for run in ended),
            methods=only({name for run in ended for name in run.manifest.methods}),
            older=OLDER if self.runs and not ended else "",
        )

    async def _ask(self, ended: dict[int, Run]) -> bool:
        """Probe what is chosen and put each run into `ended`; return whether it was stopped.

        The keys are known in here only.
        """
        if not self.chosen.subjects:
            raise UnknownName(NO_KEY)
        operator, samples = self.controls.operator.value, self.controls.samples.value
        asked = [
            one.asked(operator, samples, self._transport, self.models_of(one.provider)) for one in self.chosen.subjects
        ]
        work = probe_batch(asked, progress=self._progress, ended=ended.__setitem__)
        del asked
        return await self._batch.done(work)

    def _progress(self, done: int, total: int, what: str) -> None:
        self._job.progress(done, total, Why("{n} of {all} keys probed: {what}", n=done, all=total, what=what))

    def _left(self) -> str:
        if not self._probed:
            return OLDER if self.runs else ""
        return Why("{n} keys were probed before that and are shown below.", n=self._probed)

    def _show(self, runs: Iterable[Run]) -> None:
        """Judge `runs` by what the controls say now, and show them in place of what was shown."""
        launch, policy = read_launch(self.controls.folder()), self.controls.policy()
        kept = tuple(run for run in runs if not run.gone)
        judged = tuple(judge_run(run, launch, policy) for run in kept)
        self.results.show(judged, self.controls.lang.value)
        self.runs, self._judged = kept, judged
        until = min((run.until for run in kept), default=0.0)
        hold(self, "panel", BatchPanel.forget, until)  # the first that is due takes the others along
        self.countdown.start(until)

    def _judge_again(self) -> None:
        if not self.runs or self.controls.speech.renewing:
            return
        try:
            self._show(self.runs)
        except CallerError as mistake:
            self._say(mistake, alert=True)
        else:
            asked = sum(run.manifest.requests for run in self.runs)
            self._say(Why("Judged again. Nothing was sent: still {n} requests.", n=asked))


def _forget_picture(shown: HTML) -> None:
    shown.data = ""
