"""Anthropic: the list proves the key, and its headers tell whose it is; limits are told to admin keys only."""

from testkey_nb.outcome import Capability, Outcome
from testkey_nb.rows import ModelRow
from testkey_nb.spec import Ask, Clause, KeyShape, LimitRules, Mark, Metric, Provider, Region, Reply, Rows

from .loose import flag, mapping, moment, text
from .model_lists import Entry, as_sample, each_model, no_such_model, parse_list, parse_one, text_and, tokens

_CHECKED = "2026-11-23"
_HOST = "api.anthropic.com"
_RECORDED = "maruel/genai@66b63e62 providers/anthropic/testdata/TestClient"
_ERRORS = "https://platform.claude.com/docs/en/api/errors"
_SCANNERS = "trufflesecurity/trufflehog@3ab759fe pkg/detectors/anthropic/anthropic.go"
_CALLER = (("organization_id", "anthropic-organization-id"), ("project_id", "anthropic-workspace-id"))


def parse_models(reply: Reply) -> Rows | None:
    """Read `/v1/models`; headers name the organisation and the workspace (here `project_id`) the key belongs to."""
    if (found := _list(reply)) is None:
        return None
    # https://docs.anthropic.com/en/api/overview: the organisation's id comes with every answer to a key.
    told = [Metric(name, value) for name, header in _CALLER if (value := text(reply.headers.get(header)))]
    return Rows((*told, *found.metrics), found.models)


def parse_organization(reply: Reply) -> Rows | None:
    """Read `/v1/organizations/me`, which an admin key is answered; the organisation's name is dropped."""
    body = mapping(reply.json)
    owner = text(body.get("id"))
    return Rows((Metric("organization_id", owner),)) if owner and body.get("type") == "organization" else None


def _model(entry: Entry) -> ModelRow | None:
    """Read an entry: PyPI anthropic 2.14.0 types/model_info.py, read 2026-11-25."""
    if not (name := text(entry.get("id"))):
        return None
    stage, released = text(entry.get("lifecycle")), moment(text(entry.get("created_at")))
    return ModelRow(
        name,
        "",
        listed=stage != "retired",  # it stays in the list, and calls of it fail
        created_at=released if released and released.timestamp() else None,  # 1970 where it is not known
        context_tokens=tokens(entry, "max_input_tokens"),
        output_tokens=tokens(entry, "max_tokens"),
        input_modalities=text_and(image=_can(entry, "image_input"), pdf=_can(entry, "pdf_input")),
        structured_output=_can(entry, "structured_outputs"),
        deprecated=stage in {"deprecated", "retired"} if stage else None,
        deprecated_at=moment(text(entry.get("deprecated_at"))),
        shutdown_at=moment(text(entry.get("retires_at"))),
    )


def _can(entry: Entry, what: str) -> bool | None:
    return flag(mapping(mapping(entry.get("capabilities")).get(what)).get("supported"))


_list = parse_list(_model)

_MODELS = Ask(
    "model_catalog",
    _HOST,
    "/v1/models?limit=1000",
    parse_models,
    f"{_RECORDED}/Warmup.yaml",
    _CHECKED,
    gives=("key_valid", "organization_id", "project_id", "models_listed"),
    auth=True,
    proves_key=True,
)

ANTHROPIC = Provider(
    id="anthropic",
    name="Anthropic",
    docs="https://platform.claude.com/docs/en/api/overview",
    checked=_CHECKED,
    api=f"https://{_HOST}/v1",
    hosts=(Region(_HOST),),
    auth=("x-api-key", "{key}"),
    headers=(("anthropic-version", "2023-06-01"),),  # https://platform.claude.com/docs/en/api/versioning
    key_shapes=(
        KeyShape(
            r"sk-ant-api\d\d-[\w-]{93}AA", "user", _SCANNERS, _CHECKED, f"sk-ant-api03-testkeyNotARealKey{'x' * 75}AA"
        ),
        KeyShape(
            r"sk-ant-admin\d\d-[\w-]{20,}",  # of any length: such a key is never taken for an ordinary one
            "admin",
            _SCANNERS,
            _CHECKED,
            f"sk-ant-admin01-testkeyNotARealKey{'x' * 75}AA",
        ),
    ),
    marks=(
        Mark(
            "anthropic-organization-id",
            "https://docs.anthropic.com/en/api/overview",
            _CHECKED,
            header="anthropic-organization-id",
        ),
        Mark("anthropic-workspace-id", f"{_RECORDED}/Warmup.yaml", _CHECKED, header="anthropic-workspace-id"),
    ),
    asks=(
        _MODELS,
        each_model(
            _MODELS,
            "/v1/models/{model_segment}",
            "PyPI anthropic 2.14.0 resources/models.py retrieve",
            parse_one(_model, lambda entry: entry.get("type") == "model"),
            (
                no_such_model(
                    f"{_RECORDED}/errors/bad_model/GenSync.yaml; {_ERRORS}", ("error.type", "not_found_error")
                ),
            ),
        ),
        as_sample(_MODELS),
        Ask(
            "current_key",
            _HOST,
            "/v1/organizations/me",
            parse_organization,
            "https://platform.claude.com/docs/en/api/admin/organizations/me",
            _CHECKED,
            gives=("key_valid", "organization_id"),
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
            "invalid x-api-key",
            fields=(("error.type", "authentication_error"),),
        ),
        Clause(
            Outcome.NO_FUNDS,
            "github.com/anthropics/claude-code/issues/66297",
            _CHECKED,
            400,
            "credit balance is too low",
            fields=(("error.type", "invalid_request_error"),),
        ),
        Clause(
            Outcome.FORBIDDEN,
            "github.com/anthropics/claude-code/issues/8327; github.com/anthropics/claude-code/issues/19028",
            "2026-11-26",
            400,
            "This organization has been disabled",
            fields=(("error.type", "invalid_request_error"),),
        ),
        Clause(Outcome.NO_FUNDS, _ERRORS, _CHECKED, 402, fields=(("type", "error"), ("error.type", "billing_error"))),
        Clause(
            Outcome.FORBIDDEN, _ERRORS, _CHECKED, 403, fields=(("type", "error"), ("error.type", "permission_error"))
        ),
    ),
    limit_rules=LimitRules(
        "https://platform.claude.com/docs/en/api/rate-limits (RPM, ITPM, OTPM)",
        "2026-11-25",
        windows=dict.fromkeys(("requests", "tokens", "input-tokens", "output-tokens"), 60),
    ),
    covered_models=("claude-sonnet-5",),
    offers=frozenset(Capability)
    - {Capability.CAPABILITY_MATRIX, Capability.BALANCE_AND_QUOTA, Capability.LIMIT_MATRIX},
    catalogue="anthropic",
)
