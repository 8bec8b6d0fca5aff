"""Several judged keys as tables of a page: every state with its mark and word, every foreign text escaped."""

import html
from collections.abc import Iterable, Mapping, Sequence

from testkey_nb.amounts import amounts
from testkey_nb.digits import in_full
from testkey_nb.drawing import STAND_IN, in_words
from testkey_nb.heatmap import GRIDS, LOOKS, Look, head, plain_name, states
from testkey_nb.judge import Readiness
from testkey_nb.locale import translate
from testkey_nb.outcome import Verdict
from testkey_nb.redaction import printable
from testkey_nb.rows import MetricRow, Why

from .results import OPENS, VERDICT

_CHARS = 300
NOTHING = "–"  # noqa: RUF001 - a dash, as people set it where there is nothing
_TONE_OF = {"good": "yes", "bad": "no", "unsure": "unknown"}
_VERDICTS: Mapping[Verdict, str] = {
    Verdict.GENUINE: "good", Verdict.VOUCHED: "unsure", Verdict.UNKNOWN: "unsure", Verdict.RELAY: "bad",
    Verdict.CONTRADICTED: "bad",
}  # fmt: skip


def overview(compared: Sequence[Readiness], lang: str) -> str:
    """Return who answers, whether each key is ready, what comes next and why."""
    rows = []
    for one in compared:
        word, tone = VERDICT[one.ready]
        rows.append([
            verdict_badge(one.run.identity.verdict, lang), badge(word, LOOKS[_TONE_OF[tone]], lang),
            code(one.action.id) if one.action.id else NOTHING, foreign(translate(one.action.why, lang)),
            plain(translate(one.action.opens, lang)) or NOTHING,
        ])  # fmt: skip
    heads = (Why("Identity"), Why("Ready"), Why("Next action"), Why("Why"), OPENS)
    caption = Why("Every key: who answers, whether it is ready, and what comes next")
    return _table(caption, [told(head, lang) for head in heads], compared, rows, lang)


def grid(compared: Sequence[Readiness], grain: str, lang: str) -> str:
    """Return the states of a grain of `GRIDS`."""
    known = [states(one, grain) for one in compared]
    rows = [[_state(one.get(column), lang) for column in GRIDS[grain].columns] for one in known]
    heads = [html.escape(head(column, lang)) for column in GRIDS[grain].columns]
    return _table(GRIDS[grain].title, heads, compared, rows, lang)


def balance(compared: Sequence[Readiness], lang: str) -> str:
    """Return balances and usage, a table for each unit: a column never holds two currencies."""
    tables = []
    for unit in amounts(compared):
        found = [_of_unit(one, unit) for one in compared]
        metrics = sorted({name for row in found for name in row})
        found_in = [(one, row) for one, row in zip(compared, found, strict=True) if row]
        rows = [[_values(row.get(name, []), lang) for name in metrics] for _, row in found_in]
        heads = [code(name) for name in metrics]
        caption = Why("In {unit}", unit=unit) if unit else Why("In words")
        tables.append(_table(caption, heads, [one for one, _ in found_in], rows, lang))
    return "".join(tables) or _empty("No answer told a balance or a usage.", lang)


def _of_unit(one: Readiness, unit: str) -> dict[str, list[MetricRow]]:
    by_name: dict[str, list[MetricRow]] = {}
    for amount in amounts([one]).get(unit, []):
        by_name.setdefault(amount.metric.metric, []).append(amount.metric)
    return by_name


def _values(rows: Iterable[MetricRow], lang: str) -> str:
    said = []
    for row in rows:
        native = row.native
        if isinstance(native, bool):
            said.append(plain(in_words("yes" if native else "no", lang)))
        else:
            said.append(foreign(in_full(native) if isinstance(native, int | float) else str(native)))
    return ", ".join(said) or NOTHING


def limits(compared: Sequence[Readiness], lang: str) -> str:
    """Return every limit that was told, for the service it limits."""
    pairs = [(one, row) for one in compared for row in one.run.limits]
    rows = [
        [foreign(row.limit), code(row.service), *map(number, (row.quota, row.remaining, row.window_s, row.reset_s))]
        for _, row in pairs
    ]
    if not rows:
        return _empty("No answer told a limit and what is left of it.", lang)
    heads = (
        Why("Limit"), Why("Service"), Why("Quota"), Why("Remaining"), Why("Window, s"), Why("Resets in, s")
    )  # fmt: skip
    caption = Why("Limits, each for the service it limits")
    return _table(caption, [told(head, lang) for head in heads], [one for one, _ in pairs], rows, lang)


def made_up_banner(says: str) -> str:
    """Say in large letters that what stands beneath is made up."""
    return f'<div class="tk-sandbox"><strong>{STAND_IN}</strong> <span>{html.escape(says)}</span></div>'


def made_up_line(says: str) -> str:
    """Say in a line that what stands beneath is made up."""
    return f'<p><strong class="tk-made-up">{STAND_IN}</strong> {html.escape(says)}</p>'


def verdict_badge(verdict: Verdict | str, lang: str) -> str:
    """Return who answers, in its colour, with its mark."""
    return badge(verdict, LOOKS[_TONE_OF[_VERDICTS[Verdict(verdict)]]], lang)


def _state(state: str | None, lang: str) -> str:
    return badge(state, LOOKS[state], lang) if state else NOTHING


def badge(word: str, look: Look, lang: str) -> str:
    """Return a state in its colour, with its mark."""
    said = html.escape(in_words(word, lang))
    return f'<span class="tk-badge tk-{look.tone}"><span aria-hidden="true">{look.mark}</span>{said}</span>'


def _table(
    title: str, heads: Sequence[str], keys: Sequence[Readiness], rows: Sequence[Sequence[str]], lang: str
) -> str:
    """Return a table with a line per key; heads and cells are HTML already."""
    caption = told(title, lang)
    first = "".join(f'<th scope="col">{name}</th>' for name in (told("Key", lang), *heads))
    body = "".join(
        f'<tr><th scope="row">{key(one)}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
        for one, cells in zip(keys, rows, strict=True)
    )
    return (
        f'<div class="tk-scroll" role="region" aria-label="{caption}" tabindex="0"><table class="tk-table tk-wide">'
        f"<caption>{caption}</caption><thead><tr>{first}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def key(one: Readiness) -> str:
    """Return what people call a key; what is made up says so."""
    made_up = f'<strong class="tk-made-up">{STAND_IN}</strong> ' if one.run.sandbox else ""
    return f"{made_up}{plain(plain_name(one))}<br>{code(one.run.stamp.provider)}"


def _empty(text: str, lang: str) -> str:
    return f'<p class="tk-empty">{told(text, lang)}</p>'


def told(text: str, lang: str) -> str:
    """Return what we say ourselves, in a language, as HTML."""
    return plain(translate(text, lang))


def number(value: float | None) -> str:
    """Write a number, and a dash where there is none."""
    return NOTHING if value is None else in_full(value)


def code(text: str) -> str:
    """Return foreign text as an id."""
    return f"<code>{plain(text)}</code>"


def foreign(text: str, chars: int = _CHARS) -> str:
    """Return foreign text as HTML in which JupyterLab sets nothing between two dollars as mathematics."""
    return f'<span class="mathjax_ignore">{html.escape(one_line(text, chars))}</span>' if text else ""


def plain(text: str) -> str:
    """Return foreign text as HTML: one line of bounded length."""
    return html.escape(one_line(text))


def one_line(text: str, chars: int = _CHARS) -> str:
    """Return foreign text on one line of bounded length."""
    return printable(text[:chars])
