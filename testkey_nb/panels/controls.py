"""What an analyst chooses, control by control.

A control of a policy is called as the policy's field is.  No control holds a key: only the name of its variable.
"""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Self

import ipywidgets as ipw
from traitlets import Bunch

from testkey_nb import sandbox
from testkey_nb.errors import CallerError, KeyMissing, UnknownName
from testkey_nb.identity import has_a_keys_shape
from testkey_nb.judge import DIMENSIONS, Policy, change
from testkey_nb.probe.planning import MAX_SAMPLES
from testkey_nb.providers import PROVIDERS
from testkey_nb.ranking import LEADS
from testkey_nb.rows import Why

from .speech import Speech

SANDBOX, OWN = "sandbox", "own"
PEAKS = ("planned_requests_per_min", "planned_tokens_per_min")
RULES = (
    *PEAKS, "max_price_age_days", "max_price_spread", "min_days_valid",
    "min_samples", "unpublished_limits_pass",
)  # fmt: skip
LOAD = ("planned_requests_per_day", "planned_input_tokens", "planned_output_tokens")
JUDGING = (
    *RULES,
    *LOAD,
    "route_lead",
    "dimension",
    "launch_dir",
    "lang",
)  # moving one of these judges again and sends nothing
_USUAL = Policy()
THE_KEY = Why("the key")
_LANGUAGES = (("English", "en"), ("Bahasa Indonesia", "id"))  # each in itself, for whoever reads no other
_LANGUAGE = "Language / Bahasa"  # in both at once: a toggle that is called anew loses the keyboard
TEXTS = ("operator", "models", "base_url", "launch_dir", "out")  # whatever is typed into them is kept and shown
_KEY_TYPED = Why("a key was typed where none belongs, and is dropped; name its variable instead, and have it replaced")
_SOURCES = ((Why("a sandbox persona"), SANDBOX), (Why("my key"), OWN))
_LABELS: Mapping[str, Why] = MappingProxyType(
    {
        "source": Why("Ask with"), "provider": Why("Provider"), "persona": Why("Persona"),
        "key_name": Why("Variable of the key"), "operator": Why("Operator"), "models": Why("Covered models"),
        "samples": Why("Samples"), "base_url": Why("Base URL"),
        "trust_endpoint": Why("I operate this endpoint and vouch for it"), "dimension": Why("Probe dimension"),
        "launch_dir": Why("Launch folder"), "planned_requests_per_min": Why("Planned requests/min"),
        "planned_tokens_per_min": Why("Planned tokens/min"), "max_price_age_days": Why("Max price age, days"),
        "max_price_spread": Why("Max price spread"), "min_days_valid": Why("Min days valid"),
        "min_samples": Why("Min samples"), "unpublished_limits_pass": Why("Limits nobody publishes pass"),
        "planned_requests_per_day": Why("Requests/day"), "planned_input_tokens": Why("Input tokens/request"),
        "planned_output_tokens": Why("Output tokens/request"), "route_lead": Why("Rank routes by"),
        "out": Why("Report file"),
    }
)  # fmt: skip
_HINTS: Mapping[str, Why] = MappingProxyType(
    {
        "key_name": Why("name of an environment variable"), "operator": Why("who is authorised to operate this key"),
        "models": Why("separated by commas"), "base_url": Why("empty: the provider's own"),
        "launch_dir": Why("none, so nothing counts as done"), "out": Why("a name that ends in .html"),
    }
)  # fmt: skip
_KEY_LIKE = re.compile(r"[A-Z][A-Z0-9_]*(?:_TOKEN|_KEY)")
_LABEL = {"description_width": "180px"}  # the longest of them in Indonesian fits
_MOST = 100_000_000  # a policy takes no more
_ASKABLE = tuple((provider.name, provider.id) for provider in PROVIDERS.values() if provider.asks)


