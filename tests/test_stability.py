"""How steady a host answers: shares with their interval, percentiles that numpy agrees with, nothing made up."""

from dataclasses import fields, replace
from itertools import product

import numpy as np
import pytest
from conftest import RunPersona
from hypothesis import given
from hypothesis import strategies as st

from testkey_nb.frames import columns
from testkey_nb.judge import Policy
from testkey_nb.judge.case import Case
from testkey_nb.judge.may import _stable
from testkey_nb.launch import Launch
from testkey_nb.outcome import Answer, Outcome
from testkey_nb.rows import AnswerRow, Why
from testkey_nb.stability import StabilityRow, sampled, steadiness, told, unstable, wilson

OK, DOWN, BUSY = Outcome.OK, Outcome.UNAVAILABLE, Outcome.RATE_LIMITED
LATENCY = st.none() | st.floats(0.001, 100)


def row(
    sample: int,
    outcome: Outcome = OK,
    latency_s: float | None = 0.1,
    *,
    ask: str = "models",
    host: str = "api.example",
    request: int | None = 1,
) -> AnswerRow:
    return AnswerRow(
        ask=ask, sample=sample, request=request, method="GET", host=host, path="/v1/models", keyed=True,
        status=None, outcome=outcome, why=Why(""), source="", said="", latency_s=latency_s, total_s=None,
        size_bytes=None, edge="", retry_after="",
    )  # fmt: skip


def of(*outcomes: Outcome) -> StabilityRow:
    (one,) = steadiness(row(number, outcome) for number, outcome in enumerate(outcomes, start=1))
    return one


ROWS = st.lists(
    st.builds(
        row,
        st.integers(0, 6),
        st.sampled_from(list(Outcome)),
        LATENCY,
        ask=st.sampled_from(["models", "status"]),
        host=st.sampled_from(["a.example", "b.example"]),
        request=st.none() | st.integers(1, 9),
    ),
    max_size=20,
)


