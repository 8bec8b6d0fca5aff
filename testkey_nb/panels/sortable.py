"""A table that is sorted by pressing its headings and turned page by page; only the page that is looked at is drawn.

Headings are buttons and not part of the page's table, since a saved notebook may hold no script: the kernel sorts.  The
table itself has the same headings, hidden from sight, for those who hear it.
"""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

import ipywidgets as ipw

from testkey_nb.errors import UnknownName
from testkey_nb.locale import translate
from testkey_nb.rows import Why

Thing = TypeVar("Thing")
PAGE = 25  # lines
_SIGNS = {None: "", False: " ▲", True: " ▼"}
_SORTED = {None: "none", False: "ascending", True: "descending"}


@dataclass(frozen=True)
class Column(Generic[Thing]):
    """What stands in a column, and what lines are sorted by where its heading is pressed."""

    heading: Why
    width: int  # pixels
    cell: Callable[[Thing, str], str]  # HTML, in a language
    order: Callable[[Thing], Any]  # None comes last, whichever way
    number: bool = False


class Pick(NamedTuple, Generic[Thing]):
    """Makes the first column one of boxes to tick."""

    label: Callable[[Thing], str]
    ticked: Callable[[Thing], bool]
    tick: Callable[[Thing, bool], None]


class SortableTable(Generic[Thing]):
    """A table of any length.

    Parameters
    ----------
    caption
        What it is a table of.
    columns
        The first one says what a line is about.
    sorted_by
        Heading of the column that sorts it at first; empty for the order in which lines are given.
    pick
        None for a table that is only read.

    """

    def __init__(
        self,
        caption: Why,
        columns: Sequence[Column[Thing]],
        *,
        sorted_by: str = "",
        pick: Pick[Thing] | None = None,
    ) -> None:
        """Show nothing yet."""
        self.columns, self.caption, self.pick = tuple(columns), caption, pick
        self.heads = [ipw.Button(layout={"width": f"{one.width}px"}) for one in columns]
        self.body, self.where = ipw.HTML(), ipw.HTML()
        self.boxes = [ipw.Checkbox(indent=False) for _ in range(PAGE if pick else 0)]
        self.previous = ipw.Button(icon="chevron-left", layout={"width": "auto"})
        self.next = ipw.Button(icon="chevron-right", layout={"width": "auto"})
        self.lines: tuple[Thing, ...] = ()  # all of them, in the order that is shown
        self._given: tuple[Thing, ...] = ()
        headings = [str(one.heading) for one in columns]
        self._order = self._first = (headings.index(sorted_by) if sorted_by else None, False)
        self._page, self._lang, self._renewing = 0, "en", False
        self.changed: Callable[[], None] = lambda: None  # called when another order was chosen
        self.view = self._lay_out()
        for number, head in enumerate(self.heads):
            head.on_click(lambda _button, number=number: self._press(number))
        for number, box in enumerate(self.boxes):
            box.observe(lambda change, number=number: self._tick(number, on=change["new"]), names="value")
        self.previous.on_click(lambda _button: self._turn(-1))
        self.next.on_click(lambda _button: self._turn(1))
        self.draw()

    def _lay_out(self) -> ipw.DOMWidget:
        apart = 1 if self.pick else 0
        heads, scroll = ipw.Box(self.heads[apart:]), ipw.VBox()
        heads.add_class("tk-heads")
        scroll.children = [heads, self.body]
        scroll.add_class("tk-lines-scroll")
        ticks = ipw.VBox([*self.heads[:apart], *self.boxes])
        ticks.add_class("tk-ticks")
        lines, turn = (
            ipw.Box([ticks, scroll] if self.pick else [scroll]),
            ipw.Box([self.where, self.previous, self.next]),
        )
        lines.add_class("tk-lines")
        turn.add_class("tk-panel-act")
        view = ipw.VBox([turn, lines])
        view.add_class("tk-sortable")
        return view

    @property
    def page(self) -> tuple[Thing, ...]:
        """The lines that are looked at."""
        return self.lines[self._page * PAGE : (self._page + 1) * PAGE]

    def show(self, lines: Sequence[Thing], lang: str) -> None:
        """Show lines in a language, in the order that was chosen, from the first page on."""
        self._given, self._lang, self._page = tuple(lines), lang, 0
        self._sort()

    def clear(self) -> None:
        """Show nothing any more, and forget the order."""
        self._order = self._first
        self.show((), self._lang)

    def sort_by(self, heading: str, *, descending: bool = False) -> None:
        """Sort by a column.

        Raises
        ------
        UnknownName
            If there is no such heading.

        """
        headings = [str(one.heading) for one in self.columns]
        if heading not in headings:
            raise UnknownName.among("heading", heading, headings)
        self._order = (headings.index(heading), descending)
        self._page = 0
        self._sort()
        self.changed()

    def draw(self) -> None:
        """Draw the page that is looked at, what is ticked on it included."""
        by, descending = self._order
        for number, (head, column) in enumerate(zip(self.heads, self.columns, strict=True)):
            said = translate(column.heading, self._lang)
            head.description = f"{said}{_SIGNS[descending if number == by else None]}"
            head.tooltip = said
        self.previous.description, self.next.description = (
            translate(word, self._lang) for word in (Why("Previous"), Why("Next"))
        )
        pages = -(-len(self.lines) // PAGE)
        for button, there in ((self.previous, self._page > 0), (self.next, self._page < pages - 1)):
            button.layout.display = None if there else "none"
        first = self._page * PAGE + 1
        count = Why(
            "lines {first} to {last} of {n}", first=first, last=first + len(self.page) - 1, n=f"{len(self.lines):,}"
        )
        self.where.value = (
            f'<span role="status">{html.escape(translate(count, self._lang))}</span>' if self.lines else ""
        )
        self.body.value = self._table()
        self.view.layout.display = None if self.lines else "none"
        self.draw_ticks()

    def draw_ticks(self) -> None:
        """Show what is ticked now; nothing else changes."""
        if self.pick is None:
            return
        self._renewing = True
        for number, box in enumerate(self.boxes):
            thing = self.page[number] if number < len(self.page) else None
            box.layout.display = "none" if thing is None else None
            box.description = "" if thing is None else self.pick.label(thing)
            box.value = thing is not None and self.pick.ticked(thing)
        self._renewing = False

    def arranged(self, lines: Sequence[Thing]) -> tuple[Thing, ...]:
        """Return lines in the order that is chosen, those last of which nothing is known."""
        by, descending = self._order
        if by is None:
            return tuple(lines)
        keyed = [(self.columns[by].order(one), one) for one in lines]
        known = sorted((pair for pair in keyed if pair[0] is not None), key=lambda pair: pair[0], reverse=descending)
        return tuple(one for _, one in [*known, *(pair for pair in keyed if pair[0] is None)])

    def _sort(self) -> None:
        given = self._given
        self.lines = self.arranged(given)
        self.draw()
        if self._given is not given:  # taken away meanwhile: retention has a thread of its own
            self._sort()

    def _press(self, number: int) -> None:
        """Sort by a heading: upwards, then downwards, then as the lines were given."""
        by, descending = self._order
        after = {None: (number, False), False: (number, True), True: (None, False)}
        self._order = after[descending if by == number else None]
        self._page = 0
        self._sort()
        self.changed()

    def _turn(self, pages: int) -> None:
        self._page = max(0, min(self._page + pages, (len(self.lines) - 1) // PAGE))
        self._sort()

    def _tick(self, number: int, *, on: bool) -> None:
        if not self._renewing and self.pick is not None and number < len(self.page):
            self.pick.tick(self.page[number], on)
            self.draw_ticks()

    def _table(self) -> str:
        if not self.lines:
            return ""
        by, descending = self._order
        sorting = None if by is None else self.columns[by]
        seen = self.columns[1:] if self.pick else self.columns  # the first is beside the table then, to be ticked
        widths = "".join(f'<col style="width: {one.width}px">' for one in seen)
        heads = "".join(
            f'<th scope="col" aria-sort="{_SORTED[descending if column is sorting else None]}">'
            f"{html.escape(translate(column.heading, self._lang))}</th>"
            for column in seen
        )
        caption = html.escape(translate(self.caption, self._lang))
        body = "".join(f"<tr>{self._line(one)}</tr>" for one in self.page)
        return (
            f'<div class="tk-report"><table class="tk-table" style="width: {sum(one.width for one in seen)}px">'
            f"<caption>{caption}</caption><colgroup>{widths}</colgroup><thead><tr>{heads}</tr></thead>"
            f"<tbody>{body}</tbody></table></div>"
        )

    def _line(self, one: Thing) -> str:
        """Return a line; where its name is beside the table, the first cell says it to those who hear the table."""
        name, *rest = [
            (column.cell(one, self._lang), ' class="tk-number"' if column.number else "") for column in self.columns
        ]
        first = name[0]
        if self.pick:
            first = f'<span class="tk-unseen">{first}</span>{rest.pop(0)[0]}'
        return f'<th scope="row">{first}</th>{"".join(f"<td{kind}>{cell}</td>" for cell, kind in rest)}'
