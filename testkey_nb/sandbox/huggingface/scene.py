"""What a persona finds behind Hugging Face's doors: an account, a catalogue and a mood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from testkey_nb.sandbox.huggingface.catalogue import COVERED, OTHERS

if TYPE_CHECKING:
    from testkey_nb.sandbox.huggingface.account import Account
    from testkey_nb.sandbox.huggingface.model import Model


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Everything the answers are made from; a persona overrides what differs."""

    account: Account
    covered: Model = COVERED
    takes_keys: bool = True
    throttles_keys: bool = False

    @property
    def models(self) -> tuple[Model, ...]:
        """All repositories of the hub, most popular first."""
        return (self.covered, *OTHERS)

    def model(self, name: str) -> Model | None:
        """Find a repository by its id."""
        return next((model for model in self.models if model.id == name), None)
