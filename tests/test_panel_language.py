"""Whatever a panel shows is in the language that is chosen, and in another as soon as that is chosen."""

import asyncio
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import ipywidgets
import pytest

from testkey_nb import sandbox
from testkey_nb.judge import DIMENSIONS
from testkey_nb.locale import entries
from testkey_nb.panels import ComparePanel, ModelsPanel, OnboardingPanel, SignalsPanel
from testkey_nb.providers import PROVIDERS

AnyPanel = OnboardingPanel | ComparePanel | ModelsPanel | SignalsPanel
PANELS = (OnboardingPanel, ComparePanel, ModelsPanel, SignalsPanel)
CHOSEN = {"huggingface": ["launch-ready", "broke"], "deepinfra": ["launch-ready"], "openai": ["region-blocked"]}
LOAD: dict[str, Any] = {"planned_requests_per_day": 1000, "planned_input_tokens": 1000, "planned_output_tokens": 100}

# Names of people, programs and files, which no language changes; and what is said alike in both.
NAMES = {
    "", "English", "Bahasa Indonesia", "Language / Bahasa",
    "SANDBOX", "text", "image", "here", "Hong Kong", *DIMENSIONS, *PROVIDERS,
    *(provider.name for provider in PROVIDERS.values()),
    *(name for personas in sandbox.PERSONAS.values() for name in personas),
    *(english for english, said in entries("id").items() if english == said),
}  # fmt: skip
# What an endpoint showed, a provider answered, and `apply` would note: kept as it was written.
KEPT = re.compile(
    r"status \d+: .*|owner of models|key shape|providers in the model list|persona .*|.* list their inference providers"
    r"|.*Invalid credentials in Authorization header.*|routes\.yaml: .*|.*/testdata.*|RFC 9110 .*"
)
IDS = re.compile(r"[a-z]+ · .*|[\w.:/-]+/[\w.:/-]+| ?[▲▼]?|\d+|\u200b")  # on controls
PROSE = re.compile(r".*[A-Za-z][a-z]+ [a-z]{2,}.*")  # in HTML; single words are looked up


