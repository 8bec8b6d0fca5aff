"""What a Hugging Face token is, who pays for it, and what it may do.

Shapes: https://huggingface.co/.well-known/openapi.json (`/api/whoami-v2`), huggingface/hf-mcp-server@e83f335, and a
real payload of 2026-07-23; usage: huggingface/ml-intern@d9283ec backend/usage.py.  Read 2026-11-23.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from testkey_nb.outcome import Answer, Axis
from testkey_nb.rows import Value, Why
from testkey_nb.spec import Finding, Metric, Reply, Rows

from .loose import UNREADABLE, count, flag, items, mapping, moment, number, text, texts, unread, until

METRICS = (
    "key_valid", "owner_id", "organization_id", "token_type", "token_role", "token_scopes",
    "can_pay", "billing_mode", "is_pro", "period_end", "organization_plan", "organization_role",
    "security_restrictions", "can_read_gated_repos", "inference_permission", "billing_permission",
    "over_privileged", "excess_permissions", "expires_at", "payer", "payer_organization", "payer_can_pay",
    "payer_billing_mode", "payer_plan", "payer_restrictions",
)  # fmt: skip

_INFER, _INFER_OAUTH = "inference.serverless.write", "inference-api"  # the UI's "Make calls to Inference Providers"
_BILLING = ("user.billing.read", "read-billing")
_CLASSIC = ("read", "write", "god")
_READING_OAUTH = ("openid", "profile", "email", "gated-repos", _INFER_OAUTH)  # and whatever begins with "read-"
_KEEPS_OUT = ("sso", "mfa", "token-policy", "token-revoked")  # https://huggingface.co/.well-known/openapi.json
_NANO = 1e-9
_BILL, _TOKENS = "https://huggingface.co/settings/billing", "https://huggingface.co/settings/tokens"


@dataclass(frozen=True, slots=True)
class _Token:
    """What a token may do, by entity type and id; `scopes` is None where nothing tells."""

    scopes: tuple[tuple[str, str, str], ...] | None  # (entity type, entity id, permission)
    classic: bool = False
    whole: bool = True  # every permission could be read

    @property
    def may_infer(self) -> bool | None:
        if self.classic:
            return True  # "read" covers inference: https://huggingface.co/docs/hub/security-tokens
        if self.scopes is None or not (self.holders or self.whole):
            return None  # what could not be read may be that permission
        return bool(self.holders)

    @property
    def holders(self) -> list[tuple[str, str]]:
        return [(kind, entity) for kind, entity, name in self.scopes or () if name in (_INFER, _INFER_OAUTH)]

    @property
    def excess(self) -> list[str]:
        """Return permissions beyond inference and reading."""
        return sorted({name for kind, _, name in self.scopes or () if not _reads(kind, name)})


def _reads(kind: str, name: str) -> bool:
    if kind == "oauth":
        return name in _READING_OAUTH or name.startswith("read-")
    return name == _INFER or name.endswith(".read")


def parse_whoami(reply: Reply) -> Rows | None:
    """Read `/api/whoami-v2`; personal data (name, e-mail, avatar) is left behind here."""
    body = mapping(reply.json)
    if not (text(body.get("id")) or text(body.get("name"))) or not isinstance(body.get("auth"), dict):
        return None
    auth = mapping(body.get("auth"))
    role = text(mapping(auth.get("accessToken")).get("role"))
    token = _token(auth, role, reply.claims)
    metrics = [*_identity(body, auth, role), *_permissions(token), *_organizations(body), *_payer(body, token)]
    if expires := until(auth.get("expiresAt")) or until(reply.claims.get("exp")):
        metrics.append(Metric("expires_at", expires, "UTC"))
    return Rows(tuple(metrics))


def _token(auth: Mapping[str, object], role: str | None, claims: Mapping[str, object]) -> _Token:
    fine = mapping(auth.get("accessToken")).get("fineGrained")
    if isinstance(fine, dict) and isinstance(fine.get("scoped", fine.get("global")), list):
        scoped = [
            (text(entity.get("type")) or "unknown", text(entity.get("_id")) or "", permission)
            for entry in map(mapping, items(fine.get("scoped")))
            for entity in [mapping(entry.get("entity"))]
            for permission in texts(entry.get("permissions"))
        ]
        everywhere = (("global", "", permission) for permission in texts(fine.get("global")))
        told = [mapping(entry).get("permissions") for entry in items(fine.get("scoped"))]
        whole = not any(map(unread, (*told, fine.get("global")))) and all(isinstance(each, list) for each in told)
        return _Token((*scoped, *everywhere), whole=whole)
    if role in _CLASSIC:
        return _Token(None, classic=True)
    claimed = claims.get("scope")
    if not isinstance(claimed, str | list):
        return _Token(None)
    names = claimed.split() if isinstance(claimed, str) else texts(claimed)
    return _Token(tuple(("oauth", "", name) for name in names))


def _identity(body: Mapping[str, object], auth: Mapping[str, object], role: str | None) -> Iterator[Metric]:
    facts = (
        ("owner_id", text(body.get("id")), ""),
        ("token_type", text(auth.get("type")), ""),
        ("token_role", role, ""),
        ("can_pay", flag(body.get("canPay")), "boolean"),
        ("billing_mode", text(body.get("billingMode")), ""),
        ("is_pro", flag(body.get("isPro")), "boolean"),
    )
    yield from (Metric(name, value, unit) for name, value, unit in facts if value is not None)
    if period_end := moment(body.get("periodEnd")):
        yield Metric("period_end", period_end.isoformat(timespec="seconds"), "UTC")
    gated = flag(mapping(mapping(auth.get("accessToken")).get("fineGrained")).get("canReadGatedRepos"))
    if gated is not None:
        yield Metric("can_read_gated_repos", gated, "boolean")


def _permissions(token: _Token) -> Iterator[Metric]:
    if token.may_infer is not None:
        yield Metric("inference_permission", token.may_infer, "boolean")
    if token.classic:
        yield Metric("over_privileged", value=True, unit="boolean")
        return
    if token.scopes is None:
        return
    for kind, entity, name in sorted(token.scopes):
        yield Metric("token_scopes", ":".join(part for part in (kind, entity if kind != "user" else "", name) if part))
    yield Metric("billing_permission", any(name in _BILLING for _, _, name in token.scopes), "boolean")
    if token.excess or token.whole:
        yield Metric("over_privileged", bool(token.excess), "boolean")
    yield from (Metric("excess_permissions", name) for name in token.excess)


def _organizations(body: Mapping[str, object]) -> Iterator[Metric]:
    orgs = [(text(org.get("id")), org) for org in map(mapping, items(body.get("orgs")))]
    for identifier, org in sorted(((i, org) for i, org in orgs if i), key=lambda pair: pair[0]):
        yield Metric("organization_id", identifier)
        for name, value in (
            ("organization_plan", text(org.get("plan"))),
            ("organization_role", text(org.get("roleInOrg"))),
        ):
            if value:
                yield Metric(name, f"{identifier}:{value}")
        for restriction in sorted(texts(org.get("securityRestrictions"))):
            yield Metric("security_restrictions", f"{identifier}:{restriction}")


def _payer(body: Mapping[str, object], token: _Token) -> Iterator[Metric]:
    """Name who pays: the user where the user's scope holds the permission, else the organisation whose scope does."""
    kinds = {kind for kind, _ in token.holders}
    if token.classic or not kinds or kinds & {"user", "global", "oauth"}:
        payer = {**body, "plan": "pro" if body.get("isPro") is True else None, "securityRestrictions": []}
        yield Metric("payer", "user")
    elif "org" in kinds:
        holding = [entity for kind, entity in token.holders if kind == "org"]
        found = [dict(org) for org in map(mapping, items(body.get("orgs"))) if org.get("id") in holding]
        # Of several that may pay, one that lets this token in; which one pays is then named in the routes.
        untold: dict[str, object] = {"securityRestrictions": UNREADABLE}  # who is not told of may keep anybody out
        payer = next((org for org in found if not org.get("securityRestrictions")), found[0] if found else untold)
        yield Metric("payer", "organization")
        if name := text(payer.get("name")):
            yield Metric("payer_organization", name)
    else:
        return  # a resource group or the like: who is billed for it is in no source read
    facts = (
        ("payer_can_pay", flag(payer.get("canPay")), "boolean"),
        ("payer_billing_mode", text(payer.get("billingMode")), ""),
        ("payer_plan", text(payer.get("plan")), ""),
    )
    yield from (Metric(name, value, unit) for name, value, unit in facts if value is not None)
    restrictions = payer.get("securityRestrictions")
    names = {*texts(restrictions), *([UNREADABLE] if unread(restrictions) else [])}
    yield from (Metric("payer_restrictions", name) for name in sorted(names))


