"""A dropdown over what was observed: other options may be put into it, and its choice stays where it still exists."""

from collections.abc import Iterable, Sequence

import ipywidgets as ipw


def choice(label: str, options: Iterable[str]) -> ipw.Dropdown:
    """Make a dropdown as wide as its label and options."""
    return ipw.Dropdown(description=label, options=list(options), style={"description_width": "auto"})


def refill(control: ipw.Dropdown, options: Sequence[str]) -> None:
    """Put other options into a control; its choice stays where it still exists."""
    value = control.value
    control.options = list(options)
    control.value = value if value in options else options[0]
