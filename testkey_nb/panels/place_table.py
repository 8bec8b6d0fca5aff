"""What the same key was answered from several places, as a table: a line for each question, a column for each place."""

import html
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from testkey_nb.drawing import STAND_IN, in_words
from testkey_nb.heatmap import LOOKS
from testkey_nb.judge import VantageRow, agreed
from testkey_nb.locale import translate
from testkey_nb.outcome import Answer, Axis
from testkey_nb.rows import Why

from .results import STAND_IN as ALL_MADE_UP
from .row_columns import milliseconds, told
from .tables import NOTHING, badge, made_up_line, number, plain, verdict_badge

_SLOWER = 1.5  # times the fastest; less may be chance
_MANY = 5  # latencies, before a difference is told
_SAME: Mapping[bool | None, str] = MappingProxyType({True: "yes", False: "no", None: "unknown"})
_ASKED, _THE_SAME = Why("Question"), Why("The same")
_LINES: tuple[tuple[Why, Callable[[VantageRow, str], str]], ...] = (
    (Why("Median, ms"), lambda row, _: f"{milliseconds(row.p50_s)} (n = {row.timed})" if row.timed else NOTHING),
    (Why("Times the fastest"), lambda row, _: NOTHING if row.times_fastest is None else f"{row.times_fastest:.2f}"),
    (
        Why("Edge"),
        lambda row, _: plain(", ".join(part for part in (row.edge, row.city, row.country) if part)) or NOTHING,
    ),
    (Why("Server region"), lambda row, _: plain(row.server_region) or NOTHING),
    (Why("Address"), lambda row, lang: in_words(row.address_family, lang) if row.address_family else NOTHING),
    (Why("Requests"), lambda row, _: number(row.requests)),
    (Why("Unanswered"), lambda row, _: number(row.unanswered)),
    (Why("Through"), lambda row, _: plain(row.proxies) or NOTHING),
    (Why("Why"), lambda row, lang: told(row.why, lang)),
)


def summary(rows: Sequence[VantageRow]) -> Iterator[Why]:
    """Say whether every place was answered alike, where the key is refused, and where it is slow."""
    differs = [axis for axis in Axis if any(axis in row.differs_in.split(", ") for row in rows)]
    if len(rows) == 1:
        yield Why("there is nothing to compare with: name another place")
    elif differs:
        yield Why("answered differently from one place to another: {axes}", axes=", ".join(differs))
    elif rows[0].same_everywhere:
        yield Why("every axis that is known has the same answer from everywhere")
    else:
        yield Why("no answer contradicts another, and not every place knows them all")
    if blocked := [row.vantage for row in rows if row.region_blocked]:
        yield Why("refused from: {places}", places=", ".join(blocked))
    for row in rows:
        if (row.times_fastest or 0) >= _SLOWER and row.timed >= _MANY:
            yield Why("slower from {place}: {times} times the fastest", place=row.vantage,
                      times=f"{row.times_fastest:.1f}")  # fmt: skip
    if any(row.timed for row in rows) and all(row.timed < _MANY for row in rows) and len(rows) > 1:
        yield Why("too few latencies to tell a slow place from a fast one: take samples")


def compared_places(rows: Sequence[VantageRow], lang: str) -> str:
    """Return the summary and the table."""
    said = "".join(f"<li>{html.escape(translate(why, lang))}</li>" for why in summary(rows))
    made_up = any(row.sandbox for row in rows)
    banner = made_up_line(translate(ALL_MADE_UP, lang)) if made_up else ""
    return f'<div class="tk-report">{banner}<ul class="tk-did">{said}</ul>{_table(rows, lang)}</div>'


def _table(rows: Sequence[VantageRow], lang: str) -> str:
    caption = html.escape(translate("The same key and plan from each place", lang))
    heads = "".join(f'<th scope="col">{_place(row)}</th>' for row in rows)
    lines = [_line(translate("Identity", lang), [verdict_badge(row.identity, lang) for row in rows], "")]
    for axis in Axis:
        answers = [Answer(getattr(row, axis)) for row in rows]
        alike = _SAME[agreed(set(answers))]
        cells = [badge(answer, LOOKS[answer], lang) for answer in answers]
        lines.append(_line(in_words(axis, lang), cells, badge(alike, LOOKS[alike], lang) if len(rows) > 1 else ""))
    lines += [_line(translate(head, lang), [cell(row, lang) for row in rows], "") for head, cell in _LINES]
    asked, same = (html.escape(translate(head, lang)) for head in (_ASKED, _THE_SAME))
    return (
        f'<div class="tk-scroll" role="region" aria-label="{caption}" tabindex="0"><table class="tk-table tk-wide">'
        f'<caption>{caption}</caption><thead><tr><th scope="col">{asked}</th><th scope="col">{same}</th>{heads}</tr>'
        f"</thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _place(row: VantageRow) -> str:
    made_up = f'<strong class="tk-made-up">{STAND_IN}</strong> ' if row.sandbox else ""
    return f"{made_up}{plain(row.vantage)}"


def _line(head: str, cells: Sequence[str], same: str) -> str:
    told_cells = "".join(f"<td>{cell}</td>" for cell in (same, *cells))
    return f'<tr><th scope="row">{html.escape(head)}</th>{told_cells}</tr>'
