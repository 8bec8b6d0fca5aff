"""What a run is to ask, checked before anything is sent."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from testkey_nb.addresses import origin
from testkey_nb.errors import OperatorMissing, UnknownName
from testkey_nb.identify import join
from testkey_nb.providers import PROVIDERS
from testkey_nb.spec import Provider

MAX_SAMPLES = 40
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

    def at(self, host: str) -> str:
        """Return the origin that stands for one of the provider's hosts."""
        return self.base_url or f"https://{host}"

    @property
    def api(self) -> str:
        """The base URL of the OpenAI-compatible API, for the files people run."""
        return join(self.base_url, urlsplit(self.provider.api).path) if self.base_url else self.provider.api


def plan(  # noqa: PLR0913 - each is one of the choices a run is made of
    provider: str,
    *,
    models: Iterable[str] = (),
    region: str = "",
    base_url: str = "",
    trust_endpoint: bool = False,
    samples: int = 0,
    operator: str = "",
) -> Plan:
    """Check every choice of a run before anything is sent.

    Raises
    ------
    UnknownName
        If there is no such provider, region or possible model name.
    AddressRefused
        If `base_url` may not be asked.
    OperatorMissing
        If neither `operator` nor ``TESTKEY_OPERATOR`` says who is authorised to operate the key.

    """
    askable = [known.id for known in PROVIDERS.values() if known.asks]
    if provider not in askable:
        raise UnknownName.among("provider that can be probed", provider, askable)
    spec = PROVIDERS[provider]
    regions = sorted({host.region for host in spec.hosts})
    if region and region not in regions:
        raise UnknownName.among(f"region of {spec.name}", region, regions)
    wanted = tuple(dict.fromkeys(models)) or spec.covered_models
    if odd := [model for model in wanted if not _MODEL.fullmatch(model) or ".." in model or len(model) > 200]:  # noqa: PLR2004
        which = repr(odd[0]) if len(odd[0]) <= 24 else "that"  # noqa: PLR2004 - a longer one may be a key put in its place
        msg = f"{which} cannot be a model's name; write it as the provider does, like {spec.covered_models[0]}"
        raise UnknownName(msg)
    if not 0 <= samples <= MAX_SAMPLES:
        msg = f"{samples} samples cannot be taken in one run; ask for 0 to {MAX_SAMPLES}"
        raise UnknownName(msg)
    base = origin(base_url, trust_endpoint=trust_endpoint) if base_url else ""
    stated = operator or os.environ.get("TESTKEY_OPERATOR", "")
    who = "".join(char for char in " ".join(stated.split()) if char.isprintable())[:200]
    if not who:
        msg = "say who is authorised to operate this key: pass --operator (or operator=), or set TESTKEY_OPERATOR"
        raise OperatorMissing(msg)
    return Plan(spec, wanted, region or regions[0], base, trust_endpoint and bool(base), samples, who)
