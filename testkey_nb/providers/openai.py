"""OpenAI: no read-only question tells an ordinary key's owner, money or limits; its list proves that it is taken."""

from testkey_nb.outcome import Capability, Outcome
from testkey_nb.rows import ModelRow, Why
from testkey_nb.spec import Ask, Clause, KeyShape, Mark, Provider, Region, Reply, Rows

from .loose import mapping, moment, objects, text
from .model_lists import Entry, as_sample, each_model, no_such_model, parse_list, parse_one, plain_model

_CHECKED = "2026-11-23"
_HOST = "api.openai.com"
_RECORDED = "maruel/genai@66b63e62 providers/openaichat/testdata"
_SCOPES = "github.com/bytedance/trae-agent/issues/162"
_REGIONS = ("us", "eu", "ae", "au", "in", "jp")  # openai/openai-node src/internal/data-residency.ts, read 2026-11-23


def parse_admin_keys(reply: Reply) -> Rows | None:
    """Read `/v1/organization/admin_api_keys`: a list proves an admin key; whose keys it names is dropped."""
    body = mapping(reply.json)
    return Rows() if body.get("object") == "list" and isinstance(body.get("data"), list) else None


def _model(entry: Entry) -> ModelRow | None:
    return plain_model(entry, shutdown_at=moment(text(entry.get("shutdown_date"))))


def _made_by_openai(reply: Reply) -> str:
    owners = [entry.get("owned_by") for entry in objects(mapping(reply.json).get("data"))]
    return 'owned_by "openai"' if "openai" in owners else ""


def _shape(pattern: str, kind: str, source: str, control: str) -> KeyShape:
    return KeyShape(pattern, kind, source, _CHECKED, control)


def _keys() -> tuple[KeyShape, ...]:
    """Return the shapes: ``T3BlbkFJ`` ("OpenAI" in base64) between two halves of one length, which has grown."""
    halves = "(?:{})".format("|".join(rf"[\w-]{{{n}}}T3BlbkFJ[\w-]{{{n}}}" for n in (20, 46, 58, 74)))
    old = "[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}"
    scanners = "gitleaks/gitleaks config/gitleaks.toml, trufflesecurity/trufflehog pkg/detectors/openai/openai_test.go"
    admin = "trufflesecurity/trufflehog@3ab759fe pkg/detectors/openaiadmin/openaiadmin.go"
    half = "testkeyNotARealKeyxx"
    made_up = f"{half}T3BlbkFJ{half}"
    return (
        _shape(f"sk-proj-{halves}", "project", scanners, f"sk-proj-{made_up}"),
        _shape(f"sk-svcacct-{halves}", "service", scanners, f"sk-svcacct-{made_up}"),
        # Early keys of service accounts have the account's name in the middle.
        _shape(rf"sk-(?!(?:proj|svcacct|admin|None)-)[\w-]+-{old}", "service", scanners, f"sk-service-{made_up}"),
        # Of any length: what may manage an organisation is never taken for an ordinary key.
        _shape(r"sk-admin-[\w-]{20,}", "admin", admin, f"sk-admin-{made_up}"),
        _shape(f"sk-(?:None-)?{old}", "user", scanners, f"sk-{made_up}"),
    )


_MODELS = Ask(
    "model_catalog",
    _HOST,
    "/v1/models",
    parse_list(_model),
    "openai/openai-openapi@f85dbe22 openapi.yaml path /models",
    _CHECKED,
    gives=("key_valid", "models_listed"),
    auth=True,
    proves_key=True,
)

