"""What an analyst chooses, control by control.

A control of a policy is called as the policy's field is.  No control holds a key: only the name of its variable.
"""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Self

import ipywidgets as ipw
from traitlets import Bunch

from testkey_nb import sandbox
from testkey_nb.errors import CallerError, KeyMissing, UnknownName
from testkey_nb.judge import DIMENSIONS, Policy, change
from testkey_nb.probe.planning import MAX_SAMPLES
from testkey_nb.providers import PROVIDERS
from testkey_nb.ranking import LEADS

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
_LANGUAGES = (("English", "en"), ("Indonesian", "id"))
_KEY_LIKE = re.compile(r"[A-Z][A-Z0-9_]*(?:_TOKEN|_KEY)")
_LABEL = {"description_width": "150px"}
_MOST = 100_000_000  # a policy takes no more
_ASKABLE = tuple((provider.name, provider.id) for provider in PROVIDERS.values() if provider.asks)


class Controls:
    """The controls of one panel."""

    def __init__(self) -> None:
        """Make them as they stand for somebody who has chosen nothing: the sandbox, and the policy's defaults."""
        self.source = _toggle("Ask with", (("a sandbox persona", SANDBOX), ("my key", OWN)), SANDBOX)
        self.provider = _field(ipw.Dropdown, "Provider", options=_ASKABLE)
        self.persona = _field(ipw.Dropdown, "Persona")
        self.key_name = _text("Variable of the key", "name of an environment variable", ipw.Combobox)
        self.operator = _text("Operator", "who is authorised to operate this key")
        self.models = _text("Covered models", "separated by commas")
        self.samples = _field(ipw.BoundedIntText, "Samples", min=0, max=MAX_SAMPLES)
        self.base_url = _text("Base URL", "empty: the provider's own")
        self.trust_endpoint = _check("I operate this endpoint and vouch for it", value=False)
        self.dimension = _toggle("Probe dimension", DIMENSIONS, _USUAL.dimension)
        self.launch_dir = _text("Launch folder", "none, so nothing counts as done")
        self.planned_requests_per_min = _count("Planned requests/min", _USUAL.planned_requests_per_min)
        self.planned_tokens_per_min = _count("Planned tokens/min", _USUAL.planned_tokens_per_min)
        self.max_price_age_days = _slider("Max price age, days", _USUAL.max_price_age_days, 365, 1)
        self.max_price_spread = _slider("Max price spread", _USUAL.max_price_spread, 2.0, 0.05)
        self.min_days_valid = _slider("Min days valid", _USUAL.min_days_valid, 365, 1)
        self.min_samples = _slider("Min samples", _USUAL.min_samples, MAX_SAMPLES, 1)
        self.unpublished_limits_pass = _check("Limits nobody publishes pass", value=_USUAL.unpublished_limits_pass)
        self.planned_requests_per_day = _count("Requests/day", _USUAL.planned_requests_per_day)
        self.planned_input_tokens = _count("Input tokens/request", _USUAL.planned_input_tokens)
        self.planned_output_tokens = _count("Output tokens/request", _USUAL.planned_output_tokens)
        self.route_lead = _toggle("Rank routes by", LEADS, _USUAL.route_lead)
        self.lang = _toggle("Language", _LANGUAGES, "en")
        self.out = _text("Report file", "a name that ends in .html", value="readiness-report.html")
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
        known = vars(controls)
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


def check_set(name: str, what: str = "the key") -> None:
    """Make sure that `name` is a variable's, without repeating it: it may be `what`, pasted by mistake.

    Raises
    ------
    KeyMissing
        If no variable of that name is set.

    """
    if name not in os.environ:
        raise KeyMissing(f"no variable of that name is set; set one to {what} and give its name, never {what} itself")


def drop_unset(control: ipw.Combobox, say: Callable[..., None], what: str = "the key") -> None:
    """Keep no text in `control` that names no variable: it may be `what`, pasted by mistake."""

    def look(change: Bunch) -> None:
        try:
            if change["new"]:
                check_set(change["new"], what)
        except CallerError as mistake:
            control.value = ""
            say(str(mistake), alert=True)

    control.observe(look, names="value")


def _field(kind: type[ipw.DOMWidget], label: str, **traits: object) -> ipw.DOMWidget:
    wide = {"style": _LABEL, "layout": {"width": "auto", "max_width": "560px"}}
    return kind(description=label, **(wide | traits))


def _text(label: str, placeholder: str, kind: type[ipw.Text] = ipw.Text, value: str = "") -> ipw.Text:
    return _field(kind, label, placeholder=placeholder, value=value, continuous_update=False)


def _check(label: str, *, value: bool) -> ipw.Checkbox:
    return _field(ipw.Checkbox, label, value=value, indent=False)


def _toggle(label: str, options: Iterable[str | tuple[str, str]], value: str) -> ipw.ToggleButtons:
    style = {**_LABEL, "button_width": "auto"}
    return _field(ipw.ToggleButtons, label, options=tuple(options), value=value, style=style, layout={"width": "auto"})


def _slider(label: str, value: float, end: float, step: float) -> ipw.IntSlider | ipw.FloatSlider:
    """Make a slider from 0 to `end` that reports where it was let go; a fraction is a share, shown in per cent."""
    whole = isinstance(step, int)
    return _field(
        ipw.IntSlider if whole else ipw.FloatSlider, label, value=type(step)(value), min=0, max=end, step=step,
        readout_format=",d" if whole else ".0%", continuous_update=False,
    )  # fmt: skip


def _count(label: str, value: float) -> ipw.BoundedIntText:
    """Make a field for a whole number that reports when it is left."""
    return _field(ipw.BoundedIntText, label, value=int(value), min=0, max=_MOST, step=100, continuous_update=False)
