"""Whose keys look like this one?  Offline; a shape names candidates and never a winner."""

import re
from dataclasses import dataclass

from testkey_nb.keys import Key
from testkey_nb.providers import PROVIDERS
from testkey_nb.redaction import KEY
from testkey_nb.rows import Why
from testkey_nb.spec import KeyShape, Provider


@dataclass(frozen=True, slots=True)
class Candidate:
    """A provider whose key shape fits, and what makes that ambiguous."""

    provider: str
    key_type: str
    why: Why


def identify(key: Key) -> tuple[Candidate, ...]:
    """Return every provider whose key shape fits `key`, in the order of their names; none is preferred.

    A shape is a hint and never a proof: look-alikes, relays and keys of other services have the same ones.
    """
    fits = [(p, shape) for p in PROVIDERS.values() for shape in p.key_shapes if key.fits(shape.pattern)]
    fits.sort(key=lambda fit: fit[0].name.lower())
    names = list(dict.fromkeys(provider.name for provider, _ in fits))
    found = (Candidate(provider.id, shape.type, _why(provider, shape, names)) for provider, shape in fits)
    return tuple({(one.provider, one.key_type): one for one in found}.values())


def has_a_keys_shape(text: str) -> bool:
    """Whether `text` begins like a key and is as a whole what some provider's keys are: no name of anything is."""
    shapes = (shape for known in PROVIDERS.values() for shape in known.key_shapes)
    return re.match(KEY, text) is not None and any(re.fullmatch(shape.pattern, text) for shape in shapes)


def _why(provider: Provider, shape: KeyShape, names: list[str]) -> Why:
    kind = {"type": shape.type, "name": provider.name}
    if shape.administers:
        return Why(
            "the shape is that of {type} keys of {name}: such a key manages an account and calls no model", **kind
        )
    if others := ", ".join(name for name in names if name != provider.name):
        return Why("the shape is that of {type} keys of {name}, and fits keys of {others} too", **kind, others=others)
    if shape.shared:
        return Why("the shape is that of {type} keys of {name}, and others' keys can look the same", **kind)
    return Why("the shape is that of {type} keys of {name}", **kind)
