"""Which models the next probe covers: what is ticked, provider by provider, and the provider's own where nothing is."""

import html
from collections.abc import Callable
from typing import Any

import ipywidgets as ipw

from testkey_nb.errors import UnknownName
from testkey_nb.judge import Readiness
from testkey_nb.rows import Why

from .chosen import make_button
from .job import Job
from .tables import code

COVERED = 20  # models of a provider: some are asked about one by one
OWN = Why("Nothing is chosen: the next probe covers each provider's own candidates.")
HINT = Why("Tick models in the table; the next probe covers them. The choice stays when what was observed is gone.")


class Covering:
    """What was chosen, and how it is shown.

    Parameters
    ----------
    job
        Tells the analyst's mistakes.
    changed
        Called when something was chosen or dropped.

    """

    def __init__(self, job: Job[Any], changed: Callable[[], None]) -> None:
        """Choose nothing yet."""
        self.chosen: dict[str, tuple[str, ...]] = {}
        self.list = ipw.HTML()
        self.clear_button = make_button(job, Why("Cover the providers' own again"), "undo", self.choose)
        self._job, self._changed = job, changed
        job.speech.keep(self._tell)

    def of(self, one: Readiness) -> tuple[str, ...]:
        """Return what the next probe covers of a key's provider."""
        return self.chosen.get(one.run.stamp.provider, one.run.plan.models)

    def choose(self, provider: str = "", *models: str) -> None:
        """Cover these models of a provider and no others: its own where there are none, everywhere where none is named.

        Raises
        ------
        UnknownName
            If there are too many.

        """
        models = tuple(dict.fromkeys(models))
        if len(models) > COVERED:
            said = Why("{n} models of a provider are covered at the most; drop some to choose others", n=COVERED)
            raise UnknownName(said)
        rest = {name: some for name, some in self.chosen.items() if provider and name != provider}
        self.chosen = {**rest, provider: models} if models else rest
        self._tell()
        self._changed()

    def tick(self, one: Readiness, model: str, *, on: bool) -> None:
        """Add a model to what the next probe covers of a key's provider, or drop it."""
        others = [name for name in self.of(one) if name != model]
        try:
            self.choose(one.run.stamp.provider, *others, *([model] if on else []))
        except UnknownName as mistake:
            self._job.say(mistake, alert=True)

    def _tell(self) -> None:
        lines = [
            f"<li><strong>{html.escape(provider)}</strong>: {', '.join(map(code, models))}</li>"
            for provider, models in sorted(self.chosen.items())
        ]
        own = f'<p class="tk-panel-hint">{html.escape(self._job.speech(OWN))}</p>'
        said = f'<ul class="tk-covered">{"".join(lines)}</ul>' if lines else own
        self.list.value = f'<div class="tk-report">{said}</div>'
        self.clear_button.layout.display = None if lines else "none"
