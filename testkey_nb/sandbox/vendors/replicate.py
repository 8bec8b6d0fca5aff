"""Replicate.  Bodies: https://replicate.com/docs/reference/http, github.com/replicate/replicate-python/issues/47."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, personas


def _refused(detail: str) -> Said:
    return Said(401, f'{{"title":"Unauthenticated","detail":"{detail}","status":401}}')


def _account(kind: str) -> dict[str, Said]:
    names = '"username":"acme","name":"Acme Corp, Inc.","github_url":"https://github.com/acme"'
    return {"/v1/account": Said(200, f'{{"type":"{kind}",{names}}}')}


_VENDOR = Vendor(
    key=lambda name: made_up_key("r8_", name, 37),
    refused=_refused("You did not pass a valid authentication token"),
    keyed=_account("organization"),
    no_key=_refused("You did not pass an authentication token"),
    # https://replicate.com/docs/topics/predictions/rate-limits
    throttled=Said(429, '{"detail":"Request was throttled. Expected available in 1 second."}'),
    unknown=Said(404, '{"detail":"Not found","status":404}'),
)

PERSONAS = personas(
    _VENDOR,
    "an organisation's key; models, prices and money are not told read-only",
    Situation(name="user-key", says="a person's key", keyed=_account("user")),
)
