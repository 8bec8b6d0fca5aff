"""The onboarding panel: choose a key or a persona, probe, read the verdict, ask "what if" without asking anybody again.

State and layout only: what an answer means is decided in `judge`, what it looks like in `report`.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import ipywidgets as ipw

from testkey_nb import sandbox
from testkey_nb.actions.write import check_writable, replace_file
from testkey_nb.errors import CallerError, OutputRefused, UnknownName
from testkey_nb.judge import Readiness, judge_run
from testkey_nb.keys import Key
from testkey_nb.launch import read_launch
from testkey_nb.probe import Plan, Run, plan, probe_key
from testkey_nb.report import render_report
from testkey_nb.retention import Receipt, hold
from testkey_nb.rows import Why

from .controls import JUDGING, Controls, drop_keys, drop_unset
from .countdown import GONE, Countdown, told
from .job import OLDER, Job, only, show_panel
from .layout import lay_out
from .results import Results
from .subject import NOBODY, persona_of

if TYPE_CHECKING:
    import asyncio

    import pandas as pd

    from testkey_nb.http import AsyncTransport

__all__ = ["NOBODY", "OnboardingPanel"]


class OnboardingPanel:
    """A panel that judges one key or persona at a time; as the last expression of a cell it is shown.

    Parameters
    ----------
    transport
        What carries the requests instead of the network or, for a persona, the sandbox.
    chosen
        How controls stand at first, by their names in `Controls`: ``persona="broke"``, ``key_name="HF_TOKEN"``.

    Raises
    ------
    UnknownName
        If there is no such control, or it has no such option.
    KeyMissing
        If ``key_name`` is not the name of a variable that is set.

    """

    def __init__(self, *, transport: "AsyncTransport | None" = None, **chosen: object) -> None:
        """Build the widgets; nothing is sent before `probe_now`."""
        self.controls = Controls.choosing(chosen)
        speech = self.controls.speech
        self.results = Results()
        self.run: Run | None = None
        self.readiness: Readiness | None = None
        self.probe_button = speech.of(ipw.Button(icon="search", button_style="primary"), description=Why("Probe"))
        self.export_button = speech.of(ipw.Button(icon="download"), description=Why("Export report"))
        self.countdown = Countdown(speech, self._purged)
        self._transport = transport
        self._job: Job[Readiness] = Job(speech, lambda: OLDER if self.run else "")
        self.bar, self.status, self._say = self._job.bar, self._job.status, self._job.say
        self.view = lay_out(self)
        self.probe_button.on_click(lambda _button: self.probe_now())
        self.export_button.on_click(lambda _button: self._export())
        drop_unset(self.controls.key_name, self._say)
        for name in JUDGING:
            getattr(self.controls, name).observe(lambda _change: self._judge_again(), names="value")
        drop_keys(self.controls, self._say)  # the last to look, so that what it says stays

    def _ipython_display_(self) -> None:
        show_panel(self.view, self._job)

    def probe_now(self) -> "asyncio.Task[Readiness | None]":
        """Start a run, or join the one that is going on.

        Returns
        -------
        asyncio.Task
            To be awaited for the verdict; None where the caller's mistake kept anything from being sent.

        """
        return self._job.start(self._probe)

    def frame(self, grain: str) -> "pd.DataFrame":
        """Return one of the ten frames of what was judged last.

        Raises
        ------
        UnknownName
            If there is no such frame, or nothing was probed yet.

        """
        if self.readiness is None:
            raise UnknownName("there is nothing to make a frame of yet; press Probe, or await panel.probe_now()")
        return self.readiness.frame(grain)

    def export_report(self, path: Path | None = None) -> Path:
        """Write the report of what was judged last to one HTML file.

        Parameters
        ----------
        path
            None for the path in the panel.

        Raises
        ------
        OutputRefused
            If nothing was probed yet, or the file cannot be written.

        """
        path = path or Path(self.controls.out.value.strip()).expanduser()
        if self.readiness is None:
            raise OutputRefused(Why("there is nothing to export yet; press Probe first"))
        if path.suffix.lower() not in {".html", ".htm"}:
            raise OutputRefused(Why("the report is an HTML file; give a name that ends in .html"))
        check_writable(path)
        replace_file(path, render_report(self.readiness, self.controls.lang.value))
        return path

    def forget(self) -> None:
        """Drop what was observed and show nothing of it any more; what was chosen stays."""
        self.run = self.readiness = None
        self.results.clear()
        self.countdown.stop()
        self.bar.value = 0
        self._say(GONE)

    def _purged(self, receipt: Receipt) -> None:
        self._say(told(receipt))

    async def _probe(self) -> Readiness | None:
        self._say(Why("Asking …"))
        try:
            read_launch(self.controls.folder())  # a mistake in it is found before anything is sent
            sent = self._show(await self._ask()).run.manifest
        except CallerError as mistake:
            self._say(mistake, alert=True)
            return None
        self._say(Why("Done: {n} requests{methods} at a cost of 0 USD.", n=sent.requests, methods=only(sent.methods)))
        return self.readiness

    async def _ask(self) -> Run:
        """Probe what is chosen; the key is known in here only."""
        choices, provider = self._plan(), self.controls.provider.value
        if not self.controls.in_sandbox:
            key, transport = Key.from_env(self.controls.key_name.value.strip()), self._transport
        else:
            key = Key("SANDBOX_KEY", persona_of(provider, self.controls.persona.value).key)
            transport = self._transport or sandbox.transport(provider, self.controls.persona.value)
        return await probe_key(key, choices, transport=transport, progress=self._progress)

    def _plan(self) -> Plan:
        own, chosen = not self.controls.in_sandbox, self.controls
        return plan(
            chosen.provider.value,
            models=chosen.wanted_models(),
            samples=chosen.samples.value,
            base_url=chosen.base_url.value.strip() if own else sandbox.ORIGIN,
            trust_endpoint=chosen.trust_endpoint.value if own else True,
            operator=chosen.operator.value if own else NOBODY,
        )

    def _progress(self, done: int, total: int, what: str) -> None:
        self._job.progress(done, total, Why("{n} of {all} answered: {what}", n=done, all=total, what=what))

    def _show(self, run: Run) -> Readiness:
        """Judge `run` by what the controls say now, and show it in place of what was shown."""
        readiness = judge_run(run, read_launch(self.controls.folder()), self.controls.policy())
        self.results.show(readiness, self.controls.lang.value)
        self.run, self.readiness = run, readiness
        hold(self, "panel", OnboardingPanel.forget, run.until)
        self.countdown.start(run.until)
        return readiness

    def _judge_again(self) -> None:
        if self.run is None or self.controls.speech.renewing:
            return
        try:
            self._show(self.run)
        except CallerError as mistake:
            self._say(mistake, alert=True)
        else:
            sent = self.run.manifest.requests
            self._say(Why("Judged again. Nothing was sent: still {n} requests.", n=sent))

    def _export(self) -> None:
        try:
            path = self.export_report()
            self._say(Why("The report is in {path}: yours to keep, share or delete.", path=path))
        except CallerError as mistake:
            self._say(mistake, alert=True)
