"""The signals panel: limits and headroom, stability, a live chart, region and route, and one key from several places.

State and layout only: what an answer means is decided in `judge`, what it looks like in the report's pictures.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import ipywidgets as ipw
from IPython.display import HTML
from traitlets import Bunch

from testkey_nb.errors import CallerError, UnknownName
from testkey_nb.rows import Why

from .batch import BatchPanel
from .batch_layout import lay_out
from .everywhere import Everywhere
from .job import Job
from .live import Live
from .signals_results import LIVE, PICTURES, SignalsResults, picture

if TYPE_CHECKING:
    import asyncio

    import pandas as pd

    from testkey_nb.probe import Run, Watch

_NONE: Mapping[str, str] = MappingProxyType({})
_PARTS = {"limits": "limit", "headroom": "room"}  # of a line; every other frame has its row
_GRAINS = {"region": "passport"}
TABLES = ("limits", "headroom", "stability", "latency", "published", "region", "places", "watched", "vantages")
WATCHED = "watched"


class SignalsPanel(BatchPanel[SignalsResults]):
    """A panel of the signals to read first on a global route.

    Parameters
    ----------
    proxies
        Names of variables that hold a proxy's URL, by the name of the place where it stands.
    played
        Names of personas that answer a made-up key in the sandbox, by the name of a place.
    every_s, requests
        The pace of the live chart and its most requests, as they stand at first.
    chosen
        As `BatchPanel` takes them.

    Raises
    ------
    UnknownName
        If there is no such control, provider or persona, or there are too many keys or places.
    KeyMissing
        If a name is not that of a variable that is set.

    """

    def __init__(
        self,
        *,
        proxies: Mapping[str, str] = _NONE,
        played: Mapping[str, str] = _NONE,
        every_s: float | None = None,
        requests: int | None = None,
        **chosen: Any,  # noqa: ANN401 - as BatchPanel takes them
    ) -> None:
        """Build the widgets; nothing is sent, and no key is read, before something is started."""
        super().__init__(**chosen)
        for name, variable in proxies.items():
            self.everywhere.add(name, proxy=variable)
        for name, persona in played.items():
            self.everywhere.add(name, persona=persona)
        self.live.every_s.value = every_s or self.live.every_s.value
        self.live.requests.value = requests or self.live.requests.value
        self.results.tab.observe(lambda _change: self.live.look(on=self.results.page == LIVE), names="selected_index")
        self.view.observe(self._follow_view, names="comm")

    def make_results(self) -> SignalsResults:
        """Return what is shown of the keys, and the two tabs that ask for themselves."""
        free, way = self._free_for, self._transport
        self.live = Live(self.chosen, self.controls, transport=way, check_free=lambda: free(self.live.job))
        self.everywhere = Everywhere(
            self.chosen, self.controls, transport=way, check_free=lambda: free(self.everywhere.job)
        )
        return SignalsResults(self.controls, live=self.live.view, everywhere=self.everywhere.view)

    def lay_out(self) -> ipw.DOMWidget:
        """Return the whole panel."""
        return lay_out(self)

    def check_free(self) -> None:
        """Make sure that neither a watch nor a comparison of places goes on.

        Raises
        ------
        CallerError
            If one does.

        """
        self._free_for(self._job)

    def _free_for(self, mine: Job[Any]) -> None:
        jobs: Mapping[str, Job[Any]] = {
            Why("a probe"): self._job, Why("a watch"): self.live.job,
            Why("a comparison of places"): self.everywhere.job,
        }  # fmt: skip
        for what, job in jobs.items():
            if job is not mine and job.going_on:
                msg = Why(
                    "{what} goes on; stop it or await its end, so that neither makes the other look slow", what=what
                )
                raise CallerError(msg)

    def watch_now(self) -> "asyncio.Task[Watch | None]":
        """Start the live chart, or join the watch that is going on.

        Returns
        -------
        asyncio.Task
            To be awaited for the watch when it has ended; None where the caller's mistake kept anything from being
            sent.

        """
        return self.live.start()

    def compare_now(self) -> "asyncio.Task[tuple[Run, ...] | None]":
        """Probe the chosen key from every place, or join what is going on.

        Returns
        -------
        asyncio.Task
            To be awaited for the runs, in the order of the places; None where the caller's mistake kept anything from
            being sent.

        """
        return self.everywhere.probe_now()

    def table(self, what: str) -> "pd.DataFrame":
        """Return what a table shows, in its order, as the frame of that name.

        ``limits``, ``headroom``, ``stability``, ``latency``, ``published``, ``region`` (of the passport) or ``places``,
        with the columns that `frame` gives them; ``watched`` for the answers of the live chart; ``vantages`` for the
        comparison of places.

        Raises
        ------
        UnknownName
            If there is no such table, or what it shows was not asked for yet.

        """
        if what not in TABLES:
            raise UnknownName.among("table", what, TABLES)
        if what == WATCHED:
            return self._watched().frame("answers")
        if what == "vantages":
            return self.everywhere.frame()
        self.compared()
        lines = self.results.lines("limits" if what in _PARTS else what)
        part = _PARTS.get(what, "row")
        return self.framed(_GRAINS.get(what, what), ((line.one, getattr(line, part)) for line in lines))

    def picture(self, what: str) -> HTML:
        """Return a picture: ``limits``, ``stability``, ``latency`` or ``watched``; it goes with its data.

        Raises
        ------
        UnknownName
            If there is no such picture, or what it shows was not asked for yet.

        """
        if what not in {*PICTURES, WATCHED}:
            raise UnknownName.among("picture", what, (*PICTURES, WATCHED))
        if what == WATCHED:
            return self.kept(self.live.picture(), self._watched().until)
        self.compared()
        return self.kept(picture(what, self.results.lines(what), self.controls.lang.value, "cell"))

    def close(self) -> None:
        """Stop whatever goes on, and take the panel away."""
        self.view.close()

    def _watched(self) -> "Watch":
        if self.live.watch is None:
            raise UnknownName("nothing was watched yet; press Start, or await panel.watch_now()")
        return self.live.watch

    def _follow_view(self, change: Bunch) -> None:
        """Stop whatever goes on when the panel is taken away, by whomever."""
        if change["new"] is None:
            self.stop()
            self.live.stop()
            self.everywhere.stop()