# R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
@pytest.mark.parametrize(
    ("failed", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_the_published_one(failed: int, n: int, low: float, high: float) -> None:
    assert wilson(failed, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_stays_within_0_and_1_and_mirrors(counted: tuple[int, int]) -> None:
    failed, n = counted
    low, high = wilson(failed, n)
    assert 0 <= low <= failed / n <= high <= 1
    assert low < high
    assert wilson(n - failed, n) == pytest.approx((1 - high, 1 - low))


@given(st.integers(1, 200), st.integers(0, 199))
def test_more_failures_move_the_interval_up_and_more_samples_narrow_it(n: int, failed: int) -> None:
    failed = min(failed, n - 1)
    low, high = wilson(failed, n)
    assert wilson(failed + 1, n) >= (low, high)
    assert wilson(failed + 1, n)[1] >= high
    low_of_ten, high_of_ten = wilson(10 * failed, 10 * n)
    assert high_of_ten - low_of_ten < high - low


def test_nothing_sampled_is_no_row() -> None:
    assert steadiness(()) == ()
    assert steadiness([row(0), row(0, DOWN)]) == ()
    assert steadiness([row(1, DOWN, None, request=None)]) == ()


def test_an_ask_at_a_host_is_a_row_in_the_order_they_first_occur() -> None:
    answers = [row(1, ask="models"), row(1, ask="status", host="b.example"), row(2, ask="models"), row(2, ask="status")]
    found = [(one.ask, one.host, one.n) for one in steadiness(answers)]
    assert found == [("models", "api.example", 2), ("status", "b.example", 1), ("status", "api.example", 1)]


def test_only_what_could_not_be_reached_failed() -> None:
    refused = [outcome for outcome in Outcome if outcome not in {DOWN, BUSY}]
    one = of(*refused, DOWN)
    assert (one.n, one.failed, one.rate_limited) == (len(refused) + 1, 1, 0)
    assert one.error_share == pytest.approx(1 / (len(refused) + 1))


def test_a_sample_that_was_told_to_wait_is_neither_answered_nor_failed() -> None:
    one = of(OK, BUSY, DOWN, BUSY)
    assert (one.n, one.failed, one.rate_limited, one.error_share, one.timed) == (4, 1, 2, 0.5, 1)
    assert (one.error_share_low, one.error_share_high) == wilson(1, 2)


def test_where_every_sample_was_told_to_wait_the_share_is_missing_and_not_0() -> None:
    one = of(BUSY, BUSY)
    assert (one.error_share, one.error_share_low, one.error_share_high) == (None, None, None)
    assert one.why == "every sample was told to wait: nothing is known of the share of errors"


SLOWEST = "of 3 latencies the 95th percentile says hardly more than the slowest"


@pytest.mark.parametrize(
    ("outcomes", "why"),
    [
        ((OK,), "1 sample: the share of errors lies between 0 % and 79 %"),
        ((OK, OK, OK), f"3 samples: the share of errors lies between 0 % and 56 %; {SLOWEST}"),
        ((OK, BUSY, OK, OK), f"3 samples: the share of errors lies between 0 % and 56 %; {SLOWEST}"),
        ((DOWN, DOWN, DOWN), "3 samples: the share of errors lies between 44 % and 100 %"),
        ((OK,) * 100, "100 samples: the share of errors lies between 0 % and 4 %"),
    ],
)
def test_the_sentence_says_how_little_a_small_sample_knows(outcomes: tuple[Outcome, ...], why: str) -> None:
    assert of(*outcomes).why == why


def test_percentiles_lie_between_order_statistics() -> None:
    (one,) = steadiness(row(number, latency_s=number / 10) for number in (4, 2, 1, 3))
    assert (one.p50_s, one.p95_s) == pytest.approx((0.25, 0.385))


@given(st.lists(st.floats(0.001, 100), min_size=1, max_size=50))
def test_percentiles_are_numpys(latencies: list[float]) -> None:
    (one,) = steadiness(row(number, latency_s=latency) for number, latency in enumerate(latencies, start=1))
    assert (one.p50_s, one.p95_s) == pytest.approx(tuple(np.percentile(latencies, [50, 95])))


def test_jitter_is_the_mean_step_from_one_sample_to_the_next() -> None:
    (one,) = steadiness([row(3, latency_s=0.4), row(1, latency_s=0.1), row(2, latency_s=0.2)])
    assert one.jitter_s == pytest.approx(0.15)
    (steady,) = steadiness(row(number, latency_s=0.3) for number in range(1, 9))
    assert steady.jitter_s == 0
    (trend,) = steadiness(row(number, latency_s=number / 10) for number in range(1, 9))
    assert trend.jitter_s == pytest.approx(0.1)


def test_a_missing_latency_is_missing_and_never_0() -> None:
    (none,) = steadiness([row(1, latency_s=None), row(2, latency_s=None)])
    assert (none.timed, none.p50_s, none.p95_s, none.jitter_s) == (0, None, None, None)
    (single,) = steadiness([row(1, latency_s=None), row(2, latency_s=0.2)])
    assert (single.n, single.timed, single.p50_s, single.p95_s, single.jitter_s) == (2, 1, 0.2, 0.2, None)


def test_an_error_that_comes_at_once_does_not_make_a_host_faster() -> None:
    (one,) = steadiness([row(1, latency_s=0.4), row(2, DOWN, 0.001), row(3, BUSY, 0.001), row(4, latency_s=0.4)])
    assert (one.timed, one.p50_s, one.jitter_s) == (2, 0.4, 0)


def test_the_first_and_last_sample_are_named() -> None:
    (one,) = steadiness([row(7), row(3), row(9, DOWN)])
    assert (one.first_sample, one.last_sample) == (3, 9)


@given(ROWS)
def test_whatever_was_answered_the_numbers_hold_together(answers: list[AnswerRow]) -> None:
    found = steadiness(answers)
    assert sum(one.n for one in found) == sum(a.sample >= 1 and a.request is not None for a in answers)
    for one in found:
        assert 0 <= one.failed + one.rate_limited <= one.n
        assert one.timed <= one.n - one.failed - one.rate_limited
        assert one.first_sample <= one.last_sample
        assert (one.p50_s is None) == (one.p95_s is None) == (one.timed == 0)
        assert (one.jitter_s is None) == (one.timed < 2)
        if one.p50_s is not None and one.p95_s is not None:
            assert 0 < one.p50_s <= one.p95_s * (1 + 1e-12)
        if one.error_share is not None:
            assert one.error_share_low is not None
            assert one.error_share_high is not None
            assert 0 <= one.error_share_low <= one.error_share <= one.error_share_high <= 1


def test_a_row_has_a_column_of_its_own_dtype_for_every_field() -> None:
    text, whole, number = "string", "Int64", "Float64"
    assert [(column.name, column.dtype) for column in columns(StabilityRow)] == [
        ("ask", text), ("host", text), ("n", whole), ("failed", whole), ("rate_limited", whole),
        ("error_share", number), ("error_share_low", number), ("error_share_high", number), ("timed", whole),
        ("p50_s", number), ("p95_s", number), ("jitter_s", number), ("first_sample", whole), ("last_sample", whole),
        ("why", text),
    ]  # fmt: skip
    assert len(columns(StabilityRow)) == len(fields(StabilityRow))


def test_one_failed_ask_fails_its_sample_and_an_unsent_sample_is_none() -> None:
    answers = [row(2), row(1), row(1, DOWN, ask="status"), row(3, DOWN, request=None), row(0, DOWN)]
    assert sampled(answers) == (True, False)


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ((), False),
        ((DOWN, DOWN, OK), False),
        ((DOWN, DOWN, DOWN), True),
        ((DOWN, OK, DOWN, OK, DOWN), True),
        ((DOWN, DOWN, DOWN, OK, OK, OK), False),
        ((OK, OK, OK, DOWN, OK, DOWN, DOWN), True),
        ((BUSY,) * 5, False),
        ((DOWN, OK, DOWN, OK, DOWN, BUSY), True),  # what tells nothing pushes no failure out of the window
    ],
)
def test_a_route_is_unstable_when_three_of_the_last_five_samples_failed(
    outcomes: tuple[Outcome, ...], *, expected: bool
) -> None:
    answers = [row(number, outcome) for number, outcome in enumerate(outcomes, start=1)]
    assert unstable(answers, 3, 5) is expected
    assert not unstable(answers, 0, 5)


@given(ROWS, st.integers(1, 4), st.integers(0, 6))
def test_one_more_failure_never_makes_a_route_stable(answers: list[AnswerRow], failures: int, window: int) -> None:
    before = unstable(answers, failures, window)
    worse = [replace(answer, outcome=DOWN) for answer in answers]
    assert unstable(worse, failures, window) >= before
    assert unstable(answers, failures + 1, window) <= before


def test_the_gate_and_the_rule_agree(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    for length in range(5):
        for outcomes in product((OK, DOWN, BUSY), repeat=length):
            answers = tuple(row(number, outcome) for number, outcome in enumerate(outcomes, start=1))
            for failures, window in product(range(4), repeat=2):
                policy = replace(Policy(), unstable_failures=failures, unstable_window=window)
                check = _stable(Case(replace(run, answers=answers), Launch(), policy, {}, {}))
                assert (check.answer is Answer.NO) is unstable(answers, failures, window)


@given(ROWS, st.integers(0, 4), st.integers(0, 6))
def test_the_gate_and_the_rule_agree_on_any_answers(answers: list[AnswerRow], failures: int, window: int) -> None:
    # The gate's own words.
    samples = {one.sample: False for one in answers if one.sample and one.request and one.outcome != "rate_limited"}
    samples |= {one.sample: True for one in answers if one.sample in samples and one.outcome == "unavailable"}
    failed = [number for number in sorted(samples)[-window:] if samples[number]]
    assert unstable(answers, failures, window) is (len(failed) >= failures > 0)


COUNTED: tuple[tuple[list[AnswerRow], int, tuple[bool, ...]], ...] = (
    ([], 0, ()),
    ([row(0), row(0, DOWN)], 0, ()),
    ([row(1)], 1, (False,)),
    ([row(1), row(1, ask="status")], 1, (False,)),
    ([row(1), row(2, DOWN)], 2, (False, True)),
    ([row(1), row(2, BUSY)], 1, (False,)),
    ([row(1), row(2, Outcome.UNEXPECTED)], 1, (False, False)),
    ([row(1, BUSY), row(1, ask="status")], 1, (False,)),
    ([row(1), row(2, request=None)], 1, (False,)),
    ([row(1), row(2, DOWN, request=None)], 1, (False,)),
    ([row(1, DOWN, request=None), row(1, ask="status")], 1, (True,)),
)


@pytest.mark.parametrize(("answers", "tell", "failed"), COUNTED)
def test_which_samples_tell_anything_and_which_failed(
    answers: list[AnswerRow], tell: int, failed: tuple[bool, ...]
) -> None:
    assert told(answers) == tell
    assert sampled(answers) == failed


@pytest.mark.parametrize(
    ("failures", "window", "expected"),
    [(3, 5, True), (4, 5, False), (3, 4, True), (3, 3, False), (2, 3, True), (1, 1, True), (2, 1, False),
     (3, 0, True), (4, 0, False), (0, 5, False), (0, 0, False)],
)  # fmt: skip
def test_how_many_of_the_last_samples_make_a_route_unstable(failures: int, window: int, *, expected: bool) -> None:
    answers = [row(number, outcome) for number, outcome in enumerate((OK, DOWN, OK, DOWN, DOWN), start=1)]
    assert unstable(answers, failures, window) is expected
