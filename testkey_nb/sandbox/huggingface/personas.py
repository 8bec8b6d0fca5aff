"""The personas of Hugging Face: each says only how it differs from the one that is ready."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from testkey_nb.sandbox import firewall, relay
from testkey_nb.sandbox.huggingface.account import (
    INFERENCE,
    OAUTH_LIFETIME,
    ORGANISATION_ID,
    ORGANISATION_NAME,
    READS_BILLING,
    READS_REPOS,
    USER_ID,
    Account,
    Classic,
    FineGrained,
    OAuth,
    Organisation,
    Scoped,
    Usage,
)
from testkey_nb.sandbox.huggingface.catalogue import COVERED
from testkey_nb.sandbox.huggingface.doors import routes
from testkey_nb.sandbox.huggingface.scene import Scene
from testkey_nb.sandbox.persona import Persona, made_up_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.routing import Route

_APP = OAuth(scopes=("openid", "profile", "inference-api", "read-billing"))


def _fine_grained(*permissions: str) -> FineGrained:
    return FineGrained(scoped=(Scoped(permissions=permissions),))


_READY = Scene(account=Account(token=_fine_grained(INFERENCE, READS_REPOS, READS_BILLING)))


def _account(**differs: object) -> Scene:
    account = replace(_READY.account, **differs)  # type: ignore[arg-type] # a wrong keyword raises at import
    return replace(_READY, account=account)


def _oauth_key() -> str:
    """Issue `hf_oauth_<jwt>`; the third part says that nobody signed it."""
    now = datetime.now(UTC)
    claims = {
        "sub": USER_ID,
        "scope": list(_APP.scopes),
        "iat": int(now.timestamp()),
        "exp": int((now + OAUTH_LIFETIME).timestamp()),
    }
    parts = (json.dumps({"alg": "none", "typ": "JWT"}), json.dumps(claims), "not signed")
    encoded = (base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)
    return "hf_oauth_" + ".".join(encoded)


def _answered_by(
    doors: Callable[[], Sequence[Route]], name: str, says: str, issue: Callable[[], str] | None
) -> Persona:
    # 34 letters and nothing else: https://github.com/gitleaks/gitleaks, `config/gitleaks.toml`.
    classic = partial(made_up_key, "hf_", name, 34)
    return Persona(name=name, says=says, issue=issue or classic, routes=doors)


def _persona(name: str, says: str, scene: Scene = _READY, issue: Callable[[], str] | None = None) -> Persona:
    return _answered_by(partial(routes, scene), name, says, issue)


_ALL = (
    _persona("launch-ready", "A fine-grained token with just the permissions it needs, of an account that can pay."),
    _persona(
        "global-scope",
        "A fine-grained token that holds the inference permission globally, as older ones do.",
        _account(token=FineGrained(scoped=(Scoped(permissions=(READS_BILLING,)),), everywhere=(INFERENCE,))),
    ),
    _persona(
        "no-billing-scope",
        "A fine-grained token that may call inference but not read what it costs.",
        _account(token=_fine_grained(INFERENCE, READS_REPOS)),
    ),
    _persona(
        "no-inference-scope",
        "A fine-grained token that is valid everywhere and may not call inference.",
        _account(token=_fine_grained(READS_REPOS, READS_BILLING)),
    ),
    _persona(
        "classic-write",
        "A classic write token, which may do far more than inference needs.",
        _account(token=Classic(role="write")),
    ),
    _persona("oauth", "A token of an OAuth app that expires in eight hours.", _account(token=_APP), _oauth_key),
    _persona(
        "prepaid-unread",
        "A token of a prepaid account whose wallet and usage nobody may read.",
        _account(token=_fine_grained(INFERENCE, READS_REPOS), billing_mode="prepaid"),
    ),
    _persona(
        "revoked",
        "A token that was revoked: every question that looks at it is refused.",
        replace(_READY, takes_keys=False),
    ),
    _persona(
        "hub-throttled",
        "A valid token whose every question to the hub is over the rate limit.",
        replace(_READY, throttles_keys=True),
    ),
    _persona(
        "broke",
        "A token of an account that cannot pay and has used up what is included.",
        _account(
            can_pay=False,
            is_pro=False,
            billing_mode="prepaid",
            organisations=(),
            usage=Usage(used=100_000_000, included=100_000_000, limit=100_000_000),
        ),
    ),
    _persona(
        "org-blocked",
        "A token that may only bill an organisation, which does not accept it from this address.",
        _account(
            token=FineGrained(
                scoped=(
                    Scoped(permissions=(READS_REPOS, READS_BILLING)),
                    Scoped(permissions=(INFERENCE,), kind="org", id=ORGANISATION_ID, name=ORGANISATION_NAME),
                )
            ),
            organisations=(Organisation(plan="enterprise", restrictions=("ip",)),),
        ),
    ),
    _persona(
        "model-gone",
        "A ready token whose covered model no provider serves any more.",
        replace(_READY, covered=replace(COVERED, routes=())),
    ),
    _persona(
        "unpriced",
        "A ready token whose covered model is served, at a price nobody publishes.",
        replace(_READY, covered=replace(COVERED, routes=tuple(r for r in COVERED.routes if r.usd_per_mtok is None))),
    ),
    _persona(
        "routes-down",
        "A ready token whose covered model is listed with every route failing.",
        replace(_READY, covered=replace(COVERED, routes=tuple(replace(r, status="error") for r in COVERED.routes))),
    ),
    _answered_by(
        firewall.routes, "firewall", "A token behind a firewall that answers every question with its own page.", None
    ),
    _answered_by(
        relay.routes,
        "wrong-host",
        "A token shown to a LiteLLM proxy that imitates OpenAI and is not Hugging Face.",
        None,
    ),
)

PERSONAS = MappingProxyType({persona.name: persona for persona in _ALL})
"""Every persona of Hugging Face by its name, the ready one first."""
