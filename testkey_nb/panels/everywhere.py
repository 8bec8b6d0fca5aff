"""One key from several places: rows that name them, what starts the runs, and how their answers compare."""

import html
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import ipywidgets as ipw

from testkey_nb import sandbox
from testkey_nb.errors import CallerError, UnknownName
from testkey_nb.judge import compare_vantages, vantage_rows
from testkey_nb.probe import Run, Vantage, probe_from
from testkey_nb.retention import hold
from testkey_nb.rows import Why

from .chosen import NO_KEY, Chosen, key_choice, make_button
from .controls import Controls, check_set, drop_unset
from .job import OLDER, Job, Work
from .layout import row
from .place_table import compared_places
from .subject import Subject, persona_of

if TYPE_CHECKING:
    import asyncio

    import pandas as pd

    from testkey_nb.http import AsyncTransport

PLACES = 8  # more would not fit beside one another
HERE = "here"
_SAME = Why("the key's own persona")
_URL = Why("the proxy's URL")
_HINT = Why(
    "A place is this machine, or where a proxy stands. Give the name of the variable that holds the proxy's URL, never "
    "the URL. Places take turns, so that no one's latency measures another."
)
_NOT_PLAYED = Why(
    "a persona answers made-up keys only; for a key of your own leave it out, or name the variable of a proxy"
)
_MADE_UP = Why("The sandbox needs no proxy: choose which persona answers at a place, and the chosen key is sent to it.")


class Place:
    """The row of one place; it holds no URL, only the name of the variable that does."""

    def __init__(self, job: Job[Any], remove: Callable[["Place"], None]) -> None:
        """Make an empty row."""
        wide = {"description_width": "auto"}
        speech = self._speech = job.speech
        self.name = ipw.Text(continuous_update=False, style=wide, layout={"width": "300px"})
        self.proxy = ipw.Combobox(continuous_update=False, style=wide, layout={"width": "330px"})
        self.persona = ipw.Dropdown(style=wide, layout={"width": "330px"})
        speech.of(self.name, description=Why("Name of the place"), placeholder=Why("its name"))
        speech.of(self.proxy, description=Why("Proxy's variable"), placeholder=Why("none: straight out"))
        speech.of(self.persona, description=Why("Answered by"))
        self.remove_button = make_button(job, Why("Remove"), "minus", lambda: remove(self))
        self.view = row([self.name, self.proxy, self.persona, self.remove_button], "tk-panel-act")
        drop_unset(self.proxy, job.say, _URL)
        self.name.observe(lambda change: self._check_name(change["new"], job), names="value")

    def _check_name(self, name: str, job: Job[Any]) -> None:
        """Keep no text that cannot be a name: it may be a URL that was pasted by mistake."""
        try:
            if name:
                Vantage(name.strip())
        except CallerError as mistake:
            self.name.value = ""
            job.say(mistake, alert=True)

    def follow(self, subject: Subject | None) -> None:
        """Show what can be chosen for a key: a proxy for one's own, who answers for a made-up one."""
        made_up = subject is not None and subject.made_up
        self.proxy.layout.display, self.persona.layout.display = ("none", None) if made_up else (None, "none")
        value = self.persona.value
        known = sandbox.PERSONAS.get(subject.provider, {}) if subject and made_up else {}
        self.persona.options = [(self._speech(_SAME), ""), *((name, name) for name in known)]
        self.persona.value = value if value in known else ""

    def vantage(self, *, made_up: bool) -> Vantage:
        """Return the place.

        Raises
        ------
        UnknownName
            If its name cannot be one.
        AddressRefused
            If the variable holds no proxy's URL.

        """
        name, variable = self.name.value.strip(), self.proxy.value.strip()
        return Vantage(name) if made_up or not variable else Vantage.from_env(name, variable)