def parse_usage(reply: Reply) -> Rows | None:
    """Read `usage-v2`: what the user spent on inference this period, in nano-USD there and USD here."""
    usage = mapping(mapping(mapping(reply.json).get("usage")).get("inferenceProviders"))
    used = number(usage.get("usedNanoUsd"))
    if used is None:
        return None
    amounts = (("usage_usd", used), ("usage_included_usd", number(usage.get("includedNanoUsd"))),
               ("usage_limit_usd", number(usage.get("limitNanoUsd"))))  # fmt: skip
    metrics = [Metric(name, round(nano * _NANO, 9), "USD") for name, nano in amounts if nano is not None]
    if amounts[2][1] is None and usage.get("limitNanoUsd") is not None:  # there is one, and nobody knows which
        metrics.append(Metric("usage_limit_usd", UNREADABLE))
    if (requests := count(usage.get("numRequests"))) is not None:
        metrics.append(Metric("usage_requests", requests, "requests"))
    return Rows(tuple(metrics))


def findings(values: Mapping[str, tuple[Value, ...]]) -> tuple[Finding, ...]:
    """Say what the metrics together mean for funds, quota, scope and region.

    `values` holds the native values of each metric.  The rules are the payer's: usage is the user's own, so it says
    nothing of what an organisation pays.
    """
    return (_funds(values), _quota(values), *_scope(values))