class Words(HTMLParser):
    """What a person reads or hears of HTML, piece by piece; code and links are the same in every language."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.within: list[str] = []
        self.pieces: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"code", "style", "pre", "a", "svg"}:
            self.within.append(tag)
        self.pieces += [value or "" for name, value in attrs if name in {"aria-label", "title"}]

    def handle_endtag(self, tag: str) -> None:
        if self.within[-1:] == [tag]:
            self.within.pop()

    def handle_data(self, data: str) -> None:
        if not self.within:
            self.pieces.append(data)


def visible(widget: ipywidgets.Widget) -> Iterator[ipywidgets.Widget]:
    """Yield a widget and those within it, but none that are not shown."""
    if isinstance(widget, ipywidgets.DOMWidget) and widget.layout.display == "none":
        return
    yield widget
    for child in getattr(widget, "children", ()):
        yield from visible(child)


def on_controls(panel: AnyPanel) -> set[str]:
    """Return what stands on and in controls: labels, hints, options, titles of tabs."""
    found = set()
    for widget in visible(panel.view):
        found |= {getattr(widget, trait, None) or "" for trait in ("description", "placeholder", "tooltip")}
        found |= {*getattr(widget, "titles", ()), *getattr(widget, "_options_labels", ())}
    return found


def in_html(panel: AnyPanel) -> set[str]:
    html = [widget.value for widget in visible(panel.view) if isinstance(widget, ipywidgets.HTML)]
    return {" ".join(piece.split()) for value in html for piece in Words(value).pieces}


def looked_at(panel: AnyPanel) -> tuple[set[str], set[str]]:
    """Return both of every tab."""
    controls, html = on_controls(panel), in_html(panel)
    for tab in [widget for widget in visible(panel.view) if isinstance(widget, ipywidgets.Tab)]:
        for number in range(len(tab.children)):
            tab.selected_index = number
            controls |= on_controls(panel)
            html |= in_html(panel)
    return controls, html


def make(kind: type[AnyPanel], lang: str) -> AnyPanel:
    if kind is OnboardingPanel:
        return OnboardingPanel(lang=lang)
    if kind is SignalsPanel:
        return SignalsPanel(
            personas=CHOSEN, lang=lang, samples=2, played={"Hong Kong": "broke"}, requests=4, every_s=0.2, **LOAD
        )
    return kind(personas=CHOSEN, lang=lang, **LOAD)


async def use(panel: AnyPanel) -> None:
    """Do whatever a panel can do."""
    await panel.probe_now()
    if isinstance(panel, ComparePanel):
        panel.results.key.value = panel.results.key.options[1]
    if isinstance(panel, SignalsPanel):
        await panel.compare_now()
        await panel.watch_now()


def seen_in(panel: AnyPanel) -> tuple[set[str], set[str]]:
    """Return what is seen of a panel before it is used, after that, with a mistake made, and when all is gone."""
    views = [looked_at(panel)]
    asyncio.run(use(panel))
    views.append(looked_at(panel))
    panel.controls.min_samples.value = 3
    views.append(looked_at(panel))
    panel.controls.key_name.value = "no variable"
    views.append(looked_at(panel))
    panel.controls.source.value = "own"
    panel.countdown.button.click()
    views.append(looked_at(panel))
    return set().union(*(controls for controls, _ in views)), set().union(*(html for _, html in views))


@pytest.fixture(params=PANELS, scope="module")
def kind(request: pytest.FixtureRequest) -> type[AnyPanel]:
    asked: type[AnyPanel] = request.param
    return asked


@pytest.fixture(scope="module")
def english(kind: type[AnyPanel]) -> tuple[set[str], set[str]]:
    return seen_in(make(kind, "en"))


@pytest.fixture(scope="module")
def indonesian(kind: type[AnyPanel]) -> tuple[set[str], set[str]]:
    return seen_in(make(kind, "id"))


def left_on_controls(one: set[str], other: set[str]) -> list[str]:
    return sorted(piece for piece in one & other - NAMES if not IDS.fullmatch(piece))


def left_in_html(one: set[str], other: set[str]) -> list[str]:
    return sorted(piece for piece in one & other - NAMES if PROSE.fullmatch(piece) and not KEPT.fullmatch(piece))


def test_every_control_says_what_it_is_for_in_the_language_that_is_chosen(
    english: tuple[set[str], set[str]], indonesian: tuple[set[str], set[str]]
) -> None:
    assert len(indonesian[0]) > 40
    assert left_on_controls(english[0], indonesian[0]) == []


def test_every_text_is_in_the_language_that_is_chosen(
    english: tuple[set[str], set[str]], indonesian: tuple[set[str], set[str]]
) -> None:
    assert len(indonesian[1]) > 100
    assert left_in_html(english[1], indonesian[1]) == []


def test_no_english_label_is_left_in_another_language(indonesian: tuple[set[str], set[str]]) -> None:
    kept = {"models", "requests", "tokens", "user", "cheapest", "unpriced", "live", "region", "model"}  # ids and units
    known = {english for english, said in entries("id").items() if english != said}
    assert (indonesian[0] | indonesian[1]) & known - NAMES <= kept


def test_another_language_is_spoken_at_once_nothing_is_sent_and_no_choice_is_lost(kind: type[AnyPanel]) -> None:
    panel = make(kind, "en")
    asyncio.run(use(panel))
    panel.controls.source.value, panel.controls.route_lead.value = "own", "fastest"
    before = looked_at(panel)
    panel.controls.lang.value = "id"
    after = looked_at(panel)
    assert left_on_controls(before[0], after[0]) == []
    assert left_in_html(before[1], after[1]) == []
    assert (panel.controls.source.value, panel.controls.route_lead.value) == ("own", "fastest")
    assert "Dinilai ulang. Tidak ada yang dikirim" in panel.status.value
    panel.controls.lang.value = "en"
    assert looked_at(panel)[0] == before[0]
