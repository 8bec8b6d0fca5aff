"""What a panel says of its own: in the language that is chosen, and again when another is chosen."""

import html
from collections.abc import Callable, Iterable
from typing import TypeVar

import ipywidgets as ipw

from testkey_nb.locale import translate
from testkey_nb.rows import Why

Speaking = TypeVar("Speaking", bound=ipw.Widget)


class Speech:
    """Texts and where they stand.

    Parameters
    ----------
    lang
        The control whose value is the language.

    """

    def __init__(self, lang: ipw.ToggleButtons) -> None:
        """Say nothing yet."""
        self._lang = lang
        self._kept: list[Callable[[], object]] = []
        self.renewing = False  # whether controls are filled again: nobody has chosen anything
        lang.observe(lambda _change: self._again(), names="value")

    @property
    def lang(self) -> str:
        """The language that is chosen."""
        return str(self._lang.value)

    def __call__(self, text: str) -> str:
        """Return a text in the language that is chosen."""
        return translate(text, self.lang)

    def keep(self, say: Callable[[], object]) -> None:
        """Call `say` now, and again whenever another language is chosen."""
        self._kept.append(say)
        say()

    def of(self, widget: Speaking, **texts: str) -> Speaking:
        """Have a widget say texts, by the names of its traits; return it."""

        def say() -> None:
            for trait, text in texts.items():
                setattr(widget, trait, self(text))

        self.keep(say)
        return widget

    def titles(self, widget: Speaking, titles: Iterable[str]) -> Speaking:
        """Have the parts of a tab or an accordion called so; return it."""
        told = tuple(titles)
        self.keep(lambda: setattr(widget, "titles", tuple(map(self, told))))
        return widget

    def options(self, widget: Speaking, options: Iterable[tuple[str, object]]) -> Speaking:
        """Have a choice offer values, each called by its text; return it."""
        told = tuple(options)

        def say() -> None:
            value = widget.value
            widget.options = tuple((self(text), one) for text, one in told)
            widget.value = value if value in [one for _, one in told] else told[0][1]

        self.keep(say)
        return widget

    def line(self, text: str, name: str = "tk-panel-hint") -> ipw.HTML:
        """Return a paragraph that says a text."""
        widget = ipw.HTML()
        self.keep(lambda: setattr(widget, "value", f'<p class="{name}">{html.escape(self(text))}</p>'))
        return widget

    def title(self, text: str, hint: str = "") -> ipw.HTML:
        """Return what stands above a group of widgets."""
        widget = ipw.HTML()

        def say() -> None:
            more = f' <span class="tk-panel-hint">{html.escape(self(hint))}</span>' if hint else ""
            widget.value = f'<p class="tk-panel-title"><strong>{html.escape(self(text))}</strong>{more}</p>'

        self.keep(say)
        return widget

    def _again(self) -> None:
        self.renewing = True
        try:
            for say in self._kept:
                say()
        finally:
            self.renewing = False


def listed(parts: Iterable[Why], between: str = ", ") -> Why:
    """Join sentences and words of our own, each still to be translated by itself."""
    numbered = {f"part{number}": part for number, part in enumerate(parts)}
    return Why(between.join(f"{{{name}}}" for name in numbered), **numbered)