def _one(values: Mapping[str, tuple[Value, ...]], name: str) -> Value | None:
    return next(iter(values.get(name, ())), None)


def _spent(values: Mapping[str, tuple[Value, ...]]) -> tuple[float | None, float | None, float | None]:
    """Return what the user has used, may use at most, and has included, USD; nothing where somebody else pays."""
    if _one(values, "payer") != "user":
        return None, None, None
    found = (_one(values, name) for name in ("usage_usd", "usage_limit_usd", "usage_included_usd"))
    used, limit, included = (float(value) if isinstance(value, int | float) else None for value in found)
    return used, limit, included


def _funds(values: Mapping[str, tuple[Value, ...]]) -> Finding:
    can_pay, mode = _one(values, "payer_can_pay"), _one(values, "payer_billing_mode")
    used, limit, included = _spent(values)
    cap = included if limit is None else limit
    asks = "current_key, usage_snapshot"
    if can_pay is True and mode == "postpaid":
        why = Why("the paying {payer} has a payment method and is billed afterwards", payer=_one(values, "payer"))
        return Finding(Axis.FUNDS, Answer.YES, why, "current_key")
    if used is not None and cap is not None and used < cap:
        why = Why("{used} of {cap} USD of this period are used", used=f"{used:.2f}", cap=f"{cap:.2f}")
        return Finding(Axis.FUNDS, Answer.YES, why, asks)
    if can_pay is False and not _one(values, "payer_plan") and used is not None and cap is not None:
        why = Why("no payment method, no plan, and all of {cap} USD are used", cap=f"{cap:.2f}")
        return Finding(
            Axis.FUNDS, Answer.NO, why, asks, Why("add a payment method or buy credits at {page}", page=_BILL)
        )
    why = Why("a prepaid wallet cannot be read with a token, and the usage that could be read does not settle it")
    if used is None:
        why = Why("neither a prepaid wallet nor the usage could be read with this token")
    if can_pay is None:
        why = Why("nothing that was answered tells who pays")
    opens = Why(
        "give the token the permission user.billing.read, or look at {page} and have a person confirm", page=_BILL
    )
    return Finding(Axis.FUNDS, Answer.UNKNOWN, why, asks, opens)


