"""The readiness report: one self-contained HTML file, and the same sections as fragments for a notebook.

No script, nothing loaded, no time of its own: the same readiness makes the same bytes.  Whatever a template prints is
escaped, and made one line of bounded length first.
"""

import base64
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, partial
from importlib.resources import files
from typing import Any, NamedTuple, TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

from . import plots, spending
from .actions import previews
from .digits import in_full, measured, percent, three_digits
from .errors import UnknownName
from .inventory import PhantomRow
from .judge import Readiness
from .key_lines import lines_of
from .latency_bars import alt_split, alt_stability, draw_split, draw_stability
from .limit_shares import alt_limit_shares, draw_limit_shares, limit_lines, reached_first
from .locale import LANGUAGES, translate
from .outcome import Gate, Outcome, Phantom
from .probe import CONTROL
from .ranking import RouteRank
from .redaction import printable
from .rows import AnswerRow, PriceRow, Why
from .svg import svg

SECTIONS = (
    "summary", "why", "how", "action", "capabilities", "gates", "passport", "evidence", "models", "prices", "costs",
    "routes", "limits", "stability", "region", "previews", "answers",
)  # fmt: skip
_Made = TypeVar("_Made")
_Draw = Callable[[Sequence[Any], str], _Made]
_Picture = tuple[Callable[[Readiness, str], Figure], Callable[[Readiness, str], str]]
MAX_CHARS = 600  # of any one text
_NOTHING = "–"  # noqa: RUF001 - a dash, as people set it where there is nothing


def _of_one(draw: _Draw[Figure], alt: _Draw[str], lines: Callable[[list[Readiness]], Sequence[Any]]) -> _Picture:
    """Make a picture of several keys one of a single key."""
    return (
        lambda readiness, lang: draw(lines([readiness]), lang),
        lambda readiness, lang: alt(lines([readiness]), lang),
    )


_PICTURES: Mapping[str, _Picture] = {
    "gates": (plots.draw_gates, plots.alt_gates),
    "prices": (plots.draw_prices, plots.alt_prices),
    "costs": (spending.draw_costs, spending.alt_costs),
    "latency": (plots.draw_latency, plots.alt_latency),
    "limits": _of_one(draw_limit_shares, alt_limit_shares, limit_lines),
    "stability": _of_one(draw_stability, alt_stability, partial(lines_of, grain="stability")),
    "split": _of_one(draw_split, alt_split, partial(lines_of, grain="latency")),
}
_TONES = {
    "good": "yes pass proved ok agreed genuine for ready confirmed",
    "bad": "no fail denied forbidden no_funds region_blocked relay contradicted against missing disputed not_ready "
    "empty shut_down gone",
    "unsure": "unknown partial rate_limited unavailable unexpected vouched stale undecided listed_only soon_gone "
    "unpriced deprecated changed unread",
}
_TONE = {word: tone for tone, words in _TONES.items() for word in words.split()}
_TITLE = re.compile("<h2>(.*)</h2>")  # every section has one, before anything that is not our own
_VERDICT = {True: "ready", False: "not_ready", None: "undecided"}


class _Part(NamedTuple):
    """A section, and what the table of contents calls it: its own heading."""

    title: Markup
    section: Markup


def render_report(readiness: Readiness, lang: str = "en") -> str:
    """Return the whole report as one HTML file that loads nothing.

    Parameters
    ----------
    readiness
        What `judge_run` returned.
    lang
        ``en`` or ``id``.

    Raises
    ------
    UnknownName
        If there is no such language.
    DataExpired
        If the five minutes of the data are over.

    """
    parts = sections(readiness, lang)
    css = style()
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    page = _environment(lang).get_template("report.html.j2")
    body = {name: _Part(Markup(_TITLE.findall(part)[0]), Markup(part)) for name, part in parts.items()}  # noqa: S704 - rendered by the same environment, which escapes
    with _whole(readiness):
        return page.render(**_subject(readiness), parts=body, style=Markup(css), digest=Markup(digest))  # noqa: S704 - our own


def sections(readiness: Readiness, lang: str = "en", names: Iterable[str] = SECTIONS) -> dict[str, str]:
    """Return sections of the report as HTML fragments by their names; `style` is to stand once beside them.

    Parameters
    ----------
    readiness
        What `judge_run` returned.
    lang
        ``en`` or ``id``.
    names
        Of `SECTIONS`.

    Raises
    ------
    UnknownName
        If there is no such language.
    DataExpired
        If the five minutes of the data are over.

    """
    with _whole(readiness):
        environment, view = _environment(lang), _view(readiness)
        view["picture"] = partial(_picture, readiness, lang)
        return {name: environment.get_template(f"sections/{name}.html.j2").render(**view) for name in names}


@contextmanager
def _whole(readiness: Readiness) -> Iterator[None]:
    """Write of data that is there, and let go of what was written where it has gone meanwhile: it is half a report."""
    readiness.check()
    try:
        yield
    finally:
        readiness.check()


@cache
def style() -> str:
    """Return the style sheet of the report and its fragments; it touches nothing outside ``.tk-report``."""
    return (files(__package__) / "templates" / "report.css").read_text(encoding="utf-8")


