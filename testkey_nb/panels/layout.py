"""Where the controls of the onboarding panel stand, in groups that other panels have, too."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import ipywidgets as ipw

from testkey_nb import sandbox

from .controls import RULES, Controls
from .results import panel_style

if TYPE_CHECKING:
    from .onboarding import OnboardingPanel

RETAINED = "Read-only. What is observed is gone after five minutes; no file holds it, unless you export the report."


def lay_out(panel: "OnboardingPanel") -> ipw.DOMWidget:
    """Return the whole panel: three groups of controls, the buttons, the results."""
    controls = panel.controls
    groups = row([whose(controls, "Whose key"), _what(controls)])
    act = row([panel.probe_button, panel.bar, panel.status], "tk-panel-act")
    keep = row([controls.lang, controls.out, panel.export_button], "tk-panel-act")
    retained = ipw.HTML(f'<p class="tk-panel-hint">{RETAINED}</p>')
    look = ipw.HTML(f"<style>{panel_style()}</style>")
    view = ipw.VBox([look, groups, how(controls), act, keep, retained, panel.countdown.view, panel.results.view])
    view.add_class("tk-panel")
    return view


def whose(controls: Controls, title: str, hint: str = "", more: Iterable[ipw.DOMWidget] = ()) -> ipw.DOMWidget:
    """Group what says whose key is asked about, and more beneath it; only what belongs to the choice is there."""
    says = ipw.HTML()
    made_up = ipw.VBox([controls.persona, says])
    own = ipw.VBox([controls.key_name, controls.operator])

    def follow(_change: object = None) -> None:
        persona = sandbox.PERSONAS.get(controls.provider.value, {}).get(controls.persona.value)
        says.value = f'<p class="tk-panel-hint">{persona.says if persona else ""}</p>'
        made_up.layout.display = None if controls.in_sandbox else "none"
        own.layout.display = "none" if controls.in_sandbox else None

    for control in (controls.source, controls.provider, controls.persona):
        control.observe(follow, names="value")
    follow()
    return group(title, hint, [controls.source, controls.provider, made_up, own, *more])


def _what(controls: Controls) -> ipw.DOMWidget:
    endpoint = ipw.Accordion([ipw.VBox([controls.base_url, controls.trust_endpoint])], titles=["Endpoint"])

    def follow(_change: object = None) -> None:
        endpoint.layout.display = "none" if controls.in_sandbox else None

    controls.source.observe(follow, names="value")
    follow()
    return group("What to ask", "Reading only: GET and HEAD.", [controls.models, controls.samples, endpoint])


def how(controls: Controls) -> ipw.DOMWidget:
    """Group what a verdict depends on beside the answers."""
    rules = ipw.Box([getattr(controls, name) for name in RULES])
    rules.add_class("tk-panel-rules")
    hint = "Moving anything here judges the same answers again and sends nothing."
    return group("How to judge", hint, [controls.dimension, controls.launch_dir, rules])


def row(children: list[ipw.DOMWidget], name: str = "tk-panel-row") -> ipw.DOMWidget:
    """Set widgets beside one another, as many as there is room for."""
    box = ipw.Box(children)
    box.add_class(name)
    return box


def group(title: str, hint: str, children: list[ipw.DOMWidget]) -> ipw.DOMWidget:
    """Frame widgets under a title."""
    says = f' <span class="tk-panel-hint">{hint}</span>' if hint else ""
    box = ipw.VBox([ipw.HTML(f'<p class="tk-panel-title"><strong>{title}</strong>{says}</p>'), *children])
    box.add_class("tk-panel-group")
    return box