def _quota(values: Mapping[str, tuple[Value, ...]]) -> Finding:
    """Say whether a limit is reached; included credits that are used up are none where somebody can pay on."""
    used, limit, included = _spent(values)
    can_pay = _one(values, "payer_can_pay")
    postpaid = can_pay is True and _one(values, "payer_billing_mode") == "postpaid"
    cap = limit
    if cap is None and can_pay is False and not _one(values, "payer_plan"):
        cap = included  # nothing to pay on with: what is included is the limit
    if used is not None and cap is not None and used >= cap:
        why = Why("{used} USD used this period, the limit is {cap} USD", used=f"{used:.2f}", cap=f"{cap:.2f}")
        opens = Why("raise the spending limit at {page} or wait for the next period", page=_BILL)
        return Finding(Axis.QUOTA, Answer.NO, why, "usage_snapshot", opens)
    below = [bound for bound in (limit, included) if bound is not None and used is not None and used < bound]
    known = _one(values, "usage_limit_usd") != UNREADABLE
    if known and used is not None and (below or (postpaid and limit is None)):
        why = Why("{used} USD used this period, no limit reached", used=f"{used:.2f}")
        return Finding(Axis.QUOTA, Answer.YES, why, "usage_snapshot")
    readable = _one(values, "payer") == "user" and _one(values, "billing_permission") is not False
    if postpaid and used is None and not readable:  # what could be read and was not may hold a limit that is reached
        why = Why("billed afterwards, so no balance can run out; a spending limit is not readable with this token")
        return Finding(Axis.QUOTA, Answer.YES, why, "current_key")
    why = Why("usage and its limit do not tell whether more can be used")
    opens = Why("give the token the permission user.billing.read, or have a person look at {page}", page=_BILL)
    if used is None and _one(values, "billing_permission") is True:
        opens = Why("probe again: this token may read the usage, and it was not told this time")
    return Finding(Axis.QUOTA, Answer.UNKNOWN, why, "usage_snapshot", opens)


def _scope(values: Mapping[str, tuple[Value, ...]]) -> Iterator[Finding]:
    restrictions = sorted(str(name) for name in values.get("payer_restrictions", ()))
    if "ip" in restrictions:
        why = Why("the paying organisation only lets listed IP addresses in, and this one is not listed")
        opens = Why("have an administrator of the organisation list this IP address, or probe from one that is listed")
        yield Finding(Axis.REGION, Answer.NO, why, "current_key", opens)
    elif UNREADABLE in restrictions:
        why = Why("the paying organisation restricts this token in a way that could not be read")
        opens = Why("have an administrator of the organisation approve this token")
        yield Finding(Axis.REGION, Answer.UNKNOWN, why, "current_key", opens)
    unread = [name for name in restrictions if name not in ("ip", *_KEEPS_OUT)]
    blocked = [name for name in restrictions if name in _KEEPS_OUT]
    if unread and not blocked:
        why = Why(
            "the paying organisation restricts this token in a way not known here: {names}", names=", ".join(unread)
        )
        opens = Why("have an administrator of the organisation approve this token")
        yield Finding(Axis.SCOPE, Answer.UNKNOWN, why, "current_key", opens)
        return
    if blocked:
        why = Why("the paying organisation keeps this token out: {restrictions}", restrictions=", ".join(blocked))
        opens = Why("have an administrator of the organisation approve this token")
        yield Finding(Axis.SCOPE, Answer.NO, why, "current_key", opens)
        return
    may = _one(values, "inference_permission")
    if may is None:
        opens = Why("use a fine-grained token, whose permissions can be read")
        yield Finding(Axis.SCOPE, Answer.UNKNOWN, Why("nothing tells what this token may do"), "current_key", opens)
    elif may:
        yield Finding(Axis.SCOPE, Answer.YES, Why("the token may call Inference Providers"), "current_key")
    else:
        why = Why("the token lacks the permission to call Inference Providers (inference.serverless.write)")
        opens = Why('give the token the permission "Make calls to Inference Providers" at {page}', page=_TOKENS)
        yield Finding(Axis.SCOPE, Answer.NO, why, "current_key", opens)
