"""A dropdown over what was observed: other options may be put into it, and its choice stays where it still exists."""

from collections.abc import Callable, Iterable

import ipywidgets as ipw

from testkey_nb.rows import Why

from .speech import Speech


def choice(speech: Speech, label: Why) -> ipw.Dropdown:
    """Make a dropdown as wide as its label and options, of which it has none yet."""
    return speech.of(ipw.Dropdown(style={"description_width": "auto"}), description=label)


def refill(control: ipw.Dropdown, options: Iterable[str], say: Callable[[str], str]) -> None:
    """Put other options into a control, each with what is said of it; its choice stays where it still exists."""
    value, values = control.value, list(options)
    control.options = [(say(one), one) for one in values]
    control.value = value if value in values else values[0]