class Everywhere:
    """Places in rows, and the answers from each side by side.

    Parameters
    ----------
    chosen
        One of these keys is asked about.
    controls
        Those of the panel: its operator and samples hold here, too.
    transport
        What carries the requests instead of the network or, for a persona, the sandbox.
    check_free
        Raises the caller's mistake where something goes on that the runs would disturb.

    """

    def __init__(
        self,
        chosen: Chosen,
        controls: Controls,
        *,
        transport: "AsyncTransport | None",
        check_free: Callable[[], None],
    ) -> None:
        """Name one place, this machine."""
        speech = self._speech = controls.speech
        self.key = key_choice(chosen, speech)
        self.places: tuple[Place, ...] = ()
        self.runs: tuple[Run, ...] = ()
        self.job: Job[tuple[Run, ...]] = Job(speech, lambda: OLDER if self.runs else "")
        make = partial(make_button, self.job)
        self.add_button = make(Why("Add a place"), "plus", self.add)
        self.probe_button = make(Why("Probe from every place"), "search", self.probe_now, style="primary")
        self.stop_button = make(Why("Stop"), "stop", self.stop)
        self.results, self._rows, self._hint = ipw.HTML(), ipw.VBox(), ipw.HTML()
        self._controls, self._transport, self._check_free, self._work = controls, transport, check_free, Work()
        self.view = self._lay_out()
        self.key.observe(lambda _change: self._follow(), names="value")
        speech.keep(self._follow)
        controls.lang.observe(lambda _change: self._draw(), names="value")
        self.add(HERE)

    def _lay_out(self) -> ipw.DOMWidget:
        act = row([self.probe_button, self.stop_button, self.job.bar, self.job.status], "tk-panel-act")
        key, add = row([self.key], "tk-panel-act"), row([self.add_button], "tk-panel-act")
        return ipw.VBox([key, self._hint, self._rows, add, act, self.results])

    def add(self, name: str = "", *, proxy: str = "", persona: str = "") -> None:
        """Add a place.

        Parameters
        ----------
        name
            What it is called.
        proxy
            Name of the variable that holds its proxy's URL; empty for going straight out.
        persona
            Who answers there in the sandbox; empty for the key's own persona.

        Raises
        ------
        UnknownName
            If there are too many, the chosen key's provider has no such persona, or that key is not made up.
        KeyMissing
            If no variable of that name is set.

        """
        if len(self.places) >= PLACES:
            raise UnknownName(Why("{n} places are compared at the most; remove one to add another", n=PLACES))
        if proxy:
            check_set(proxy, _URL)
        if persona:
            subject = self.key.value
            if subject is None or not subject.made_up:
                raise UnknownName(_NOT_PLAYED)
            persona_of(subject.provider, persona)
        place = Place(self.job, self.remove)
        self._place((*self.places, place))
        place.name.value, place.proxy.value, place.persona.value = name, proxy, persona

    def remove(self, place: Place) -> None:
        """Leave a place out; what is shown stays."""
        self._place(tuple(one for one in self.places if one is not place))

    def probe_now(self) -> "asyncio.Task[tuple[Run, ...] | None]":
        """Start the runs from every place, or join those that are going on.

        Returns
        -------
        asyncio.Task
            To be awaited for the runs, in the order of the places; those that were there already when it was stopped;
            None where the caller's mistake kept anything from being sent.

        """
        return self.job.start(self._probe)

    def stop(self) -> None:
        """End the runs; those that are there already are shown."""
        self._work.stop()

    def frame(self) -> "pd.DataFrame":
        """Return the comparison, a row for each place.

        Raises
        ------
        UnknownName
            If nothing was probed yet.

        """
        if not self.runs:
            raise UnknownName("there are no places to compare yet; press Probe from every place, or await probe_now()")
        return compare_vantages(self.runs)

    def forget(self) -> None:
        """Drop what was observed and show nothing of it any more; the places stay."""
        self.runs = ()
        self.results.value = ""
        self.job.bar.value = 0
        self.job.say(Why("What was observed from the places is gone. Probe again to see it."))

    def _place(self, places: tuple[Place, ...]) -> None:
        self.places = places
        self._rows.children = [place.view for place in places]
        self._follow()

    def _follow(self) -> None:
        subject = self.key.value
        said = _MADE_UP if subject is not None and subject.made_up else _HINT
        self._hint.value = f'<p class="tk-panel-hint">{html.escape(self._speech(said))}</p>'
        for place in self.places:
            place.follow(subject)

    async def _probe(self) -> tuple[Run, ...] | None:
        self.job.say(Why("Asking …"))
        ended: list[Run] = []
        try:
            self._check_free()
            places = len(self.places)
            stopped = await self._ask(ended)
        except CallerError as mistake:
            self.job.say(mistake, alert=True)
            return None
        finally:
            self._show(ended)
        self.job.say(
            Why(
                "{end}: {n} of {all} places, {requests} requests, at a cost of 0 USD. {older}",
                end=Why("Stopped") if stopped else Why("Done"), n=len(ended), all=places,
                requests=sum(run.manifest.requests for run in ended), older=OLDER if self.runs and not ended else "",
            )
        )  # fmt: skip
        return self.runs if ended else ()

    async def _ask(self, ended: list[Run]) -> bool:
        """Probe from every place and put each run into `ended`; return whether it was stopped.

        The key is known in here only.
        """
        subject: Subject | None = self.key.value
        if subject is None:
            raise UnknownName(NO_KEY)
        if not self.places:
            raise UnknownName(Why("there is no place to ask from; add one"))
        vantages = [place.vantage(made_up=subject.made_up) for place in self.places]
        asked = subject.asked(self._controls.operator.value, self._controls.samples.value, self._transport)
        ways = {one.name: self._way(subject, place) for one, place in zip(vantages, self.places, strict=True)}
        work = probe_from(
            asked.read(), asked.plan, vantages, progress=self.job.progress, ended=ended.append,
            transports={name: way for name, way in ways.items() if way is not None},
        )  # fmt: skip
        del asked
        return await self._work.done(work)

    def _way(self, subject: Subject, place: Place) -> "AsyncTransport | None":
        """Return what carries the requests of a place; None is the network."""
        if self._transport is not None or not subject.made_up:
            return self._transport
        return sandbox.transport(subject.provider, place.persona.value or subject.name)

    def _show(self, runs: Sequence[Run]) -> None:
        kept = tuple(run for run in runs if not run.gone)
        if kept:
            self.runs = kept
            self._draw()
            hold(self, "comparison", Everywhere.forget, min(run.until for run in kept))

    def _draw(self) -> None:
        if self.runs:
            self.results.value = compared_places(vantage_rows(self.runs), self._controls.lang.value)
