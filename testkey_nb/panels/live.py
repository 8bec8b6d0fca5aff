"""A live chart: the cheap questions of one key asked again and again, each answer drawn as it comes."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import ipywidgets as ipw

from testkey_nb.errors import CallerError, UnknownName
from testkey_nb.expiry import lifetime_s, now
from testkey_nb.live_chart import alt_live, draw_live
from testkey_nb.locale import translate
from testkey_nb.probe import Watch
from testkey_nb.probe.watch import EVERY_S, LEAST_EVERY_S, MOST_REQUESTS, REQUESTS
from testkey_nb.retention import hold
from testkey_nb.rows import AnswerRow, Why
from testkey_nb.svg import svg

from .chosen import Chosen, key_choice, make_button
from .controls import Controls
from .job import OLDER, Job
from .layout import row
from .results import STAND_IN as ALL_MADE_UP
from .row_columns import milliseconds, told
from .tables import made_up_line, plain

if TYPE_CHECKING:
    from testkey_nb.http import AsyncTransport

EACH_S = 1.0  # from one drawing to the next, at the least
_IDLE = 9  # times what a drawing took: it is never more than a tenth of the kernel's time
_DRAWN = 0.9  # of the retention; what is older is not drawn any more, so that the picture need not vanish at once
_HINT = Why("What is drawn goes five minutes after it was answered. A watch ends by itself, and says why.")
_CAPTION = Why("Within five minutes")
_HEADS = (
    Why("Ask"), Why("Samples"), Why("Failed"), Why("Median, ms"), Why("95th percentile, ms"), Why("Jitter, ms"),
    Why("What so many say"),
)  # fmt: skip


class Live:
    """A chart over a watch, with what starts and stops it.

    It is drawn only while it is looked at, and when a round of answers has come: until the next round begins nothing is
    on its way, so that no drawing makes an answer look slow.

    Parameters
    ----------
    chosen
        One of these keys is watched.
    controls
        Those of the panel.
    transport
        What carries the requests instead of the network or, for a persona, the sandbox.
    check_free
        Raises the caller's mistake where something goes on that a watch would disturb.
    clock
        Seconds, for the pace of drawings.

    """

    def __init__(
        self,
        chosen: Chosen,
        controls: Controls,
        *,
        transport: "AsyncTransport | None",
        check_free: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Watch nothing yet."""
        speech = controls.speech
        self.key = key_choice(chosen, speech)
        wide = {"description_width": "auto"}
        self.every_s = ipw.BoundedFloatText(
            value=EVERY_S, min=LEAST_EVERY_S, max=60.0, step=0.5, style=wide, layout={"width": "150px"}
        )
        self.requests = ipw.BoundedIntText(
            value=REQUESTS, min=1, max=MOST_REQUESTS, style=wide, layout={"width": "230px"}
        )
        speech.of(self.every_s, description=Why("Every, s"))
        speech.of(self.requests, description=Why("Requests at the most"))
        self.job: Job[Watch] = Job(speech, lambda: OLDER if self._rows() else "")
        self.start_button = make_button(self.job, Why("Start"), "play", self.start, "primary")
        self.stop_button = make_button(self.job, Why("Stop watching"), "stop", self.stop)
        self.banner, self.chart, self.steady = ipw.HTML(), ipw.HTML(), ipw.HTML()
        self.watch: Watch | None = None
        self._controls, self._transport, self._check_free, self._clock = controls, transport, check_free, clock
        self.view = self._lay_out()
        self._due, self._looked_at = 0.0, False
        self._loop: asyncio.AbstractEventLoop | None = None
        speech.keep(self._draw_again)

    def _lay_out(self) -> ipw.DOMWidget:
        choose = row([self.key, self.every_s, self.requests], "tk-panel-act")
        act = row([self.start_button, self.stop_button, self.job.bar, self.job.status], "tk-panel-act")
        hint = self._controls.speech.line(_HINT)
        return ipw.VBox([choose, act, hint, self.banner, self.chart, self.steady])

    def start(self) -> "asyncio.Task[Watch | None]":
        """Start a watch of the chosen key, or join the one that is going on.

        Returns
        -------
        asyncio.Task
            To be awaited for the watch when it has ended; None where the caller's mistake kept anything from being
            sent.

        """
        return self.job.start(self._go)

    def stop(self) -> None:
        """End the watch that is going on; what was answered until then stays as long as it may."""
        if self.watch is not None:
            self.watch.stop()

    def look(self, *, on: bool) -> None:
        """Be told whether anybody looks, and draw for them what came before."""
        self._looked_at = on
        if self.watch is not None:
            self._draw()

    def picture(self) -> str:
        """Return the chart of what is known now."""
        return self._svg(self._rows(), "cell")

    async def _go(self) -> Watch | None:
        try:
            self._check_free()
            watch = self._made()
        except CallerError as mistake:
            self.job.say(mistake, alert=True)
            return None
        self.watch, self._due, self._loop = watch, 0.0, asyncio.get_running_loop()
        self._draw()
        self.job.say(Why("Finding out who answers …"))
        try:
            async with aclosing(watch.rows()) as rows:
                async for _row in rows:
                    if self._clock() >= self._due:
                        self._tell(watch)
        finally:
            self._draw()
        self.job.progress(watch.requests, watch.requests, self._ended(watch))
        return watch

    def _made(self) -> Watch:
        """Return a watch of the chosen key; the key is known in here and to the watch."""
        if self.key.value is None:
            raise UnknownName(Why("there is nothing to watch; add a persona, or a key by the name of its variable"))
        asked = self.key.value.asked(self._controls.operator.value, 0, self._transport)
        return Watch(
            asked.read(),
            asked.plan,
            every_s=self.every_s.value,
            requests=self.requests.value,
            transport=asked.transport,
        )

    def _tell(self, watch: Watch) -> None:
        """Draw what is known, and say how far it is."""
        begun = self._clock()
        self._draw()
        sent = watch.sent
        far = Why("{n} of {most} requests sent, one round every {seconds} s", n=sent, most=watch.requests,
                  seconds=f"{watch.every_s:g}")  # fmt: skip
        self.job.progress(sent, watch.requests, far)
        ended = self._clock()
        self._due = begun + max(EACH_S, (1 + _IDLE) * (ended - begun))

    def _ended(self, watch: Watch) -> Why:
        return Why("Ended: {why}. {n} requests, reading only, at a cost of 0 USD.", why=watch.ended, n=watch.sent)

    def _rows(self) -> tuple[AnswerRow, ...]:
        """Return the answers that are young enough to be drawn."""
        oldest = datetime.now(UTC) - timedelta(seconds=_DRAWN * lifetime_s())
        return tuple(row for row in (self.watch.window if self.watch else ()) if row.asked_at and row.asked_at > oldest)

    def _draw(self) -> None:
        """Show what is known now to whoever looks, and hold it until the oldest of it must be gone."""
        if not self._looked_at:
            return
        rows = self._rows()
        self.banner.value = self._banner() if rows else ""
        self.chart.value = f'<div class="tk-report"><div class="tk-scroll">{self._svg(rows, "panel")}</div></div>'
        self.steady.value = self._table() if rows else ""
        if rows:
            age = datetime.now(UTC) - min(row.asked_at for row in rows if row.asked_at)
            hold(self, "chart", Live._fade, now() + lifetime_s() - age.total_seconds())

    def _draw_again(self) -> None:
        """Show nothing of what was drawn before, and what is known to whoever looks."""
        self.banner.value = self.chart.value = self.steady.value = ""
        self._draw()

    def _fade(self) -> None:
        """Show nothing any more, from whatever thread, and then what is left."""
        self.banner.value = self.chart.value = self.steady.value = ""
        if self._loop is not None and not self._loop.is_closed() and self._loop.is_running():
            self._loop.call_soon_threadsafe(self._draw)

    @property
    def _made_up(self) -> bool:
        return self.watch is not None and self.watch.sandbox

    def _svg(self, rows: Sequence[AnswerRow], place: str) -> str:
        lang = self._controls.lang.value
        drawn, said = draw_live(rows, lang, made_up=self._made_up), alt_live(rows, lang, made_up=self._made_up)
        return svg(drawn, said, f"tk-{place}-live")

    def _banner(self) -> str:
        if not self._made_up:
            return ""
        return f'<div class="tk-report">{made_up_line(self._controls.speech(ALL_MADE_UP))}</div>'

    def _table(self) -> str:
        """Say in words what the chart shows."""
        lang = self._controls.lang.value
        lines = "".join(
            f'<tr><th scope="row">{plain(one.ask)}</th><td>{one.n}</td><td>{one.failed}</td>'
            f"<td>{milliseconds(one.p50_s)}</td><td>{milliseconds(one.p95_s)}</td><td>{milliseconds(one.jitter_s)}</td>"
            f"<td>{told(one.why, lang)}</td></tr>"
            for one in (self.watch.stability if self.watch else ())
        )
        heads = "".join(f'<th scope="col">{plain(translate(head, lang))}</th>' for head in _HEADS)
        return (
            f'<div class="tk-report"><table class="tk-table"><caption>{plain(translate(_CAPTION, lang))}</caption>'
            f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>"
        )