OPENAI = Provider(
    id="openai",
    name="OpenAI",
    docs="https://platform.openai.com/docs/api-reference/models/list",
    checked=_CHECKED,
    api=f"https://{_HOST}/v1",
    hosts=(Region(_HOST), *(Region(f"{region}.{_HOST}", region) for region in _REGIONS)),
    key_shapes=_keys(),
    marks=(
        Mark("openai-version", f"{_RECORDED}/TestClient/Warmup.yaml", _CHECKED, header="openai-version"),
        Mark("x-openai-proxy-wasm", f"{_RECORDED}/TestClient/Warmup.yaml", _CHECKED, header="x-openai-proxy-wasm"),
        # Every imitation says so too: https://docs.litellm.ai/docs/proxy/model_management
        Mark("owner of models", f"{_RECORDED}/TestClient/Warmup.yaml", _CHECKED, body=_made_by_openai, weak=True),
    ),
    asks=(
        _MODELS,
        each_model(
            _MODELS,
            "/v1/models/{model}",
            "openai/openai-openapi@f85dbe22 openapi.yaml path /models/{model}",
            parse_one(_model),
            (no_such_model("github.com/Aider-AI/aider/issues/2030", ("error.code", "model_not_found")),),
        ),
        as_sample(_MODELS),
        Ask(
            "current_key",
            _HOST,
            "/v1/organization/admin_api_keys?limit=1",
            parse_admin_keys,
            "openai/openai-openapi@f85dbe22 openapi.yaml path /organization/admin_api_keys",
            _CHECKED,
            gives=("key_valid",),
            auth=True,
            proves_key=True,
            admin=True,
        ),
    ),
    outcomes=(
        Clause(
            Outcome.DENIED,
            f"{_RECORDED}/errors/bad_apiKey/ListModels.yaml",
            _CHECKED,
            401,
            "Incorrect API key provided",
            fields=(("error.code", "invalid_api_key"),),
        ),
        Clause(
            Outcome.DENIED,
            "github.com/nat/openplayground/issues/143",
            _CHECKED,
            401,
            "has been deactivated",
            fields=(("error.code", "account_deactivated"),),
        ),
        Clause(Outcome.FORBIDDEN, _SCOPES, _CHECKED, 401, "Missing scopes", fields=(("error.message", str),)),
        Clause(
            Outcome.REGION_BLOCKED,
            "github.com/Pythagora-io/gpt-pilot/issues/340",
            _CHECKED,
            403,
            fields=(("error.code", "unsupported_country_region_territory"),),
            why=Why("the provider does not serve the country, region or territory that it is asked from"),
        ),
        Clause(
            Outcome.REGION_BLOCKED,
            "github.com/agent-ecosystem/skill-validator/issues/70; github.com/earendil-works/pi/issues/956",
            "2026-11-26",
            401,
            fields=(("error.code", "incorrect_hostname"),),
            why=Why(
                "the key's project is kept in another region, whose host the answer names: probe with its --region"
            ),
        ),
        Clause(
            Outcome.REGION_BLOCKED,
            "https://developers.openai.com/api/docs/guides/ip-allowlist",
            "2026-11-25",
            401,
            fields=(("error.code", "ip_not_authorized"),),
            why=Why("the account only lets listed IP addresses in, and this one is not listed"),
        ),
        Clause(
            Outcome.FORBIDDEN,
            "github.com/cursor/cursor/issues/2953",
            "2026-11-26",
            403,
            "does not have access to model",
            fields=(("error.code", "model_not_found"),),
        ),
        Clause(
            Outcome.NO_FUNDS,
            "github.com/lifan0127/ai-research-assistant/issues/174; github.com/binary-husky/gpt_academic/issues/681",
            "2026-11-26",
            429,
            "Your account is not active",
            fields=(("error.type", "billing_not_active"),),  # its code may be missing
        ),
        Clause(
            Outcome.NO_FUNDS,
            "github.com/home-assistant/core/issues/120072",
            _CHECKED,
            429,
            fields=(("error.code", "insufficient_quota"),),
        ),
    ),
    # gpt-4o-mini ends on 2027-01-14, gpt-5.5 has no date: https://developers.openai.com/api/docs/deprecations, read
    # 2026-11-26.
    covered_models=("gpt-5.5",),
    offers=frozenset(Capability)
    - {
        Capability.KEY_IDENTITY,
        Capability.CAPABILITY_MATRIX,
        Capability.BALANCE_AND_QUOTA,
        Capability.LIMIT_MATRIX,
    },
    catalogue="openai",
)