class Controls:
    """The controls of one panel."""

    def __init__(self) -> None:
        """Make them as they stand for somebody who has chosen nothing: the sandbox, and the policy's defaults."""
        self.lang = _toggle(_LANGUAGES, "en")
        self.lang.description = _LANGUAGE
        self.source = _toggle(((name, name) for name in (SANDBOX, OWN)), SANDBOX)
        self.provider = _field(ipw.Dropdown, options=_ASKABLE)
        self.persona = _field(ipw.Dropdown)
        self.key_name = _text(ipw.Combobox)
        self.operator = _text()
        self.models = _text()
        self.samples = _field(ipw.BoundedIntText, min=0, max=MAX_SAMPLES)
        self.base_url = _text()
        self.trust_endpoint = _check(value=False)
        self.dimension = _toggle(DIMENSIONS, _USUAL.dimension)
        self.launch_dir = _text()
        self.planned_requests_per_min = _count(_USUAL.planned_requests_per_min)
        self.planned_tokens_per_min = _count(_USUAL.planned_tokens_per_min)
        self.max_price_age_days = _slider(_USUAL.max_price_age_days, 365, 1)
        self.max_price_spread = _slider(_USUAL.max_price_spread, 2.0, 0.05)
        self.min_days_valid = _slider(_USUAL.min_days_valid, 365, 1)
        self.min_samples = _slider(_USUAL.min_samples, MAX_SAMPLES, 1)
        self.unpublished_limits_pass = _check(value=_USUAL.unpublished_limits_pass)
        self.planned_requests_per_day = _count(_USUAL.planned_requests_per_day)
        self.planned_input_tokens = _count(_USUAL.planned_input_tokens)
        self.planned_output_tokens = _count(_USUAL.planned_output_tokens)
        self.route_lead = _toggle(LEADS, _USUAL.route_lead)
        self.out = _text(value="readiness-report.html")
        self.speech = Speech(self.lang)
        self._speak()
        self.key_name.options = tuple(sorted(name for name in os.environ if _KEY_LIKE.fullmatch(name)))
        self.provider.observe(lambda _change: self._follow_provider(), names="value")
        self._follow_provider()

    @classmethod
    def choosing(cls, chosen: Mapping[str, object]) -> Self:
        """Make controls that stand as `chosen` says, by their names.

        Raises
        ------
        UnknownName
            If there is no such control, or it has no such option.
        KeyMissing
            If `key_name` is not the name of a variable that is set.

        """
        controls = cls()
        known = {name: one for name, one in vars(controls).items() if isinstance(one, ipw.Widget)}
        for name in sorted(chosen, key=lambda name: name != "provider"):
            if name not in known:
                raise UnknownName.among("control", name, known)
            controls._choose(name, chosen[name])
        return controls

    def _choose(self, name: str, value: object) -> None:
        control = getattr(self, name)
        if name == "key_name" and value:
            check_set(str(value))
            self.source.value = OWN
        options = getattr(control, "options", ()) if name != "key_name" else ()
        possible = [option[1] if isinstance(option, tuple) else option for option in options]
        if possible and value not in possible:
            raise UnknownName.among(name, str(value), possible)
        control.value = value

    def _speak(self) -> None:
        """Have every control say what it is for."""
        for name, label in _LABELS.items():
            self.speech.of(getattr(self, name), description=label)
        for name, hint in _HINTS.items():
            self.speech.of(getattr(self, name), placeholder=hint)
        self.speech.options(self.source, _SOURCES)
        self.speech.options(self.route_lead, [(lead, lead) for lead in LEADS])

    def _follow_provider(self) -> None:
        provider = PROVIDERS[self.provider.value]
        personas = sandbox.PERSONAS.get(provider.id, {})
        # A relay has no models of its own: in the sandbox its personas say which ones it serves.
        known = provider.covered_models or next((persona.models for persona in personas.values()), ())
        self.models.value = ", ".join(known)
        self.persona.options = names = tuple(personas)
        self.persona.value = next(iter(names), None)

    @property
    def in_sandbox(self) -> bool:
        """Whether a persona is asked about and not somebody's key."""
        return bool(self.source.value == SANDBOX)

    def wanted_models(self) -> list[str]:
        """Return the covered models; none means the provider's own."""
        return [name.strip() for name in self.models.value.split(",") if name.strip()]

    def folder(self) -> Path | None:
        """Return the launch folder."""
        text = self.launch_dir.value.strip()
        return Path(text).expanduser() if text else None

    def policy(self) -> Policy:
        """Return the dimension's policy with what the controls say."""
        told = (*RULES, *LOAD, "route_lead")
        return change(DIMENSIONS[self.dimension.value], {name: getattr(self, name).value for name in told})


def check_set(name: str, what: Why = THE_KEY) -> None:
    """Make sure that `name` is a variable's, without repeating it: it may be `what`, pasted by mistake.

    Raises
    ------
    KeyMissing
        If no variable of that name is set.

    """
    if name not in os.environ:
        raise KeyMissing(
            Why("no variable of that name is set; set one to {what} and give its name, never {what} itself", what=what)
        )


def drop_unset(control: ipw.Combobox, say: Callable[..., None], what: Why = THE_KEY) -> None:
    """Keep no text in `control` that names no variable: it may be `what`, pasted by mistake."""

    def look(change: Bunch) -> None:
        try:
            if change["new"]:
                check_set(change["new"], what)
        except CallerError as mistake:
            control.value = ""
            say(mistake, alert=True)

    control.observe(look, names="value")


def drop_keys(controls: Controls, say: Callable[..., None]) -> None:
    """Keep no key in a text of `controls`: it would stay in what the widget holds, in a report or in a file's name."""
    for name in TEXTS:
        getattr(controls, name).observe(partial(_drop_key, say), names="value")


def _drop_key(say: Callable[..., None], change: Bunch) -> None:
    if any(map(has_a_keys_shape, re.split(r"[\s,/]+", re.sub(r"(?i)\.html?$", "", change["new"])))):
        change["owner"].value = ""
        say(_KEY_TYPED, alert=True)


def _field(kind: type[ipw.DOMWidget], **traits: object) -> ipw.DOMWidget:
    return kind(**({"style": _LABEL, "layout": {"width": "auto", "max_width": "560px"}} | traits))


def _text(kind: type[ipw.Text] = ipw.Text, value: str = "") -> ipw.Text:
    return _field(kind, value=value, continuous_update=False)


def _check(*, value: bool) -> ipw.Checkbox:
    return _field(ipw.Checkbox, value=value, indent=False)


def _toggle(options: Iterable[str | tuple[str, str]], value: str) -> ipw.ToggleButtons:
    style = {**_LABEL, "button_width": "auto"}
    return _field(ipw.ToggleButtons, options=tuple(options), value=value, style=style, layout={"width": "auto"})


def _slider(value: float, end: float, step: float) -> ipw.IntSlider | ipw.FloatSlider:
    """Make a slider from 0 to `end` that reports where it was let go; a fraction is a share, shown in per cent."""
    whole = isinstance(step, int)
    return _field(
        ipw.IntSlider if whole else ipw.FloatSlider, value=type(step)(value), min=0, max=end, step=step,
        readout_format=",d" if whole else ".0%", continuous_update=False,
    )  # fmt: skip


def _count(value: float) -> ipw.BoundedIntText:
    """Make a field for a whole number that reports when it is left."""
    return _field(ipw.BoundedIntText, value=int(value), min=0, max=_MOST, step=100, continuous_update=False)
