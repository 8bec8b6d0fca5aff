"""Hugging Face Router ("Inference Providers"): the hub identifies and bills, the router serves the models."""

from testkey_nb.outcome import Capability, Outcome
from testkey_nb.spec import Ask, Clause, KeyShape, LimitRules, Mark, Provider, Region, Repeat, Reply, Rows

from . import huggingface_catalogue as catalogue
from . import huggingface_key as key
from .loose import items, mapping, objects
from .rate_limit_headers import limit_metrics, limits_told

_CHECKED = "2026-11-23"
_HUB, _ROUTER, _STATUS = "huggingface.co", "router.huggingface.co", "status.huggingface.co"
_OPENAPI = "https://huggingface.co/.well-known/openapi.json"
_RECORDED = "maruel/genai@66b63e62 providers/huggingface/testdata"
_REFUSED = f"{_RECORDED}/errors/bad_apiKey"
_TOKENS = "https://huggingface.co/docs/hub/security-tokens"
_CREDITS = "https://huggingface.co/docs/inference-providers/pricing"


def _powered_by(reply: Reply) -> str:
    value = reply.headers.get("x-powered-by", "")
    return value if value == "huggingface-moon" else ""


def _routes_in_list(reply: Reply) -> str:
    models = items(mapping(reply.json).get("data"))
    routed = sum(isinstance(model.get("providers"), list) for model in objects(models))
    return f"{routed} of {len(models)} models list their inference providers" if routed else ""


def parse_limits(reply: Reply) -> Rows:
    """Read the host's own rate limit as metrics; as rows, every answer's limits are read."""
    limits = limits_told(reply, LimitRules(), own=False)
    return Rows(limit_metrics(limits, reply.host))


def _says(outcome: Outcome, status: int, words: str, source: str) -> Clause:
    """Return a clause for the envelope every error of the hub and the router has: ``{"error": "words"}``."""
    return Clause(outcome, source, _CHECKED, status, words, fields=(("error", str),))


