"""Who owns a persona's token and what the token may do, in the shapes of `whoami-v2`.

Field names and enums: the hub's OpenAPI (https://huggingface.co/.well-known/openapi.json, path
`/api/whoami-v2`). Every person, address and identifier is made up; names and addresses are there
so that a test can look for them where they must never show.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

USER_ID = "5eed0000a11ce0000000d0e5"
USER_NAME = "example-user"
ORGANISATION_ID = "5eed0000c0de0000000000b5"
ORGANISATION_NAME = "example-org"

INFERENCE = "inference.serverless.write"
READS_REPOS = "repo.content.read"
READS_BILLING = "user.billing.read"

# Default life of an OAuth token: https://huggingface.co/docs/hub/oauth.
OAUTH_LIFETIME = timedelta(hours=8)

_CREATED = "2026-05-04T09:12:33.276Z"


def iso(moment: datetime) -> str:
    """Write a UTC moment the way the hub does, with milliseconds and a Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, kw_only=True)
class Scoped:
    """Permissions on one entity; for the owner's own things the entity is the owner."""

    permissions: tuple[str, ...]
    kind: str = "user"
    id: str = USER_ID
    name: str = USER_NAME

    def body(self) -> dict[str, object]:
        """Write one element of `fineGrained.scoped[]`."""
        entity = {"_id": self.id, "type": self.kind, "name": self.name}
        return {"entity": entity, "permissions": list(self.permissions)}


@dataclass(frozen=True, kw_only=True)
class FineGrained:
    """A token that may do what is listed and nothing else."""

    scoped: tuple[Scoped, ...]
    everywhere: tuple[str, ...] = ()

    def auth(self, _now: datetime) -> dict[str, object]:
        """Write `auth` of whoami."""
        listed = {
            "canReadGatedRepos": False,
            "global": list(self.everywhere),
            "scoped": [scope.body() for scope in self.scoped],
        }
        return _access_token("fineGrained", {"fineGrained": listed})

    def reads_billing(self) -> bool:
        """Tell whether the user's usage may be read."""
        return any(READS_BILLING in scope.permissions for scope in self.scoped)


@dataclass(frozen=True, kw_only=True)
class Classic:
    """A token with a role; whoami says no more about it, and either role may read the usage."""

    role: str

    def auth(self, _now: datetime) -> dict[str, object]:
        """Write `auth` of whoami."""
        return _access_token(self.role, {})

    def reads_billing(self) -> bool:
        """Tell whether the user's usage may be read."""
        return True


@dataclass(frozen=True, kw_only=True)
class OAuth:
    """A token of an app; its scopes stand in the token itself and not in whoami."""

    scopes: tuple[str, ...]

    def auth(self, now: datetime) -> dict[str, object]:
        """Write `auth` of whoami."""
        return {"type": "oauth", "expiresAt": iso(now + OAUTH_LIFETIME)}

    def reads_billing(self) -> bool:
        """Tell whether the user's usage may be read."""
        return "read-billing" in self.scopes


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """An organisation of the user."""

    plan: str = "team"
    restrictions: tuple[str, ...] = ()

    def body(self, now: datetime) -> dict[str, object]:
        """Write one element of `orgs[]`."""
        return {
            "type": "org",
            "id": ORGANISATION_ID,
            "name": ORGANISATION_NAME,
            "fullname": "Madeup Example Organisation",
            "email": "billing@madeup-organisation.invalid",
            "canPay": True,
            "billingMode": "postpaid",
            "periodEnd": _period_end(now),
            "avatarUrl": "https://www.gravatar.com/avatar/madeup-organisation?d=retro",
            "plan": self.plan,
            "roleInOrg": "read",
            "securityRestrictions": list(self.restrictions),
            "resourceGroups": [],
        }


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Spend on Inference Providers in billionths of a US dollar."""

    used: int = 1_500_000_000
    included: int = 2_000_000_000
    limit: int = 5_000_000_000
    requests: int = 4


@dataclass(frozen=True, kw_only=True)
class Account:
    """The owner of a token: an account in good standing that differs only where it says so."""

    token: FineGrained | Classic | OAuth
    can_pay: bool = True
    billing_mode: str = "postpaid"
    is_pro: bool = True
    organisations: tuple[Organisation, ...] = (Organisation(),)
    usage: Usage = Usage()

    def whoami(self, now: datetime) -> dict[str, object]:
        """Write the body of `/api/whoami-v2`."""
        return {
            "type": "user",
            "id": USER_ID,
            "name": USER_NAME,
            "fullname": "Casey Madeup",
            "email": "casey.madeup@sandbox.invalid",
            "emailVerified": True,
            "canPay": self.can_pay,
            "billingMode": self.billing_mode,
            "periodEnd": _period_end(now),
            "isPro": self.is_pro,
            "avatarUrl": "/avatars/madeup-casey.svg",
            "orgs": [organisation.body(now) for organisation in self.organisations],
            "auth": self.token.auth(now),
        }

    def usage_body(self, start: datetime, end: datetime) -> dict[str, object]:
        """Write the body of `usage-v2`; the period is the one that was asked for.

        That the period only echoes the question: https://github.com/steipete/CodexBar/issues/3322.
        Units differ by product: https://github.com/huggingface/ml-intern, `backend/usage.py`.
        """
        inference = {
            "usedNanoUsd": self.usage.used,
            "includedNanoUsd": self.usage.included,
            "limitNanoUsd": self.usage.limit,
            "numRequests": self.usage.requests,
            "periodStart": iso(start),
            "periodEnd": iso(end),
        }
        return {"usage": {"inferenceProviders": inference, "jobs": {"usedMicroUsd": 0, "totalMinutes": 0}}}


def _access_token(role: str, more: dict[str, object]) -> dict[str, object]:
    token = {"displayName": "sandbox", "role": role, "createdAt": _CREATED, **more}
    return {"type": "access_token", "accessToken": token}


def _period_end(now: datetime) -> int:
    """Give the first second of the next month, where real accounts' billing periods end."""
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return int((first + timedelta(days=32)).replace(day=1).timestamp())
