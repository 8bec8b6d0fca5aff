"""What a run is to ask, checked before anything is sent."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from urllib.parse import urlsplit

from testkey_nb.addresses import origin
from testkey_nb.errors import AddressRefused, KeyMalformed, OperatorMissing, PlanInvalid, UnknownName
from testkey_nb.identity import has_a_keys_shape, join
from testkey_nb.providers import PROVIDERS
from testkey_nb.spec import Provider

MAX_SAMPLES = 40
ANYWHERE = "global"  # the region of what has no host of its own
_MODEL = re.compile(r"[\w.:@+-]+(?:/[\w.:@+-]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to ask, with the key by name, so that it could be carried out elsewhere."""

    provider: Provider
    models: tuple[str, ...]
    region: str
    base_url: str
    trust_endpoint: bool
    samples: int
    operator: str
    other_platforms: bool = False

    def to_json(self) -> dict[str, object]:
        """Return it as plain data that can travel: the provider by its id, no key, and nothing that lives."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        return {**told, "provider": self.provider.id, "models": list(self.models)}

    @classmethod
    def from_json(cls, told: Mapping[str, object]) -> "Plan":
        """Make a plan from `to_json` anew, checked as one that is made here: what has travelled is foreign text.

        Raises
        ------
        PlanInvalid
            If a field is unknown, missing or of the wrong type.
        CallerError
            If one of the choices cannot be made, as `plan` does.

        """
        kinds = {field.name: field.type for field in fields(cls)} | {"provider": str, "models": list}
        wrong = sorted(
            {*told} ^ {*kinds} | {name for name in {*told} & {*kinds} if type(told[name]) is not kinds[name]}
        )
        models = told.get("models")
        if wrong or not (isinstance(models, list) and all(isinstance(model, str) for model in models)):
            shown = ", ".join(name for name in wrong if name in kinds) or "models or an unknown field"
            msg = f"this is no plan as `to_json` writes it: look at {shown}"
            raise PlanInvalid(msg)
        return plan(**told)  # type: ignore[arg-type]  # each was looked at

    def host(self, asked: str, region: str = "") -> str:
        """Return the host that an ask goes to, here or in another region; a relay's is that of the base URL."""
        return self.provider.host(asked, region or self.region) if asked else urlsplit(self.base_url).hostname or ""

    def at(self, host: str) -> str:
        """Return the origin that stands for one of the provider's hosts."""
        return self.base_url or f"https://{host}"

    @property
    def vouched(self) -> frozenset[str]:
        """The hosts that may be at private addresses, because the operator said so."""
        return frozenset({urlsplit(self.base_url).hostname or ""}) if self.trust_endpoint else frozenset()

    @property
    def service(self) -> str:
        """The host whose limits are those of calls: the provider's in this region, a relay's that of the base URL."""
        return self.host(urlsplit(self.provider.api).hostname or "")

    @property
    def api(self) -> str:
        """The base URL of the OpenAI-compatible API, for the files people run."""
        parts = urlsplit(self.provider.api)
        if self.base_url:
            return join(self.base_url, parts.path or "/v1")
        return f"{parts.scheme}://{self.host(parts.hostname or '')}{parts.path}"


def plan(  # noqa: PLR0913 - each is one of the choices a run is made of
    provider: str,
    *,
    models: Iterable[str] = (),
    region: str = "",
    base_url: str = "",
    trust_endpoint: bool = False,
    samples: int = 0,
    operator: str = "",
    other_platforms: bool = False,
) -> Plan:
    """Check every choice of a run before anything is sent.

    `other_platforms` is the operator's consent: a key that is refused here is then asked about on the separate
    platforms of the same vendor, and nowhere else.

    Raises
    ------
    UnknownName
        If there is no such provider or region, a model cannot be called that, or a run takes no so many samples.
    AddressRefused
        If `base_url` may not be asked, or is missing for a relay.
    OperatorMissing
        If neither `operator` nor ``TESTKEY_OPERATOR`` says who is authorised to operate the key.
    KeyMalformed
        If what is given as a model or as the operator looks like a key: it would stand in URLs and reports.

    """
    askable = [known.id for known in PROVIDERS.values() if known.asks]
    if provider not in askable:
        raise UnknownName.among("provider that can be probed", provider, askable)
    spec = PROVIDERS[provider]
    regions = spec.regions or (ANYWHERE,)
    if region and region not in regions:
        raise UnknownName.among(f"region of {spec.name}", region, regions)
    if not spec.hosts and not base_url:
        msg = f"{spec.name} has no host of its own; say where yours is: --base-url URL --trust-endpoint"
        raise AddressRefused(msg)
    wanted = _models(spec, models)
    if not 0 <= samples <= MAX_SAMPLES:
        msg = f"{samples} samples cannot be taken in one run; ask for 0 to {MAX_SAMPLES}"
        raise UnknownName(msg)
    base = origin(base_url, trust_endpoint=trust_endpoint) if base_url else ""
    stated = operator or os.environ.get("TESTKEY_OPERATOR", "")
    who = "".join(char for char in " ".join(stated.split()) if char.isprintable())[:200]
    if not who:
        msg = "say who is authorised to operate this key: pass --operator (or operator=), or set TESTKEY_OPERATOR"
        raise OperatorMissing(msg)
    if any(map(has_a_keys_shape, (*wanted, *who.split()))):
        raise KeyMalformed("a key was given as model or operator; name its variable instead, and have it replaced")
    listed = next((known.region for known in spec.hosts if known.host == urlsplit(base).hostname), "")
    if region and listed and region != listed:
        msg = f"the host of that base URL is the region {listed}; leave out --region {region}, or the base URL"
        raise UnknownName(msg)
    here = region or listed or regions[0]
    return Plan(spec, wanted, here, base, trust_endpoint and bool(base), samples, who, other_platforms)


def _models(provider: Provider, models: Iterable[str]) -> tuple[str, ...]:
    """Return the covered models of a run, each of which can be a name."""
    if isinstance(models, str):  # its letters would be taken for names
        raise UnknownName("models must be a list of names, also where there is only one")
    wanted = tuple(dict.fromkeys(models)) or provider.covered_models
    example = next(iter(provider.covered_models), "gpt-4o-mini")
    if not wanted:
        msg = f"{provider.name} serves what its operator set up; name the models: --model {example}"
        raise UnknownName(msg)
    for model in wanted:
        if not _MODEL.fullmatch(model) or ".." in model or len(model) > 200:  # noqa: PLR2004
            which = repr(model) if len(model) <= 24 else "that"  # noqa: PLR2004 - a longer one may be a key put in its place
            msg = f"{which} cannot be a model's name; write it as the provider does, like {example}"
            raise UnknownName(msg)
    return wanted
