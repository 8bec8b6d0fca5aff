"""What an analyst has chosen to compare: a list that keys and personas are added to and removed from."""

from collections.abc import Callable
from functools import partial
from typing import Any

import ipywidgets as ipw

from testkey_nb import sandbox
from testkey_nb.errors import CallerError, UnknownName
from testkey_nb.heatmap import KEYS
from testkey_nb.providers import PROVIDERS
from testkey_nb.rows import Why

from .controls import Controls, check_set
from .job import Job
from .speech import Speech
from .subject import Subject, persona_of

NO_KEY = Why("there is nothing to ask about; add a persona, or a key by the name of its variable")


class Chosen:
    """The list, and the buttons that change it by what the controls say.

    Parameters
    ----------
    controls
        Those of the panel.
    job
        Tells the analyst's mistakes.

    """

    def __init__(self, controls: Controls, job: Job[Any]) -> None:
        """Choose nothing yet."""
        self.subjects: tuple[Subject, ...] = ()
        make = partial(make_button, job)
        self.list = ipw.SelectMultiple(rows=8, layout={"width": "auto"})
        controls.speech.of(self.list, description=Why("To compare"))  # heard only: the same stands above it
        self.list.add_class("tk-heard")
        self.add_button = make(Why("Add"), "plus", self._add_one)
        self.add_personas_button = make(Why("Add all its personas"), "plus", self._add_personas)
        self.add_everywhere_button = make(Why("Add this persona of all providers"), "plus", self._add_everywhere)
        self.remove_button = make(Why("Remove selected"), "minus", self._remove_selected)
        self.clear_button = make(Why("Remove all"), "minus", lambda: self.remove(*self.subjects))
        self._controls = controls

    def add_persona(self, provider: str, persona: str) -> None:
        """Add a persona of the sandbox to what will be compared.

        Raises
        ------
        UnknownName
            If the provider has no such persona, or there are too many keys already.

        """
        persona_of(provider, persona)
        self._add(Subject(provider, persona, made_up=True))

    def add_key(self, provider: str, key_name: str) -> None:
        """Add the key in a variable; it is read when the probe begins.

        Raises
        ------
        UnknownName
            If there is no such provider, or there are too many keys already.
        KeyMissing
            If `key_name` is not the name of a variable that is set.

        """
        known = [one.id for one in PROVIDERS.values() if one.asks and one.hosts and one.covered_models]
        if provider not in known:  # a relay's address and models are its operator's: there is no batch of those
            raise UnknownName.among("provider with a host and models of its own", provider, known)
        check_set(key_name)
        self._add(Subject(provider, key_name, made_up=False))

    def remove(self, *subjects: Subject) -> None:
        """Leave some of them out of the next comparison; what is shown stays."""
        self._choose(tuple(one for one in self.subjects if one not in subjects))

    def _add(self, subject: Subject) -> None:
        if subject in self.subjects:
            return
        if len(self.subjects) >= KEYS:
            raise UnknownName(Why("{n} keys are compared at the most; remove some to add others", n=KEYS))
        self._choose((*self.subjects, subject))

    def _choose(self, subjects: tuple[Subject, ...]) -> None:
        self.subjects = subjects
        self.list.options = [(str(one), one) for one in subjects]

    def _add_one(self) -> None:
        chosen = self._controls
        if chosen.in_sandbox:
            self.add_persona(chosen.provider.value, chosen.persona.value)
        else:
            self.add_key(chosen.provider.value, chosen.key_name.value.strip())

    def _remove_selected(self) -> None:
        if not self.list.value:
            raise UnknownName(Why("nothing is selected; select what to remove in the list first"))
        self.remove(*self.list.value)

    def _add_personas(self) -> None:
        provider = self._controls.provider.value
        for persona in sandbox.PERSONAS.get(provider, ()):
            self.add_persona(provider, persona)

    def _add_everywhere(self) -> None:
        for provider, personas in sandbox.PERSONAS.items():
            if self._controls.persona.value in personas:
                self.add_persona(provider, self._controls.persona.value)


def make_button(job: Job[Any], label: Why, icon: str, press: Callable[[], object], style: str = "") -> ipw.Button:
    """Make a button that tells the analyst's mistakes instead of raising them where nobody looks."""
    button = job.speech.of(ipw.Button(icon=icon, button_style=style, layout={"width": "auto"}), description=label)

    def pressed(_button: object) -> None:
        try:
            press()
        except CallerError as mistake:
            job.say(mistake, alert=True)

    button.on_click(pressed)
    return button


def key_choice(chosen: Chosen, speech: Speech) -> ipw.Dropdown:
    """Make a dropdown of what is chosen, which follows the list; None where nothing is."""
    control = ipw.Dropdown(style={"description_width": "auto"}, layout={"width": "auto"})
    speech.of(control, description=Why("Which key"))

    def follow(_change: object = None) -> None:
        value = control.value
        control.options = chosen.list.options
        control.value = value if value in chosen.subjects else next(iter(chosen.subjects), None)

    chosen.list.observe(follow, names="options")
    follow()
    return control
