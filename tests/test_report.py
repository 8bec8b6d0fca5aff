"""The report is one file that loads nothing, hides nothing, believes no foreign text, and reads well to a machine."""

import base64
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import PERSONAS, AllDone, RunPersona

from testkey_nb.errors import DataExpired, UnknownName
from testkey_nb.identity import Identity
from testkey_nb.judge import Readiness, judge_run, of_dimension
from testkey_nb.locale import LANGUAGES, translate
from testkey_nb.outcome import Axis, Capability, Gate, Verdict
from testkey_nb.probe import Run
from testkey_nb.report import MAX_CHARS, SECTIONS, render_report, sections, style
from testkey_nb.rows import MetricRow, ModelRow, PriceRow, Why

VOID = {"meta", "br", "link", "img", "input", "hr"}
HOSTILE = (
    "</style></title></textarea><script>alert(1)</script><img src=//evil.example/x onerror=x>"
    " \"'`{{ 7*7 }}{0} \u202e\x00"
)


class Page(HTMLParser):
    """A page as a list of elements, each with its attributes and the elements around it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str], tuple[str, ...]]] = []
        self.text: list[str] = []
        self.unbalanced: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}, tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}, tuple(self.open)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)

    def having(self, *tags: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes, _ in self.elements if tag in tags]

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


@pytest.fixture(scope="module")
def ready(run_persona: RunPersona) -> Readiness:
    return judge_run(run_persona("launch-ready"))


@pytest.fixture(scope="module")
def page(ready: Readiness) -> Page:
    return Page(render_report(ready))


def _hostile(readiness: Readiness) -> Readiness:
    """Put hostile text wherever a provider, a launch folder or an operator could."""
    run = readiness.run
    model = ModelRow(HOSTILE, HOSTILE, covered=True, listed=True, route_status=HOSTILE, mapping_status="x" + HOSTILE)
    price = PriceRow(HOSTILE, HOSTILE, HOSTILE, "https://evil.example/\"onclick='x'" + HOSTILE, 1.0, 1.0, None, None)
    answers = tuple(
        replace(row, why=Why("{words}", words=HOSTILE), said=HOSTILE, source=HOSTILE, path=HOSTILE)
        for row in run.answers
    )
    evidence = tuple(replace(row, observed=HOSTILE, mark=HOSTILE) for row in run.identity.evidence)
    identity = replace(
        run.identity, evidence=evidence, why=Why("nothing proves who answers: {observed}", observed=HOSTILE)
    )
    run = replace(
        run, models=(model,), answers=answers, identity=identity,
        metrics=(MetricRow(HOSTILE, HOSTILE, None, HOSTILE, HOSTILE),),
        plan=replace(run.plan, models=(HOSTILE,), operator=HOSTILE),
    )  # fmt: skip
    passport = {axis: replace(found, why=Why("{host} answered: {words}", host=HOSTILE, words=HOSTILE))
                for axis, found in readiness.passport.items()}  # fmt: skip
    return replace(judge_run(run), passport=passport, prices=(price,))


# --- the file ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("persona", sorted(PERSONAS))
def test_every_persona_renders_in_every_language(run_persona: RunPersona, persona: str, lang: str) -> None:
    found = Page(render_report(judge_run(run_persona(persona)), lang))
    assert found.unbalanced == []
    assert found.open == []
    assert found.having("html") == [{"lang": lang}]


def test_an_unknown_language_is_refused_with_the_languages_there_are(ready: Readiness) -> None:
    for render in (render_report, sections):
        with pytest.raises(UnknownName, match="choose one of: en, id"):
            render(ready, "../en")


def test_nothing_runs_and_nothing_is_loaded(page: Page) -> None:
    assert page.having("script", "link", "img", "iframe", "object", "embed", "form", "base", "video", "audio") == []
    for tag, attributes, _ in page.elements:
        assert not {name for name in attributes if name.startswith("on") or name in {"src", "srcset", "style", "xmlns"}}
        if "href" in attributes and tag != "a":
            assert attributes["href"].startswith("#")
    assert not re.search(r"url\(|@import|expression", style())


def test_the_policy_allows_the_one_style_sheet_by_its_hash_and_nothing_else(ready: Readiness) -> None:
    html = render_report(ready)
    sheets = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert len(sheets) == 1
    digest = base64.b64encode(hashlib.sha256(sheets[0].encode()).digest()).decode()
    allowed = {meta["http-equiv"]: meta["content"] for meta in Page(html).having("meta") if "http-equiv" in meta}
    assert allowed == {
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    }
    assert {"name": "referrer", "content": "no-referrer"} in Page(html).having("meta")


def test_links_lead_to_https_and_take_no_referrer_along(page: Page) -> None:
    away = [link for link in page.having("a") if not link["href"].startswith("#")]
    assert away
    for link in away:
        assert link["href"].startswith("https://")
        assert link["rel"] == "noopener noreferrer"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_table_of_contents_leads_to_every_section_by_its_own_heading(ready: Readiness, lang: str) -> None:
    html = render_report(ready, lang)
    contents, _, body = html.partition("</nav>")
    listed = re.findall(r'<li><a href="#([^"]*)">([^<]*)</a></li>', contents)
    assert [name for name, _ in listed] == list(SECTIONS)
    assert listed == re.findall(r'<div class="tk-part" id="([^"]*)"[^>]*>\s*<section[^>]*>\s*<h2>([^<]*)</h2>', body)
    found = Page(html)
    assert [attributes["aria-labelledby"] for attributes in found.having("nav")] == ["contents"]
    assert translate("Contents", lang) in found.words
    assert "tk-contents" not in "".join(sections(ready, lang).values()), "a notebook may show two reports"


def test_a_reader_of_another_language_is_told_how_numbers_are_written(ready: Readiness) -> None:
    said = "1,234.5"
    assert said not in Page(render_report(ready)).words
    assert said in Page(render_report(ready, "id")).words.partition("Daftar isi")[0]


def test_the_same_readiness_gives_the_same_bytes(ready: Readiness) -> None:
    assert render_report(ready) == render_report(ready)


def test_another_process_with_other_hashes_gives_the_same_bytes() -> None:
    script = """