@cache
def _environment(lang: str) -> Environment:
    if lang not in LANGUAGES:
        raise UnknownName.among("language", lang, LANGUAGES)
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, loader=PackageLoader("testkey_nb", "templates"), finalize=_bounded,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals |= {"lang": lang, "t": partial(_say, lang), "tone": lambda word: _TONE.get(str(word), "plain")}
    environment.filters |= {
        "say": partial(_word, lang), "head": partial(_head, lang), "told": partial(_told, lang),
        "moment": _or_dash("{:%Y-%m-%d %H:%M UTC}".format), "day": _or_dash("{:%Y-%m-%d}".format), "number": _number,
        "measured": measured, "rounded": _rounded, "percent": _or_dash(percent), "span": _span,
        "milliseconds": _or_dash(lambda seconds: three_digits(1000 * seconds)), "priced_as": _priced_as,
        "monthly": lambda row: spending.in_words(row, lang),
    }  # fmt: skip
    return environment


def _bounded(value: object) -> object:
    """Make a value one line of bounded length and of printable characters, unless it is markup already."""
    if isinstance(value, Markup):
        return value
    text = printable(str(value)[: 2 * MAX_CHARS])
    return text if len(text) <= MAX_CHARS else text[: MAX_CHARS - 1] + "…"


def _say(lang: str, text: str, **params: object) -> str:
    """Translate a label of a template."""
    return translate(Why(text, **params) if params else text, lang)


def _told(lang: str, text: str) -> str:
    """Translate what the package itself wrote into a row; foreign text stays as it is."""
    return translate(text, lang) if isinstance(text, Why) else text


def _word(lang: str, word: object) -> str:
    """Translate a member of a closed set, and write it as people do."""
    return translate(str(word), lang).replace("_", " ")


def _head(lang: str, word: object) -> str:
    """Write a member of a closed set as the beginning of a line."""
    return (said := _word(lang, word))[:1].upper() + said[1:]


def _priced_as(row: PriceRow) -> tuple[str, ...]:
    """Return what prices for some lengths or hours have in common with the one that holds otherwise."""
    return row.model, row.route, row.region, row.source, row.currency


def _or_dash(write: Callable[[Any], str]) -> Callable[[Any], str]:
    """Make of what writes a value what writes a dash where there is none."""
    return lambda value: _NOTHING if value is None else write(value)


_number = _or_dash(lambda value: in_full(value, ""))


def _rounded(value: float | None) -> str:
    if value is None or not value:
        return _number(value)
    return _number(round(value, 2)) if value >= 1 else three_digits(value)


def _span(low: float | None, high: float | None) -> str:
    return _number(low) if low == high else f"{_number(low)} – {_number(high)}"  # noqa: RUF001 - a dash, as in a range


def _picture(readiness: Readiness, lang: str, name: str) -> Markup:
    draw, words = _PICTURES[name]
    prefix = f"tk-{readiness.run.stamp.run_id}-{name}"
    return Markup(svg(draw(readiness, lang), words(readiness, lang), prefix))  # noqa: S704 - escaped by the serialiser


def _subject(readiness: Readiness) -> dict[str, object]:
    """Return what every template shows, by name."""
    run = readiness.run
    return {"r": readiness, "run": run, "provider": run.plan.provider, "verdict": _VERDICT[readiness.ready]}


def _view(readiness: Readiness) -> dict[str, object]:
    """Return what the sections show, by name."""
    run, rows = readiness.run, cache(readiness.rows)
    covered = frozenset(run.plan.models)
    prices = [row for row in readiness.prices if row.model in covered]
    return {
        **_subject(readiness),
        "rows": rows,
        "summary": readiness.summary(),
        "actions": rows("actions"),
        "previews": previews(readiness),
        "covered": [row for row in run.models if row.covered],
        "listing": any(row.listed for row in run.models),
        "prices": prices,
        "tiered": {_priced_as(row) for row in prices if not row.base},
        "other_models": len({row.model for row in run.models} - covered),
        "other_prices": len(readiness.prices) - len(prices),
        "court": [row for row in readiness.court if row.model in covered],
        "costs": spending.covered_costs(readiness),
        "phantom_counts": _phantom_counts(rows("phantoms")),
        "fallbacks": _fallbacks(rows("routes")),
        "limit_lines": limit_lines([readiness]),
        "reached_first": reached_first(readiness),
        **_seen(readiness, run.answers),
    }


def _phantom_counts(rows: Iterable[object]) -> dict[str, int]:
    """Return how many phantoms there are by reason, the worst first; none of which there are none."""
    counted = Counter(row.reason for row in rows if isinstance(row, PhantomRow))
    return {reason: counted[reason] for reason in Phantom if counted[reason]}


def _fallbacks(rows: Iterable[object]) -> dict[tuple[str, str], list[RouteRank]]:
    """Return the routes of each covered model and region in the order in which they are to be taken."""
    found: defaultdict[tuple[str, str], list[RouteRank]] = defaultdict(list)
    for rank in rows:
        if isinstance(rank, RouteRank):
            found[rank.model, rank.region or ""].append(rank)
    return found


def _seen(readiness: Readiness, answers: tuple[AnswerRow, ...]) -> dict[str, object]:
    """Return what the run did for each step of the proof."""
    sent, requests = readiness.run.manifest, plots.requests(answers)
    return {
        "requests": requests,
        "samples": max((row.sample for row in answers), default=0),
        "control_ask": CONTROL,
        "looking": min(sent.requests, sent.attempts - len({row.request for row in answers if row.request})),
        "control": next((row for row in answers if row.ask == CONTROL), None),
        "usage": [row for row in answers if row.ask in {"usage_snapshot", "balance_snapshot"}],
        "refusals": [one for one in requests if one.row.outcome != Outcome.OK and one.row.ask != CONTROL],
        "priced": next(gate for gate in readiness.gates if gate.gate is Gate.PRICING),
    }
