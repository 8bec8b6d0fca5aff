"""CSV as the launch folder keeps it."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence


def table(columns: Sequence[str], lines: Iterable[Mapping[str, object]]) -> str:
    """Return CSV text; missing is empty, and what a spreadsheet would run as a formula is made text.

    https://owasp.org/www-community/attacks/CSV_Injection, read 2026-11-23.
    """
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in line.items()} for line in lines)
    return file.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value
