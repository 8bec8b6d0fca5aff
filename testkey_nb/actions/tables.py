"""CSV as the launch folder keeps it: own rows are updated, everything else stays byte for byte."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from testkey_nb.errors import LaunchFolderInvalid
from testkey_nb.launch import FORMULA, Record, cell_meant, records

_FORMULA = re.compile(rf"(?:^|(?<=;))(?=\s*[{FORMULA}])|^(?=[\t\r])")  # where one begins


class Table:
    """A table that people edit, too: their columns, rows, comments, order and line endings are theirs.

    Parameters
    ----------
    name
        How errors call it.
    text
        What stands in the file; empty for a new one.
    columns
        The columns of a new one.
    needed
        Those that an old one must have.

    Raises
    ------
    LaunchFolderInvalid
        If it is not CSV or lacks a needed column.

    """

    def __init__(self, name: str, text: str, columns: Sequence[str], needed: Sequence[str]) -> None:
        """Take the text apart."""
        self._mark = "\ufeff" if text.startswith("\ufeff") else ""
        self._pieces = list(records(name, text.removeprefix("\ufeff")))
        self._ending = "\r\n" if any(record.raw.endswith("\r\n") for record in self._pieces) else "\n"
        self._head = next((at for at, record in enumerate(self._pieces) if record.cells is not None), -1)
        if self._head < 0:
            self._append(columns)
            self._head = len(self._pieces) - 1
        first = self._pieces[self._head]
        self.columns = [cell.strip() for cell in first.cells or ()]
        missing = next((column for column in needed if column not in self.columns), None)
        if missing:
            raise LaunchFolderInvalid(
                f"{name} line {first.line} lacks the column {missing}; it needs {', '.join(needed)}"
            )
        twice = next((column for column in columns if self.columns.count(column) > 1), None)
        if twice:
            raise LaunchFolderInvalid(f"{name} line {first.line} has the column {twice} twice; take one of them out")

    def rows(self) -> list[tuple[int, dict[str, str]]]:
        """Return each row's place and its cells as they were meant, by column."""
        found = []
        for place, record in enumerate(self._pieces):
            if record.cells is not None and place != self._head:
                cells = [cell_meant(cell) for cell in record.cells] + [""] * len(self.columns)
                found.append((place, dict(zip(self.columns, cells, strict=False))))
        return found

    def line(self, place: int) -> int:
        """Return the line that the row at `place` begins in."""
        return self._pieces[place].line

    def change(self, place: int, values: Mapping[str, object]) -> None:
        """Put values into the row at `place`; columns that people took out stay out."""
        record = self._pieces[place]
        before = list(record.cells or ())
        cells = before + [""] * (len(self.columns) - len(before))
        for column, value in values.items():
            at = self.columns.index(column) if column in self.columns else None
            if at is not None and cell_meant(cells[at]) != cell_meant(_cell(value)):
                cells[at] = _cell(value)
        if cells[: len(before)] == before and not any(cells[len(before) :]):
            return
        content = record.raw.rstrip("\r\n")
        self._pieces[place] = Record(record.line, _written(cells, record.raw[len(content) :]), tuple(cells))

    def add(self, values: Mapping[str, object]) -> None:
        """Put a new row at the end."""
        self._append([_cell(values.get(column)) for column in self.columns])

    def text(self) -> str:
        """Return the whole of it."""
        return self._mark + "".join(record.raw for record in self._pieces)

    def _append(self, cells: Sequence[str]) -> None:
        if self._pieces and not self._pieces[-1].raw.endswith(("\n", "\r")):
            self._pieces[-1] = replace(self._pieces[-1], raw=self._pieces[-1].raw + self._ending)
        last = self._pieces[-1] if self._pieces else Record(1, "", None)
        line = last.line + last.raw.count("\n")
        self._pieces.append(Record(line, _written(cells, self._ending), tuple(cells)))


def _written(cells: Sequence[str], ending: str) -> str:
    """Return a record that is read back as these cells: neither a comment nor two records."""
    file = io.StringIO()
    plain = not any(char in cell for cell in cells for char in "\r\n") and not "".join(cells[:1]).lstrip().startswith(
        "#"
    )
    csv.writer(file, lineterminator=ending, quoting=csv.QUOTE_MINIMAL if plain else csv.QUOTE_ALL).writerow(cells)
    return file.getvalue()


def _cell(value: object) -> str:
    """Return a cell's text; missing is empty, and what a spreadsheet would run as a formula is made text.

    That begins a cell where a comma separates them, and behind a semicolon too, which does so in most of Europe and in
    Indonesia.  https://owasp.org/www-community/attacks/CSV_Injection, read 2026-11-26.
    """
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return _FORMULA.sub("'", text) if isinstance(value, str) else text
