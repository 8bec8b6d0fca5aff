"""The caller's mistakes. What a provider answers is data, never one of these.

CallerError
├── KeyMissing          (also LookupError)
├── KeyMalformed        (also ValueError)
├── KeyExpired          (also PermissionError)
├── DataExpired         (also LookupError)
├── UnknownName         (also LookupError)
├── OperatorMissing     (also PermissionError)
├── AddressRefused      (also ValueError)
├── PlanInvalid         (also ValueError)
├── PolicyInvalid       (also ValueError)
├── LaunchFolderInvalid (also ValueError)
└── OutputRefused       (also OSError)
"""

from collections.abc import Iterable
from typing import Self

_NAME_CHARS = 24


class CallerError(Exception):
    """Something only the caller can put right; raised before anything is sent.  Its text is one line: the fix."""


class KeyMissing(CallerError, LookupError):
    """The named environment variable holds no key."""


class KeyMalformed(CallerError, ValueError):
    """The text cannot be an API key: it has spaces, control or non-ASCII characters, or an impossible length."""


class KeyExpired(CallerError, PermissionError):
    """The key's five minutes are over; make it anew from its variable."""


class DataExpired(CallerError, LookupError):
    """The five minutes of a run's data are over; probe again."""


class UnknownName(CallerError, LookupError):
    """A provider, persona, policy, model or action of that name does not exist."""

    @classmethod
    def among(cls, kind: str, name: str, known: Iterable[str]) -> Self:
        """Say what was asked for and what exists."""
        shown = repr(name) if len(name) <= _NAME_CHARS else "of that name"  # a longer one may be a key put in its place
        return cls(f"there is no {kind} {shown}; choose one of: {', '.join(known)}")


class OperatorMissing(CallerError, PermissionError):
    """Nobody has stated that they are authorised to operate this key."""


class AddressRefused(CallerError, ValueError):
    """The address is not HTTPS, or is private and was not vouched for."""


class PlanInvalid(CallerError, ValueError):
    """A plan that came as data lacks a field, has one that does not exist, or a value of the wrong type."""


class PolicyInvalid(CallerError, ValueError):
    """The policy file has a field that does not exist or a value of the wrong type."""


class LaunchFolderInvalid(CallerError, ValueError):
    """A file in the launch folder cannot be read as what it should be."""


class OutputRefused(CallerError, OSError):
    """The place to write to is not writable, or holds something that would be lost."""
