"""The models panel: what models of several keys can do, cost and how fast they are; what is ticked is covered next.

State and layout only: what an answer means is decided in `judge`, what it looks like in the report and its pictures.
"""

from typing import TYPE_CHECKING

import ipywidgets as ipw
from IPython.display import HTML

from testkey_nb.errors import UnknownName
from testkey_nb.rows import Why

from .batch import BatchPanel
from .batch_layout import lay_out
from .covering import HINT, Covering
from .layout import group, row
from .models_results import PICTURES, ModelsResults, picture

if TYPE_CHECKING:
    import pandas as pd

    from testkey_nb.offers import Offer


class ModelsPanel(BatchPanel[ModelsResults]):
    """A panel of the models of several keys or personas; its parameters are those of `BatchPanel`."""

    def make_results(self) -> ModelsResults:
        """Return what is shown of the models."""
        self.covering = Covering(self._job, lambda: self.results.draw_ticks())  # noqa: PLW0108 - they come after it
        return ModelsResults(self.controls, self.covering)

    def lay_out(self) -> ipw.DOMWidget:
        """Return the whole panel."""
        title = self.controls.speech.title(Why("Covered by the next probe"), HINT)
        covered = group(title, [self.covering.list, row([self.covering.clear_button])])
        return lay_out(self, covered)

    def models_of(self, provider: str) -> tuple[str, ...]:
        """Return the models to cover of a provider; none means its own."""
        return self.covering.chosen.get(provider, ())

    def cover(self, provider: str, *models: str) -> None:
        """Cover these models of a provider with the next probe; none means its own again.

        Raises
        ------
        UnknownName
            If there are too many.

        """
        self.covering.choose(provider, *models)

    def table(self, what: str) -> "pd.DataFrame":
        """Return what a tab shows, filtered and in its order, as the frame of that name.

        ``models``, ``rulings``, ``costs``, ``routes``, ``hub_policies`` or ``phantoms``, with the columns that `frame`
        gives them.

        Raises
        ------
        UnknownName
            If there is no such table, or nothing was probed yet.

        """
        names = [name for name, sheet in self.results.sheets.items() if sheet.table]
        if what not in names:
            raise UnknownName.among("table", what, names)
        self.compared()
        part = {"models": "row", "rulings": "ruling", "costs": "cost"}.get(what, "row")
        lines = self.results.lines(what)
        rows = {id(row): (line.one, row) for line in lines if (row := getattr(line, part))}
        return self.framed(what, rows.values())

    def picture(self, what: str) -> HTML:
        """Return the picture of a tab: ``rulings``, ``speed`` or ``costs``; it goes with its data.

        Raises
        ------
        UnknownName
            If there is no such picture, or nothing was probed yet.

        """
        if what not in PICTURES:
            raise UnknownName.among("picture", what, PICTURES)
        self.compared()
        offered: tuple[Offer, ...] = self.results.lines(what)
        return self.kept(picture(what, offered, self.controls.lang.value, "cell", self.results.against.value))
