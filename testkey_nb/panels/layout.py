"""Where the controls of the onboarding panel stand, in groups that other panels have, too."""

import html
from collections.abc import Iterable
from typing import TYPE_CHECKING

import ipywidgets as ipw

from testkey_nb import sandbox
from testkey_nb.rows import Why

from .controls import RULES, Controls
from .results import panel_style
from .speech import Speech

if TYPE_CHECKING:
    from .onboarding import OnboardingPanel

RETAINED = Why(
    "Read-only. What is observed is gone after five minutes; no file holds it, unless you export the report."
)

JUDGE = Why("How to judge")


def lay_out(panel: "OnboardingPanel") -> ipw.DOMWidget:
    """Return the whole panel: three groups of controls, the buttons, the results."""
    controls = panel.controls
    groups = row([whose(controls, Why("Whose key")), _what(controls)])
    act = row([panel.probe_button, panel.bar, panel.status], "tk-panel-act")
    keep = row([controls.lang, controls.out, panel.export_button], "tk-panel-act")
    retained = controls.speech.line(RETAINED)
    look = ipw.HTML(f"<style>{panel_style()}</style>")
    view = ipw.VBox([look, groups, how(controls), act, keep, retained, panel.countdown.view, panel.results.view])
    view.add_class("tk-panel")
    return view


def whose(controls: Controls, title: Why, more: Iterable[ipw.DOMWidget] = ()) -> ipw.DOMWidget:
    """Group what says whose key is asked about, and more beneath it; only what belongs to the choice is there."""
    says = ipw.HTML()
    made_up = ipw.VBox([controls.persona, says])
    own = ipw.VBox([controls.key_name, controls.operator])

    def follow(_change: object = None) -> None:
        persona = sandbox.PERSONAS.get(controls.provider.value, {}).get(controls.persona.value)
        said = html.escape(controls.speech(persona.says)) if persona else ""
        says.value = f'<p class="tk-panel-hint">{said}</p>'
        made_up.layout.display = None if controls.in_sandbox else "none"
        own.layout.display = "none" if controls.in_sandbox else None

    for control in (controls.source, controls.provider, controls.persona):
        control.observe(follow, names="value")
    controls.speech.keep(follow)
    return group(controls.speech.title(title), [controls.source, controls.provider, made_up, own, *more])


def _what(controls: Controls) -> ipw.DOMWidget:
    speech = controls.speech
    endpoint = folded(speech, Why("Endpoint"), ipw.VBox([controls.base_url, controls.trust_endpoint]))

    def follow(_change: object = None) -> None:
        endpoint.layout.display = "none" if controls.in_sandbox else None

    controls.source.observe(follow, names="value")
    follow()
    title = speech.title(Why("What to ask"), Why("Reading only: GET and HEAD."))
    return group(title, [controls.models, controls.samples, endpoint])


def how(controls: Controls) -> ipw.DOMWidget:
    """Group what a verdict depends on beside the answers."""
    rules = ipw.Box([getattr(controls, name) for name in RULES])
    rules.add_class("tk-panel-rules")
    hint = Why("Moving anything here judges the same answers again and sends nothing.")
    return group(controls.speech.title(JUDGE, hint), [controls.dimension, controls.launch_dir, rules])


def folded(speech: Speech, title: Why, content: ipw.DOMWidget) -> ipw.DOMWidget:
    """Hide a widget behind a button; the heading of an accordion would be out of the keyboard's reach."""
    button = speech.of(ipw.ToggleButton(layout={"width": "auto"}), description=title)

    def follow(_change: object = None) -> None:
        button.icon = "caret-down" if button.value else "caret-right"
        content.layout.display = None if button.value else "none"

    button.observe(follow, names="value")
    follow()
    box = ipw.VBox([button, content])
    box.add_class("tk-panel-folded")
    return box


def row(children: list[ipw.DOMWidget], name: str = "tk-panel-row") -> ipw.DOMWidget:
    """Set widgets beside one another, as many as there is room for."""
    box = ipw.Box(children)
    box.add_class(name)
    return box


def group(title: ipw.HTML, children: list[ipw.DOMWidget]) -> ipw.DOMWidget:
    """Frame widgets under a title."""
    box = ipw.VBox([title, *children])
    box.add_class("tk-panel-group")
    return box
