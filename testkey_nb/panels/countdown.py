"""How long what was observed stays, told every second, and a button that ends it now."""

import asyncio
import html
from collections.abc import Callable

import ipywidgets as ipw

from testkey_nb.expiry import now
from testkey_nb.retention import Receipt, purge
from testkey_nb.rows import Why

from .speech import Speech, listed

_EACH_S = 1.0
GONE = Why("What was observed is gone. Probe again to see it.")
_NOTHING = Why("Nothing is held.")


class Countdown:
    """A line that counts down to the end of a run's data, and a button to purge everything at once.

    Parameters
    ----------
    speech
        Says it in the language that is chosen.
    purged
        Called with the receipt after the button was pressed.

    """

    def __init__(self, speech: Speech, purged: Callable[[Receipt], None]) -> None:
        """Show that nothing is held yet."""
        self.line = ipw.HTML()
        self.button = speech.of(ipw.Button(icon="trash"), description=Why("Purge now"))
        self.view = ipw.Box([self.line, self.button])
        self.view.add_class("tk-panel-act")
        self._task: asyncio.Task[None] | None = None
        self._speech, self._said = speech, _NOTHING
        self.button.on_click(lambda _button: purged(purge()))
        self.stop()
        speech.keep(self._put)

    def start(self, until: float) -> None:
        """Count down to `until`, on the clock of `expiry.now`; each second where an event loop runs."""
        self.stop()
        self._tell(until)
        try:
            self._task = asyncio.get_running_loop().create_task(self._count(until))
        except RuntimeError:
            return  # a script without a loop: what is shown then is the time at which it was shown

    def stop(self) -> None:
        """Show that nothing is held."""
        task, self._task = self._task, None
        if task is not None and not task.done() and not task.get_loop().is_closed():
            task.get_loop().call_soon_threadsafe(task.cancel)  # forgetting comes from a thread
        self._say(_NOTHING)

    async def _count(self, until: float) -> None:
        while now() < until:
            self._tell(until)
            await asyncio.sleep(_EACH_S)

    def _tell(self, until: float) -> None:
        minutes, seconds = divmod(round(max(0.0, until - now())), 60)
        self._say(Why("What was observed is deleted in {time}.", time=f"{minutes}:{seconds:02d}"))

    def _say(self, text: Why) -> None:
        self._said = text
        self._put()

    def _put(self) -> None:
        self.line.value = f'<p class="tk-panel-countdown" role="timer">{html.escape(self._speech(self._said))}</p>'


def told(receipt: Receipt) -> Why:
    """Return what a receipt says, to be said in another language, too."""
    went = [Why("{count} × {kind}", count=count, kind=Why(kind)) for kind, count in sorted(receipt.dropped.items())]
    return Why(
        "{time} UTC: gone: {went}. Out of reach: {beyond}. Probe again to see it.",
        time=f"{receipt.at:%H:%M:%S}",
        went=listed(went) if went else Why("nothing was held"),
        beyond=listed(map(Why, receipt.cannot_reach), "; "),
    )