HUGGINGFACE = Provider(
    id="huggingface",
    name="Hugging Face Router",
    docs="https://huggingface.co/docs/inference-providers/index",
    checked=_CHECKED,
    api=f"https://{_ROUTER}/v1",
    hosts=(Region(_HUB), Region(_ROUTER)),
    keyless_hosts=(Region(_STATUS),),
    key_shapes=(
        KeyShape(
            r"hf_[A-Za-z0-9]{34}",
            "user",
            "trufflesecurity/trufflehog@3ab759f pkg/detectors/huggingface",
            _CHECKED,
            control="hf_testkeyNotARealKeyxxxxxxxxxxxxxxxx",
        ),
        KeyShape(
            r"hf_oauth_[\w-]+\.[\w-]+\.[\w-]*",
            "oauth",
            "https://huggingface.co/docs/hub/oauth",
            _CHECKED,
            control="hf_oauth_testkeyNotARealKey.testkeyNotARealKey.testkeyNotARealKey",
        ),
        KeyShape(
            r"hf_jwt_[\w-]+\.[\w-]+\.[\w-]*",
            "service",
            "https://huggingface.co/docs/hub/trusted-publishers",
            _CHECKED,
            control="hf_jwt_testkeyNotARealKey.testkeyNotARealKey.testkeyNotARealKey",
        ),
        KeyShape(
            r"api_org_[A-Za-z0-9]{34}",
            "org",
            "gitleaks/gitleaks@b58d3f1 config/gitleaks.toml",
            _CHECKED,
            control="api_org_testkeyNotARealKeyxxxxxxxxxxxxxxxx",
        ),
    ),
    marks=(
        Mark("x-powered-by", f"{_RECORDED} (hub and router)", _CHECKED, body=_powered_by),
        Mark(
            "providers in the model list",
            "https://huggingface.co/docs/inference-providers/hub-api",
            _CHECKED,
            body=_routes_in_list,
        ),
    ),
    asks=(
        Ask(
            "model_catalog",
            _ROUTER,
            "/v1/models",
            catalogue.parse_models,
            "https://huggingface.co/docs/inference-providers/hub-api",
            _CHECKED,
            gives=("models_listed",),
        ),
        Ask(
            "limit_snapshot",
            _ROUTER,
            "/v1/models",
            parse_limits,
            f"{_RECORDED}: upstream x-ratelimit-* leaks through, no RateLimit of the router's own",
            _CHECKED,
        ),
        Ask(
            "model_catalog",
            _HUB,
            "/api/models/{model}?expand[]=inferenceProviderMapping",
            catalogue.parse_mapping,
            "https://huggingface.co/docs/inference-providers/hub-api",
            _CHECKED,
        ),
        Ask(
            "current_key",
            _HUB,
            "/api/whoami-v2",
            key.parse_whoami,
            f"{_OPENAPI} path /api/whoami-v2",
            _CHECKED,
            gives=key.METRICS,
            auth=True,
            proves_key=True,
        ),
        Ask(
            "limit_snapshot",
            _HUB,
            "/api/whoami-v2",
            parse_limits,
            "https://huggingface.co/docs/hub/rate-limits",
            _CHECKED,
            gives=("rate_limit_quota", "rate_limit_remaining"),
            auth=True,
        ),
        Ask(
            "usage_snapshot",
            _HUB,
            "/api/settings/billing/usage-v2?startDate={month_start}&endDate={now}",
            key.parse_usage,
            "huggingface/ml-intern@d9283ec backend/usage.py",
            _CHECKED,
            gives=("usage_usd", "usage_included_usd", "usage_limit_usd", "usage_requests"),
            auth=True,
            outcomes=(
                # The body of this 403 is in no source read; only the envelope every hub error has is relied on.
                Clause(
                    Outcome.FORBIDDEN,
                    "steipete/CodexBar docs/huggingface.md: needs Billing read, else 403",
                    _CHECKED,
                    403,
                    fields=(("error", str),),
                ),
            ),
        ),
        Ask(
            "model_catalog",
            _ROUTER,
            "/v1/models/{model}",
            catalogue.parse_one_model,
            "https://huggingface.co/docs/inference-providers/hub-api",
            _CHECKED,
            repeat=Repeat.PER_SAMPLE,
        ),
        Ask(
            "status_page",
            _STATUS,
            "/index.json",
            catalogue.parse_status_page,
            "https://betterstack.com/docs/uptime/api/ (unnamed public client, verified 2026-09-19)",
            _CHECKED,
            gives=("status_page_state", "status_page_open_reports"),
            repeat=Repeat.WITH_SAMPLES,
        ),
    ),
    outcomes=(
        _says(Outcome.DENIED, 401, "Invalid credentials in Authorization header", f"{_REFUSED}/ListModels.yaml"),
        _says(
            Outcome.FORBIDDEN,
            403,
            "does not have sufficient permissions to call Inference Providers",
            "github.com/huggingface/serge pull 56; CSOAI-ORG/councilof-ai issue 1102",
        ),
        _says(Outcome.FORBIDDEN, 403, "organization token policy", _TOKENS),
        _says(Outcome.FORBIDDEN, 403, "revoked by the organization administrator", _TOKENS),
        _says(Outcome.NO_FUNDS, 402, "depleted your monthly included credits", f"{_RECORDED} (2026); {_CREDITS}"),
        _says(Outcome.NO_FUNDS, 402, "exceeded your monthly included credits", f"{_RECORDED} (2025); {_CREDITS}"),
    ),
    covered_models=("meta-llama/Llama-3.1-8B-Instruct",),
    offers=frozenset(Capability),
    findings=key.findings,
    # Through the router the headers of the route behind it are seen.
    limit_rules=LimitRules(f"{_RECORDED}: upstream x-ratelimit-*", "2026-11-25", own=False),
    catalogue="huggingface_{route}",
    route_model="{model}:{route}",
)
