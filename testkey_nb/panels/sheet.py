"""One tab of the models panel: what is set in it, a picture, and a table of the same lines in the same order."""

import html
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as ipw

from testkey_nb.locale import translate
from testkey_nb.rows import Why

from .sortable import SortableTable

Draw = Callable[[Sequence[Any], str], str]  # an SVG of lines, in a language


class Sheet:
    """A tab.

    Parameters
    ----------
    title
        Of the tab.
    nothing
        What is said where there are no lines.
    table
        None for a tab that has only a picture.
    draw
        None for a tab that has only a table.
    above
        Controls that belong to the tab.

    """

    def __init__(
        self,
        title: Why,
        nothing: Why,
        *,
        table: SortableTable[Any] | None = None,
        draw: Draw | None = None,
        above: Sequence[ipw.DOMWidget] = (),
    ) -> None:
        """Show nothing yet."""
        self.title, self.table = title, table
        self.picture, self.said = ipw.HTML(), ipw.HTML()
        self.filled = False
        self._nothing, self._draw, self._lines, self._lang = nothing, draw, tuple[Any, ...](), "en"
        acts = ipw.Box(list(above))
        acts.add_class("tk-panel-act")
        self.view = ipw.VBox([*([acts] if above else []), self.said, self.picture, *([table.view] if table else [])])
        self.view.add_class("tk-sheet")
        if table is not None:
            table.changed = self.redraw

    def fill(self, lines: Sequence[Any], lang: str) -> None:
        """Show lines in a language."""
        self.filled, self._lines, self._lang = True, tuple(lines), lang
        if self.table is not None:
            self.table.show(lines, lang)
        said = "" if lines else f'<p class="tk-empty">{html.escape(translate(self._nothing, lang))}</p>'
        self.said.value = f'<div class="tk-report">{said}</div>' if said else ""
        self.redraw()

    def redraw(self) -> None:
        """Draw the picture again, in the order of the table."""
        if self._draw is None or not self.filled:
            return
        given = self._lines
        lines = given if self.table is None else self.table.lines
        drawn = self._draw(lines, self._lang) if lines else ""
        self.picture.value = f'<div class="tk-report"><div class="tk-scroll">{drawn}</div></div>' if drawn else ""
        if self._lines is not given:  # emptied while it was drawn: retention has a thread of its own
            self.picture.value = ""

    def empty(self) -> None:
        """Show nothing until it is filled again; the order that was chosen stays."""
        self.filled, self._lines = False, ()
        self.picture.value = self.said.value = ""
        if self.table is not None:
            self.table.show((), self._lang)

    def clear(self) -> None:
        """Show nothing any more."""
        self.empty()
        if self.table is not None:
            self.table.clear()
