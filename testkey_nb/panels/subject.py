"""Whose key is asked about: an analyst's, by the name of its variable, or a persona's in the sandbox."""

from dataclasses import dataclass

from testkey_nb import sandbox
from testkey_nb.drawing import STAND_IN
from testkey_nb.errors import UnknownName
from testkey_nb.http import AsyncTransport
from testkey_nb.keys import Key
from testkey_nb.probe import Asked, plan
from testkey_nb.sandbox.persona import Persona

NOBODY = "nobody: a made-up key in the sandbox"


def persona_of(provider: str, name: object) -> Persona:
    """Return a persona of the sandbox.

    Raises
    ------
    UnknownName
        If the sandbox plays no such provider, or that has no such persona.

    """
    if provider not in sandbox.PERSONAS:
        raise UnknownName.among("provider in the sandbox", provider, sandbox.PERSONAS)
    personas = sandbox.PERSONAS[provider]
    if name not in personas:
        raise UnknownName.among("persona", str(name), personas)
    return personas[str(name)]


@dataclass(frozen=True, slots=True)
class Subject:
    """One of the keys to compare; it holds no key."""

    provider: str
    name: str  # of the variable, or of the persona
    made_up: bool

    def __str__(self) -> str:
        """Say what people call it; what is made up always says so."""
        return f"{self.provider} · {f'{STAND_IN} ' if self.made_up else ''}{self.name}"

    def asked(
        self, operator: str, samples: int, transport: AsyncTransport | None, models: tuple[str, ...] = ()
    ) -> Asked:
        """Return its part of a batch; `transport` replaces the network and the sandbox where it is given.

        `models` are to be covered in place of the provider's or the persona's own.

        Raises
        ------
        CallerError
            If the variable holds no key, or nobody said who may operate it.

        """
        if not self.made_up:
            own = plan(self.provider, models=models, samples=samples, operator=operator)
            return Asked(Key.from_env(self.name), own, transport)
        persona = persona_of(self.provider, self.name)
        key = Key(f"{STAND_IN} {self.name}", persona.key)
        covered = models or persona.models
        made_up = plan(
            self.provider,
            models=covered,
            base_url=sandbox.ORIGIN,
            trust_endpoint=True,
            samples=samples,
            operator=NOBODY,
        )
        return Asked(key, made_up, transport or sandbox.transport(self.provider, self.name))
