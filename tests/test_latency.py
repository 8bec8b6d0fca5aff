"""Where the time of answers went: medians of what happened, of answers only, new connections apart from used ones."""

from dataclasses import replace
from itertools import count

import pytest
from conftest import RunPersona
from hypothesis import given
from hypothesis import strategies as st

from testkey_nb.judge import judge_run
from testkey_nb.judge.latency import PARTS, latencies
from testkey_nb.outcome import Outcome
from testkey_nb.rows import AnswerRow, Why

SENT = AnswerRow("model_catalog", 0, 1, "GET", "api.example", "/v1/models", False, 200, Outcome.OK, Why(""), "", "",  # noqa: FBT003 - as the row has it
                 0.3, 0.4, 10, "", "")  # fmt: skip
NEW = replace(SENT, dns_s=0.01, connect_s=0.02, tls_s=0.03, first_byte_s=0.2, transfer_s=0.1)
USED = replace(SENT, first_byte_s=0.1, transfer_s=0.05)


def asked(*rows: AnswerRow) -> list[AnswerRow]:
    """Return them as so many requests."""
    return [replace(row, request=number) for row, number in zip(rows, count(1), strict=False)]


def test_new_connections_stand_apart_from_used_ones() -> None:
    new, used = latencies(asked(NEW, USED, replace(USED, first_byte_s=0.3)))
    assert (new.reused, new.requests, new.dns_s, new.connect_s, new.tls_s) == (False, 1, 0.01, 0.02, 0.03)
    assert (used.reused, used.requests, used.first_byte_s, used.connect_s) == (True, 2, 0.2, None)


def test_a_request_that_several_asks_share_counts_once() -> None:
    [row] = latencies([replace(USED, request=7), replace(USED, request=7, ask="other")])
    assert row.requests == 1


@pytest.mark.parametrize("outcome", [Outcome.UNAVAILABLE, Outcome.RATE_LIMITED])
def test_an_error_that_comes_at_once_makes_no_host_fast(outcome: Outcome) -> None:
    quick = replace(USED, outcome=outcome, first_byte_s=0.001)
    assert latencies(asked(quick)) == ()
    [row] = latencies(asked(USED, quick))
    assert row.first_byte_s == 0.1


def test_a_refusal_is_an_answer() -> None:
    [row] = latencies(asked(replace(USED, outcome=Outcome.DENIED)))
    assert row.requests == 1


def test_what_went_over_no_socket_has_no_parts(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready", samples=2)
    assert judge_run(run).rows("latency") == ()
    assert judge_run(run).frame("latency").empty


parts = st.none() | st.floats(0, 10)


@given(st.lists(st.tuples(parts, parts, parts, parts, parts, st.sampled_from(["a", "b"])), max_size=12))
def test_a_median_lies_among_what_was_measured(found: list[tuple[float | None, ...]]) -> None:
    rows = asked(*(replace(SENT, host=str(host), **dict(zip(PARTS, values, strict=True))) for *values, host in found))  # type: ignore[arg-type]  # parts, by name
    for made in latencies(rows):
        of = [row for row in rows if row.host == made.host and (row.connect_s is None) is made.reused]
        for part in PARTS:
            known = [
                getattr(row, part) for row in of if row.first_byte_s is not None and getattr(row, part) is not None
            ]
            value = getattr(made, part)
            assert (value is None) == (not known)
            assert value is None or min(known) <= value <= max(known)
