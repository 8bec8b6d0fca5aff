"""Which models the next probe covers: what is ticked, provider by provider, and the provider's own where nothing is."""

import html
from collections.abc import Callable

import ipywidgets as ipw

from testkey_nb.errors import UnknownName
from testkey_nb.judge import Readiness

from .chosen import make_button
from .tables import code

COVERED = 20  # models of a provider: some are asked about one by one
OWN = "Nothing is chosen: the next probe covers each provider's own candidates."
HINT = "Tick models in the table; the next probe covers them. The choice stays when what was observed is gone."


class Covering:
    """What was chosen, and how it is shown.

    Parameters
    ----------
    say
        Tells the analyst's mistakes.
    changed
        Called when something was chosen or dropped.

    """

    def __init__(self, say: Callable[..., None], changed: Callable[[], None]) -> None:
        """Choose nothing yet."""
        self.chosen: dict[str, tuple[str, ...]] = {}
        self.list = ipw.HTML()
        self.clear_button = make_button("Cover the providers' own again", "undo", self.choose, say)
        self._say, self._changed = say, changed
        self._tell()

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
            raise UnknownName(f"{COVERED} models of a provider are covered at the most; drop some to choose others")
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
            self._say(str(mistake), alert=True)

    def _tell(self) -> None:
        lines = [
            f"<li><strong>{html.escape(provider)}</strong>: {', '.join(map(code, models))}</li>"
            for provider, models in sorted(self.chosen.items())
        ]
        said = f'<ul class="tk-covered">{"".join(lines)}</ul>' if lines else f'<p class="tk-panel-hint">{OWN}</p>'
        self.list.value = f'<div class="tk-report">{said}</div>'
        self.clear_button.layout.display = None if lines else "none"
