"""Where the controls of a panel of several keys stand."""

from typing import TYPE_CHECKING, Any

import ipywidgets as ipw

from testkey_nb.rows import Why

from .layout import JUDGE, folded, group, how, row, whose
from .results import panel_style

if TYPE_CHECKING:
    from .batch import BatchPanel

RETAINED = Why("What is observed is gone five minutes after the first key was probed; no file holds it.")


def lay_out(panel: "BatchPanel[Any]", *more: ipw.DOMWidget) -> ipw.DOMWidget:
    """Return the whole panel: what to compare and `more`, how to judge it, the buttons, the results."""
    controls, speech = panel.controls, panel.controls.speech
    chosen = panel.chosen
    add = row([chosen.add_button, chosen.add_personas_button, chosen.add_everywhere_button], "tk-panel-act")
    remove = row([chosen.remove_button, chosen.clear_button], "tk-panel-act")

    def follow(_change: object = None) -> None:
        for button in (chosen.add_personas_button, chosen.add_everywhere_button):
            button.layout.display = None if controls.in_sandbox else "none"

    controls.source.observe(follow, names="value")
    follow()
    hint = Why("Keys are read when you press Probe. Reading only: GET and HEAD.")
    groups = row([
        whose(controls, Why("Add keys"), more=[add]),
        group(speech.title(Why("To compare"), hint), [chosen.list, remove, controls.samples]),
    ])  # fmt: skip
    act = row([panel.probe_button, panel.stop_button, panel.bar, panel.status], "tk-panel-act")
    retained = speech.line(RETAINED)
    look = ipw.HTML(f"<style>{panel_style()}</style>")
    judging = folded(speech, JUDGE, how(controls))
    view = ipw.VBox([
        look, groups, *more, judging, act, row([controls.lang], "tk-panel-act"), retained, panel.countdown.view,
        panel.results.view,
    ])  # fmt: skip
    view.add_class("tk-panel")
    return view
