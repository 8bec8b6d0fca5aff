"""What a provider publishes of its own steadiness, to stand beside what was measured here: its word, dated."""

from dataclasses import dataclass
from datetime import datetime

from testkey_nb.outcome import Outcome
from testkey_nb.probe import Run
from testkey_nb.rows import Why


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """Run × what a provider says of itself: each route of a covered model, and its status page."""

    about: str  # "route" or "status page"
    model: str
    route: str  # inference provider behind the endpoint; empty when the endpoint serves the model itself
    status: str | None  # the provider's word
    first_token_latency_s: float | None  # the provider's number, not measured here
    throughput_tokens_per_s: float | None  # the provider's number, not measured here
    open_incidents: int | None  # on the status page; missing where it does not say
    published_by: str  # the provider by its name
    seen_at: datetime  # UTC, when it was read here; when the provider measured it, it does not say
    why: Why  # whose numbers these are, and how old they can be


def published(run: Run) -> tuple[PublishedRow, ...]:
    """Return what the provider of `run` publishes; nothing where it publishes nothing."""
    name, seen_at = run.plan.provider.name, _seen_at(run, "model_catalog")
    why = Why("{name}'s own numbers, not measured here; a status can be six hours old", name=name)
    rows = [
        PublishedRow(
            "route", row.model, row.route, row.route_status, row.first_token_latency_s, row.throughput_tokens_per_s,
            None, name, seen_at, why,
        )
        for row in run.models
        if row.covered and (row.route_status or row.first_token_latency_s or row.throughput_tokens_per_s)
    ]  # fmt: skip
    return (*rows, *_status_page(run))


def _status_page(run: Run) -> tuple[PublishedRow, ...]:
    values = run.values()
    state, reports = values.get("status_page_state", ()), values.get("status_page_open_reports", ())
    if not state and not reports:
        return ()
    name = run.plan.provider.name
    return (
        PublishedRow(
            "status page", "", "", str(state[0]) if state else None, None, None,
            int(reports[0]) if reports else None, name, _seen_at(run, "status_page"),
            Why("{name}'s own status page", name=name),
        ),
    )  # fmt: skip


def _seen_at(run: Run, ask: str) -> datetime:
    """Return when an ask was answered, or else when the run began."""
    times = [row.asked_at for row in run.answers if row.ask == ask and row.outcome == Outcome.OK and not row.sample]
    return next((when for when in times if when), run.stamp.observed_at)