import asyncio, hashlib, sys
from dataclasses import replace
from datetime import UTC, datetime
from testkey_nb import sandbox
from testkey_nb.judge import judge_run
from testkey_nb.keys import Key
from testkey_nb.probe import plan, probe_key
from testkey_nb.report import render_report
choices = plan("huggingface", base_url=sandbox.ORIGIN, trust_endpoint=True, operator="the tests")
key = Key("HF_TOKEN", sandbox.PERSONAS["huggingface"]["launch-ready"].key)
run = asyncio.run(probe_key(key, choices, transport=sandbox.transport("huggingface", "launch-ready")))
day = datetime(2026, 11, 23, tzinfo=UTC)
answers = tuple(
    replace(row, latency_s=0.1, total_s=0.2, path=row.path.partition("?")[0], size_bytes=1, asked_at=day)
    for row in run.answers
)
prices = tuple(replace(row, checked_at=day) for row in run.prices)
run.manifest.size_bytes = 1
run = replace(run, stamp=replace(run.stamp, run_id="r", key_hint="h", observed_at=day), answers=answers, prices=prices)
html = render_report(judge_run(run), "id")
print(hashlib.sha256(html.encode()).hexdigest())
"""
    digests = {
        subprocess.run(  # noqa: S603 - this interpreter, on the script above
            [sys.executable, "-c", script], check=True, capture_output=True, text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parent.parent)},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(digests) == 1


# --- what it says -----------------------------------------------------------------------------------------------------


def test_the_five_sections_of_the_onboarding_page_come_first(page: Page) -> None:
    headings = re.findall(
        r"Onboarding summary|Why this probe matters|How to prove it|Next action|Ten key capabilities",
        page.words.partition("Operator's statement")[2],
    )
    assert list(dict.fromkeys(headings)) == [
        "Onboarding summary", "Why this probe matters", "How to prove it", "Next action", "Ten key capabilities",
    ]  # fmt: skip


def test_the_head_says_who_when_what_and_under_whose_statement(page: Page, ready: Readiness) -> None:
    head = page.words.partition("Onboarding summary")[0]
    for said in (
        "Hugging Face Router", "huggingface", "global route", "not ready", "commercial-launch", "add_provider_config",
        "the tests, for made-up accounts", ready.run.stamp.observed_at.strftime("%Y-%m-%d %H:%M UTC"),
    ):  # fmt: skip
        assert said in head


@pytest.mark.parametrize(("persona", "said"), [("no-inference-scope", "not ready"), ("hub-throttled", "undecided")])
def test_not_ready_and_undecided_are_different_words(run_persona: RunPersona, persona: str, said: str) -> None:
    answer = re.search(r'class="tk-answer[^>]*>([^<]*)<', render_report(judge_run(run_persona(persona))))
    assert answer
    assert answer[1] == said


def test_a_key_that_is_ready_has_no_action(run_persona: RunPersona, all_done: AllDone) -> None:
    run = run_persona("launch-ready")
    words = Page(render_report(judge_run(run, all_done(run)))).words
    assert "No action. nothing is outstanding" in words
    assert "human_review" not in words


def test_whatever_comes_from_the_sandbox_says_so_first(page: Page, ready: Readiness) -> None:
    assert page.words.partition("Key readiness report")[2].partition("SANDBOX")[1]
    assert "Nothing here was said by a real provider." in page.words
    real = replace(ready.run.identity, evidence=())
    assert "SANDBOX " not in Page(render_report(replace(ready, run=replace(ready.run, identity=real)))).words


def test_sandbox_stays_in_sight_on_every_screen_and_page(page: Page, ready: Readiness) -> None:
    banners = [around for _, attributes, around in page.elements if attributes.get("class") == "tk-sandbox"]
    assert banners == [("html", "body")], "it sticks within the element around it: the whole page"
    assert page.having("body") == [{"class": "tk-report tk-page tk-stand-in"}]
    assert ".tk-stand-in > .tk-sandbox { position: sticky; top: 0;" in style()
    assert re.search(r'@page stand-in \{ @top-center \{ content: "SANDBOX";', style())
    assert ".tk-stand-in { page: stand-in; }" in style()
    real = replace(ready.run, identity=replace(ready.run.identity, evidence=()))
    assert Page(render_report(replace(ready, run=real))).having("body") == [{"class": "tk-report tk-page"}]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_head_says_what_a_person_is_to_do(run_persona: RunPersona, lang: str) -> None:
    broke = judge_run(run_persona("broke"))
    head = Page(render_report(broke, lang)).words.partition(translate("Vouched for by the operator.", lang))[0]
    assert translate(broke.action.opens, lang) in head
    assert "https://huggingface.co/settings/billing" in head


def test_a_vouched_identity_is_said_to_be_vouched_and_a_genuine_one_is_not(page: Page, ready: Readiness) -> None:
    assert "Vouched for by the operator." in page.words
    genuine = Identity(Verdict.GENUINE, "huggingface", Why(""), ())
    assert "Vouched" not in Page(render_report(replace(ready, run=replace(ready.run, identity=genuine)))).words


def test_no_cell_is_an_empty_box(ready: Readiness) -> None:
    assert any(not row.endpoint for row in ready.run.identity.evidence)
    assert "<code></code>" not in render_report(ready)


def test_every_row_of_the_judge_is_shown(page: Page, ready: Readiness) -> None:
    for name in (*Capability, *ready.run.values()):
        assert name in page.words
    for name in (*Gate, *Axis):
        assert name.capitalize() in page.words
    whys = [row.why for row in ready.capabilities] + [found.why for found in ready.passport.values()]
    assert [why for why in whys if " ".join(why.split()) not in page.words] == []


def test_prices_of_other_models_are_counted_and_not_shown(ready: Readiness) -> None:
    others = [row for row in ready.prices if row.model not in ready.run.plan.models]
    words = Page(sections(ready)["prices"]).words
    assert f"prices of models that are not covered, left out here: {len(others)}" in words
    assert all(row.model not in words for row in others)


def test_the_manifest_counts_every_request_and_costs_nothing(page: Page, ready: Readiness) -> None:
    sent = page.words.partition("What this run sent")[2]
    assert f"Requests {ready.run.manifest.requests} Methods GET" in sent
    assert "Cost 0 USD" in sent


def test_empty_frames_are_said_to_be_empty(run_persona: RunPersona) -> None:
    run = replace(run_persona("wrong-host"), answers=(), metrics=(), models=(), prices=(), limits=())
    words = Page(render_report(judge_run(run))).words
    for said in ("none were published", "none were read", "nothing was asked", "No request was answered.", "none yet"):
        assert said in words


def test_a_gate_the_dimension_does_not_require_is_marked(run_persona: RunPersona) -> None:
    readiness = judge_run(run_persona("launch-ready"), policy=of_dimension("inventory-fit"))
    assert Page(render_report(readiness)).words.count("Not required by this dimension.") == 2


def test_indonesian_says_what_the_judge_wrote_in_indonesian(ready: Readiness) -> None:
    words = Page(render_report(ready, "id")).words
    assert "BELUM SIAP" in words.upper()
    for why in (ready.action.why, ready.signal, *(found.why for found in ready.passport.values())):
        assert " ".join(translate(why, "id").split()) in words


# --- foreign text -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_foreign_text_is_never_markup(ready: Readiness, lang: str) -> None:
    html = render_report(_hostile(ready), lang)
    found = Page(html)
    assert found.having("script", "img", "textarea") == []
    assert len(found.having("style")) == len(found.having("title")) - 3 == 1  # each of three pictures has a title too
    assert "{{ 7*7 }}" in found.words
    assert "\u202e" not in html
    assert "\x00" not in html
    assert all("evil" not in link["href"] for link in found.having("a"))


def test_foreign_text_is_bounded(ready: Readiness) -> None:
    long = "w" * 50_000
    answers = tuple(replace(row, said=long, why=Why("{words}", words=long), path=long) for row in ready.run.answers)
    run = replace(ready.run, answers=answers, metrics=(MetricRow(long, long, None, "", long),) * 500)
    html = render_report(judge_run(run))
    assert max(map(len, re.findall("w+…?", html))) <= MAX_CHARS
    assert "rows left out here: 380" in html


# --- how it reads to a machine ----------------------------------------------------------------------------------------


def test_ids_are_unique(page: Page) -> None:
    ids = [attributes["id"] for _, attributes, _ in page.elements if "id" in attributes]
    assert ids
    assert len(ids) == len(set(ids))


def test_headings_go_down_one_level_at_a_time_from_one_h1(page: Page) -> None:
    levels = [int(tag[1]) for tag, _, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_everything_stands_in_a_landmark_and_there_is_one_main(page: Page) -> None:
    assert len(page.having("main")) == 1
    inside = [tag for tag, _, around in page.elements if around[-1:] == ("body",)]
    assert inside == ["aside", "header", "main", "footer"]


def test_every_table_has_a_caption_and_every_header_cell_a_scope(page: Page, ready: Readiness) -> None:
    tables = re.findall(r"<table.*?</table>", render_report(ready), re.DOTALL)
    assert len(tables) == len(page.having("caption")) > 10
    for table in tables:
        assert re.match(r"<table[^>]*>\s*<caption>[^<]+</caption>", table)
    assert {cell.get("scope") for cell in page.having("th")} == {"col", "row"}


def test_every_row_of_a_table_has_a_cell_for_every_column(ready: Readiness) -> None:
    for table in re.findall(r"<table.*?</table>", render_report(ready), re.DOTALL):
        rows = re.findall(r"<tr>.*?</tr>", table, re.DOTALL)
        assert len({len(re.findall(r"<t[hd][ >]", row)) for row in rows}) == 1


def test_scrolling_areas_can_be_focused_and_have_names_of_their_own(page: Page) -> None:
    areas = [attributes for _, attributes, _ in page.elements if attributes.get("role") == "region"]
    assert all(area["tabindex"] == "0" for area in areas)
    names = [area["aria-label"] for area in areas]
    assert all(names)
    assert len(names) == len(set(names))


def test_pictures_have_their_data_in_words(page: Page) -> None:
    pictures = page.having("svg")
    assert len(pictures) == 3
    assert all(picture["role"] == "img" and len(picture["aria-label"]) > 40 for picture in pictures)


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    """Return WCAG 2.2's contrast ratio of two colours."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_keeps_the_contrast_that_wcag_asks_for() -> None:
    css = style()
    names = dict(re.findall(r"--(\w+): (#\w+)", css))
    pairs = [(names[text], names[ground]) for text in ("ink", "muted", "link") for ground in ("paper", "soft")]
    pairs += re.findall(r"\.tk-(?:good|bad|unsure|plain) \{ background: (#\w+); color: (#\w+)", css)
    pairs += [("#fff", colour) for colour in re.findall(r"\.tk-solid-\w+ \{ background: (#\w+)", css)]
    pairs += [(names["muted"], "#e9eef2"), (names["ink"], "#fdf1d3")]
    assert len(pairs) == 15
    assert [pair for pair in pairs if _contrast(*pair) < 4.5] == []


