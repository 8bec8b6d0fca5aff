"""What a judged run looks like in a panel: its verdict, and the sections of the report."""

import html
from functools import cache
from importlib.resources import files

import ipywidgets as ipw

from testkey_nb.judge import Readiness
from testkey_nb.locale import translate
from testkey_nb.outcome import Action, Verdict
from testkey_nb.report import SECTIONS, sections, style
from testkey_nb.rows import Why

from .timely import timely

IN_TABS = {
    "gates": Why("Five gates"),
    "passport": Why("Passport of the key"),
    "evidence": Why("Evidence of identity"),
    "models": Why("Models"),
    "prices": Why("Prices"),
    "costs": Why("Cost"),
    "routes": Why("Routes"),
    "limits": Why("Limits"),
    "stability": Why("Stability"),
    "region": Why("Region and IP"),
    "previews": Why("What testkey apply would write"),
    "answers": Why("Answers and requests"),
}
READ_FIRST = tuple(name for name in SECTIONS if name not in IN_TABS)
OPENS = Why("The smallest thing that opens the gate")
VERDICT = {True: ("ready", "good"), False: ("not_ready", "bad"), None: ("undecided", "unsure")}
STAND_IN = "Every answer came from a stand-in on this machine. Nothing here was said by a real provider."
VOUCHED = ("Vouched for by the operator.", "The evidence alone does not prove who answers at this endpoint.")
NEXT, NONE = "Next action", "none"


@cache
def panel_style() -> str:
    """Return the style sheet of the panel itself; it touches nothing outside ``.tk-panel``."""
    return (files(__package__) / "panel.css").read_text(encoding="utf-8")


class Results:
    """The lower half of a panel; empty until there is something to show."""

    def __init__(self) -> None:
        """Lay out a headline, the sections everybody reads, and the evidence in tabs."""
        self.headline = ipw.HTML()
        self.sections = {name: ipw.HTML() for name in SECTIONS}
        self.tabs = ipw.Tab([self.sections[name] for name in IN_TABS])
        read_first = [self.sections[name] for name in READ_FIRST]
        look = ipw.HTML(f"<style>{style()}</style>")
        self.view = ipw.VBox([look, self.headline, *read_first, self.tabs])
        self.view.add_class("tk-panel-results")
        self.view.layout.display = "none"
        self._readiness: Readiness | None = None
        self._lang = "en"
        self.tabs.observe(timely(self._fill, lambda: self._readiness, self.clear), names="selected_index")

    def show(self, readiness: Readiness, lang: str) -> None:
        """Show `readiness` in a language in place of what was shown before."""
        fragments = sections(readiness, lang, (*READ_FIRST, self._looked_at))
        self._readiness, self._lang = readiness, lang
        self.headline.value = headline(readiness, lang)
        for name, section in self.sections.items():
            section.value = fragments.get(name, "")
        self.tabs.titles = [translate(title, lang) for title in IN_TABS.values()]
        self.view.layout.display = None

    @property
    def _looked_at(self) -> str:
        return list(IN_TABS)[self.tabs.selected_index or 0]

    def _fill(self) -> None:
        """Draw the tab that is looked at, if it was not drawn yet: all of them take half a second."""
        name, readiness = self._looked_at, self._readiness
        if readiness is not None and not self.sections[name].value:
            self.sections[name].value = sections(readiness, self._lang, [name])[name]

    def clear(self) -> None:
        """Show nothing any more."""
        self._readiness = None
        self.view.layout.display = "none"
        self.headline.value = ""
        for section in self.sections.values():
            section.value = ""


def headline(readiness: Readiness, lang: str) -> str:
    """Return the verdict and the next action as HTML, and in large letters whether it is all made up."""

    def say(text: str) -> str:
        return html.escape(translate(text, lang))

    def word(name: str) -> str:
        return say(name).replace("_", " ")

    verdict, tone = VERDICT[readiness.ready]
    action, run = readiness.action, readiness.run
    opens = (
        f'<br><span class="tk-label">{say(OPENS)}</span> {say(action.opens)}'
        if action.id == Action.HUMAN_REVIEW and action.opens
        else ""
    )
    named = f"<strong>{word(action.id)}</strong> <code>{html.escape(action.id)}</code>" if action.id else word(NONE)
    made_up = f'<div class="tk-sandbox"><strong>SANDBOX</strong> <span>{say(STAND_IN)}</span></div>'
    vouched = f'<p class="tk-vouched"><strong>{say(VOUCHED[0])}</strong> {say(VOUCHED[1])}</p>'
    return (
        f'<div class="tk-report">{made_up if run.sandbox else ""}<div class="tk-verdict">'
        f'<p class="tk-answer tk-solid-{tone}">{word(verdict)}</p>'
        f'<p class="tk-next"><span class="tk-label">{say(NEXT)}</span> {named}<br>{say(action.why)}{opens}</p></div>'
        f"{vouched if run.identity.verdict is Verdict.VOUCHED else ''}</div>"
    )