# --- fragments --------------------------------------------------------------------------------------------------------


def test_fragments_are_the_reports_own_sections_in_order(ready: Readiness) -> None:
    found = sections(ready)
    assert tuple(found) == SECTIONS == (
        "summary", "why", "how", "action", "capabilities", "gates", "passport", "evidence", "models", "prices", "costs",
        "routes", "limits", "stability", "region", "previews", "answers",
    )  # fmt: skip
    html = render_report(ready)
    places = [html.index(fragment) for fragment in found.values()]
    assert places == sorted(places)


def test_a_fragment_stands_alone_under_the_scoped_style(ready: Readiness) -> None:
    for fragment in sections(ready, "id").values():
        found = Page(fragment)
        assert found.unbalanced == found.open == []
        assert "tk-report" in found.elements[0][1]["class"].split()
        assert found.having("html", "head", "body", "style", "script", "h1") == []
        assert not any("style" in attributes for _, attributes, _ in found.elements)


def test_the_style_sheet_touches_nothing_but_the_reports_own_classes() -> None:
    rules = re.sub(r"@media[^{]*\{|@page[^}]*\}", "", style())
    for selectors in re.findall(r"([^{}]+)\{[^{}]*\}", rules):
        assert [one for one in selectors.split(",") if not one.strip().startswith(".tk-")] == []


class _Goes(str):
    """A text at whose showing a run goes."""

    __slots__ = ("run",)
    run: Run

    def __str__(self) -> str:
        self.run.forget()
        return "shown"


@pytest.mark.parametrize("write", [render_report, sections])
def test_data_that_goes_while_a_report_is_written_leaves_no_half_of_one(
    write: Callable[[Readiness], object], ready: Readiness
) -> None:
    going = _Goes("an operator")
    first, *others = ready.run.answers
    run = replace(
        ready.run, answers=(replace(first, host=going), *others), plan=replace(ready.run.plan, operator=going)
    )
    going.run = run
    with pytest.raises(DataExpired):
        write(judge_run(run))
