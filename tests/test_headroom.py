"""What is planned against every limit: windows of any length, input and output apart, and which is reached first."""

from dataclasses import replace
from datetime import timedelta

import pytest
from conftest import RunPersona
from hypothesis import given
from hypothesis import strategies as st

from testkey_nb.headroom import Demand, HeadroomRow, headroom, uncovered
from testkey_nb.judge import Policy, Readiness, judge_run
from testkey_nb.outcome import Answer, CapabilityState
from testkey_nb.probe import Run
from testkey_nb.rows import AnswerRow, LimitRow

API = "api.example.com"
DAY, MINUTE = 86400.0, 60.0
LONG = {"input_tokens": 250.0, "output_tokens": 50.0}  # of one request


def limit(
    quota: float | None,
    window_s: float | None = MINUTE,
    scope: str = "requests",
    *,
    name: str = "",
    service: str = API,
    remaining: float | None = None,
    reset_s: float | None = None,
    keyed: bool = True,
) -> LimitRow:
    return LimitRow(name or scope or "default", service, quota, remaining, window_s, reset_s, "x", scope, "", keyed)


def only(row: LimitRow, **planned: float) -> HeadroomRow:
    (found,) = headroom([row], Demand(**planned), API)
    return found


def numbers(row: HeadroomRow) -> tuple[float | None, float | None, float | None, bool | None]:
    return row.planned_per_min, row.allowed_per_min, row.used_share, row.carries


@pytest.mark.parametrize(
    ("row", "planned", "expected"),
    [
        (limit(60), {"requests_per_min": 30}, (30, 60, 0.5, True)),
        (limit(60), {"requests_per_min": 60}, (60, 60, 1.0, True)),
        (limit(60), {"requests_per_min": 61}, (61, 60, 61 / 60, False)),
        # Ten a minute all day are 14,400; a limit of 10,000 a day does not carry them, but one of 14,400 does.
        (limit(10000, DAY), {"requests_per_min": 10}, (10, 10000 / 1440, 1.44, False)),
        (limit(14400, DAY), {"requests_per_min": 10}, (10, 10, 1.0, True)),
        # Where the plan says how many a day has, its peak is not kept up all day.
        (limit(10000, DAY), {"requests_per_min": 10, "requests_per_day": 5000}, (5000 / 1440, 10000 / 1440, 0.5, True)),
        (limit(60), {"requests_per_min": 10, "requests_per_day": 5000}, (10, 60, 1 / 6, True)),
        # An hour of the peak is no more than the whole day.
        (limit(600, 3600.0), {"requests_per_min": 20, "requests_per_day": 300}, (5, 10, 0.5, True)),
        (limit(1, 1.0), {"requests_per_min": 60}, (60, 60, 1.0, True)),
        (limit(1, 1.0), {"requests_per_min": 61}, (61, 60, 61 / 60, False)),
        (limit(0), {"requests_per_min": 1}, (1, 0, None, False)),
        # Only a day is planned: its average.
        (limit(60), {"requests_per_day": 1440}, (1, 60, 1 / 60, True)),
        (limit(1440, DAY), {"requests_per_day": 1440}, (1, 1, 1.0, True)),
        (limit(1439, DAY), {"requests_per_day": 1440}, (1, 1439 / 1440, 1440 / 1439, False)),
        # A month is reckoned as its longest.
        (limit(31000, None, name="req-month"), {"requests_per_day": 1000}, (1000 / 1440, 31000 / 44640, 1.0, True)),
        (limit(15500, None, name="req-month"), {"requests_per_day": 1000}, (1000 / 1440, 15500 / 44640, 2.0, False)),
        # Tokens: stated, or those of the requests.
        (limit(6000, scope="tokens"), {"tokens_per_min": 3000}, (3000, 6000, 0.5, True)),
        (limit(6000, scope="tokens"), {"requests_per_min": 10, **LONG}, (3000, 6000, 0.5, True)),
        (limit(600, scope="tokens"), {"requests_per_day": 1440, **LONG}, (300, 600, 0.5, True)),
        (limit(5000, scope="input tokens"), {"requests_per_min": 10, **LONG}, (2500, 5000, 0.5, True)),
        (limit(250, scope="output tokens"), {"requests_per_min": 10, **LONG}, (500, 250, 2.0, False)),
        # Stated tokens are shared out as those of one request are.
        (limit(1000, scope="input tokens"), {"tokens_per_min": 600, **LONG}, (500, 1000, 0.5, True)),
        # Not told apart: enough, if all of them were input; otherwise nobody knows.
        (limit(1000, scope="input tokens"), {"tokens_per_min": 800}, (None, 1000, 0.8, True)),
        (limit(700, scope="input tokens"), {"tokens_per_min": 800}, (None, 700, None, None)),
        # One request that is larger than the whole limit never fits, whatever the window.
        (limit(6000, None, scope="tokens"), {"requests_per_min": 1, "input_tokens": 8000}, (None, None, None, False)),
        (limit(6000, scope="tokens"), {"requests_per_day": 1, "input_tokens": 8000}, (None, 6000, None, False)),
        # What cannot be compared.
        (limit(60, None), {"requests_per_min": 30}, (None, None, None, None)),
        (limit(None), {"requests_per_min": 30}, (None, None, None, None)),
        (limit(60, scope="tokens"), {"requests_per_min": 30}, (None, 60, None, None)),
        (limit(60), {"tokens_per_min": 30}, (None, 60, None, None)),
        (limit(60, scope="content-bytes"), {"requests_per_min": 30}, (None, 60, None, None)),
        (limit(5, scope="USD"), {"requests_per_min": 30}, (None, 5, None, None)),
        (limit(60, service="huggingface.co"), {"requests_per_min": 300}, (None, 60, None, None)),
        (limit(60, service="upstream:nebius"), {"requests_per_min": 300}, (None, 60, None, None)),
        (limit(60, keyed=False), {"requests_per_min": 300}, (None, 60, None, None)),
        (limit(60), {}, (None, 60, None, None)),
        # What says nothing of what it counts is taken for requests, or for tokens by its name.
        (limit(60, scope=""), {"requests_per_min": 30}, (30, 60, 0.5, True)),
        (limit(60, scope="", name="tokens-x"), {"tokens_per_min": 30}, (30, 60, 0.5, True)),
    ],
)  # fmt: skip
def test_what_is_planned_is_compared_over_the_limits_own_window(
    row: LimitRow, planned: dict[str, float], expected: tuple[float | None, ...]
) -> None:
    assert numbers(only(row, **planned)) == tuple(
        value if value is None or isinstance(value, bool) else pytest.approx(value) for value in expected
    )


WHYS = {
    "30 requests a minute are planned, 60 are allowed": (limit(60), {"requests_per_min": 30}),
    "1 requests a minute are planned, 60 are allowed; the plan is an average over the day, and its peaks are higher": (
        limit(60), {"requests_per_day": 1440},
    ),
    "1 requests a minute are planned, 1 are allowed": (limit(1440, DAY), {"requests_per_day": 1440}),
    "30 requests a minute are planned, 60 are allowed; nothing of it is left now; it resets in 12.5 s": (
        limit(60, remaining=0, reset_s=12.5), {"requests_per_min": 30},
    ),
    "30 requests a minute are planned, 60 are allowed; nothing of it is left now": (
        limit(60, remaining=0), {"requests_per_min": 30},
    ),
    "30 requests a minute are planned, 60 are allowed; what it counts is not said and is taken for requests": (
        limit(60, scope=""), {"requests_per_min": 30},
    ),
    "2 requests a minute are planned, 2000000 are allowed; a month is reckoned as 31 days": (
        limit(44640 * 2e6, None, name="requests-month"), {"requests_per_min": 2},
    ),
    "it limits upstream:nebius, which says nothing of api.example.com": (
        limit(1, service="upstream:nebius"), {"requests_per_min": 30},
    ),
    "it was told without the key, and the key's own limit can be another": (
        limit(1, keyed=False), {"requests_per_min": 3},
    ),
    "in which time it allows 60 requests is not told": (limit(60, None), {"requests_per_min": 30}),
    "how much it allows is not told; nothing of it is left now": (limit(None, remaining=0), {"requests_per_min": 30}),
    "it counts USD, of which the plan says nothing": (limit(5, scope="USD"), {"requests_per_min": 30}),
    "no tokens are planned": (limit(60, scope="tokens"), {"requests_per_min": 30}),
    "how many of the planned tokens are output tokens is not said": (
        limit(60, scope="output tokens"), {"tokens_per_min": 90},
    ),
    "it would be enough if all planned tokens were output tokens": (
        limit(90, scope="output tokens"), {"tokens_per_min": 90},
    ),
    "one request of 8000 tokens is more than the whole limit of 6000": (
        limit(6000, None, scope="tokens"), {"requests_per_day": 9, "input_tokens": 7000, "output_tokens": 1000},
    ),
}  # fmt: skip


@pytest.mark.parametrize("why", WHYS)
def test_every_row_says_why(why: str) -> None:
    row, planned = WHYS[why]
    assert only(row, **planned).why == why


def test_the_limit_that_is_reached_first_is_the_binding_one() -> None:
    limits = [limit(100), limit(90, name="tighter"), limit(1, service="other"), limit(50, None), limit(9e9, DAY)]
    found = headroom(limits, Demand(requests_per_min=30), API)
    assert [row.binding for row in found] == [False, True, False, False, False]
    found = headroom([*limits, limit(0, name="none")], Demand(requests_per_min=30), API)
    assert [row.limit for row in found if row.binding] == ["none"]
    assert not any(row.binding for row in headroom(limits, Demand(), API))


def test_a_factor_says_how_many_times_the_load_fits() -> None:
    assert only(limit(60), requests_per_min=15).headroom_factor == 4
    assert only(limit(60), requests_per_min=120).headroom_factor == 0.5
    assert only(limit(0), requests_per_min=1).headroom_factor == 0
    assert only(limit(60, None), requests_per_min=1).headroom_factor is None


@pytest.mark.parametrize(("remaining", "expected"), [(None, None), (0, True), (0.5, False), (7, False)])
def test_what_is_left_now_is_told_beside_what_is_allowed(
    remaining: float | None,
    expected: bool | None,  # noqa: FBT001 - a column of the table
) -> None:
    row = only(limit(60, remaining=remaining), requests_per_min=30)
    assert (row.exhausted, row.carries) == (expected, True)


def test_input_and_output_together_cover_tokens() -> None:
    demand = Demand(requests_per_min=1, input_tokens=10, output_tokens=10)
    parts = [limit(99, scope="input tokens"), limit(99, scope="output tokens")]
    assert uncovered(headroom([], demand, API), demand) == {"requests", "tokens"}
    assert uncovered(headroom(parts[:1], demand, API), demand) == {"requests", "tokens"}
    assert uncovered(headroom(parts, demand, API), demand) == {"requests"}
    assert uncovered(headroom([*parts, limit(9)], demand, API), demand) == set()


AMOUNT = st.sampled_from([0.0, 1.0, 30.0, 1e6, 5e-324]) | st.floats(0, 1e8)
DEMANDS = st.builds(Demand, AMOUNT, AMOUNT, AMOUNT, AMOUNT, AMOUNT)
LIMITS = st.builds(
    limit, st.none() | AMOUNT, st.none() | st.sampled_from([1.0, MINUTE, 300.0, DAY]),
    st.sampled_from(["requests", "tokens", "input tokens", "output tokens", "USD", ""]),
    service=st.sampled_from([API, "upstream:x"]), remaining=st.none() | AMOUNT, keyed=st.booleans(),
    name=st.sampled_from(["", "a", "tokens-month"]),
)  # fmt: skip


@given(st.lists(LIMITS, max_size=6), DEMANDS)
def test_whatever_is_planned_the_numbers_hold_together(limits: list[LimitRow], demand: Demand) -> None:
    found = headroom(limits, demand, API)
    assert [row.limit for row in found] == [row.limit for row in limits]
    assert sum(row.binding for row in found) == any(row.carries is not None for row in found)
    for row, of in zip(found, limits, strict=True):
        assert row.why
        for value in (row.planned_per_min, row.allowed_per_min, row.used_share, row.headroom_factor):
            assert value is None or 0 <= value < float("inf")
        if of.service != API or not of.keyed or of.quota is None:
            assert row.carries is None
        if row.used_share is not None:
            assert row.carries is (row.used_share <= 1) or row.used_share == pytest.approx(1)
        if row.planned_per_min is not None:
            assert row.carries is not None


@given(LIMITS, DEMANDS, st.floats(1.1, 10))
def test_a_larger_load_never_fits_better(row: LimitRow, demand: Demand, more: float) -> None:
    larger = replace(
        demand,
        requests_per_min=demand.requests_per_min * more,
        tokens_per_min=demand.tokens_per_min * more,
        requests_per_day=demand.requests_per_day * more,
    )
    (before,), (after,) = headroom([row], demand, API), headroom([row], larger, API)
    if before.carries is False:
        assert after.carries is False
    if before.used_share is not None and after.used_share is not None:
        assert after.used_share >= before.used_share * (1 - 1e-9)


# The gate, the view and the signal say the same.

ROUTER = "router.huggingface.co"


def judged(run: Run, limits: tuple[LimitRow, ...], **planned: float) -> Readiness:
    mine = tuple(replace(row, service=ROUTER) if row.service == API else row for row in limits)
    return judge_run(replace(run, limits=mine), policy=replace(Policy(), **planned))  # type: ignore[arg-type]


CARRIED = "the published limits carry the planned load; the first to be reached is "
UNTOLD = (
    "no limit of this service can be compared with the planned load "
    "(requests: in which time it allows 60 requests is not told)"
)
SOME: dict[str, float] = {"planned_requests_per_min": 30.0}
STRICT: dict[str, float] = {"unpublished_limits_pass": False}
GATES: list[tuple[tuple[LimitRow, ...], dict[str, float], Answer, str]] = [
    (
        (limit(60), limit(30, name="tighter")), SOME, Answer.YES,
        f"{CARRIED}tighter: 30 requests a minute are planned, 30 are allowed",
    ),
    (
        (limit(60), limit(20, name="tighter")), SOME, Answer.NO,
        "the limit tighter does not carry the planned load: 30 requests a minute are planned, 20 are allowed",
    ),
    (
        (limit(60, remaining=0),), SOME, Answer.YES,
        f"{CARRIED}requests: 30 requests a minute are planned, 60 are allowed; nothing of it is left now",
    ),
    (
        (limit(100, DAY),), {"planned_requests_per_day": 101.0}, Answer.NO,
        "the limit requests does not carry the planned load: 0.0701 requests a minute are planned, 0.0694 are allowed",
    ),
    (
        (limit(1, service="upstream:x"),), SOME, Answer.YES,
        "Hugging Face Router publishes no limit of this service read-only",
    ),
    ((limit(60, None),), SOME, Answer.YES, UNTOLD),
    ((limit(60, None),), SOME | STRICT, Answer.UNKNOWN, UNTOLD),
    (
        (limit(60),), SOME | STRICT | {"planned_input_tokens": 9.0}, Answer.UNKNOWN,
        f"{CARRIED}requests: 30 requests a minute are planned, 60 are allowed; no limit of tokens can be compared",
    ),
    (
        (limit(60),), SOME | {"planned_input_tokens": 9.0}, Answer.YES,
        f"{CARRIED}requests: 30 requests a minute are planned, 60 are allowed",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("limits", "planned", "expected", "why"), GATES)
def test_the_gate_goes_by_the_view(
    limits: tuple[LimitRow, ...], planned: dict[str, float], expected: Answer, why: str, run_persona: RunPersona
) -> None:
    readiness = judged(run_persona("launch-ready"), limits, **planned)
    gate = readiness.gates[4]
    assert gate.may is expected
    assert why in gate.may_why
    rows = readiness.rows("headroom")
    assert [row.carries is False for row in rows].count(True) == (expected is Answer.NO)  # type: ignore[attr-defined]


def test_the_view_is_a_frame_of_every_limit(run_persona: RunPersona) -> None:
    readiness = judged(
        run_persona("launch-ready"), (limit(60), limit(9, service="upstream:x")), planned_requests_per_min=6.0
    )
    frame = readiness.frame("headroom")
    assert list(frame["limit"]) == ["requests", "requests"]
    assert frame["headroom_factor"].tolist()[0] == 10
    assert list(frame["binding"]) == [True, False]
    assert frame["carries"].isna().tolist() == [False, True]
    assert len(judged(run_persona("launch-ready"), ()).frame("headroom")) == 0


# The signal.


def steady(run: Run, samples: int) -> Run:
    template = next(row for row in run.answers if row.ask == "model_catalog")
    taken: list[AnswerRow] = [
        replace(
            template, sample=number, request=100 + number, asked_at=run.stamp.observed_at + timedelta(seconds=number)
        )
        for number in range(1, samples + 1)
    ]
    return replace(run, answers=(*run.answers, *taken))


ALL_CLEAR = (
    "global route: nothing is left to check; samples taken: 5 (model_catalog) over 4.0 s, 0 failed; "
    "the limit that is reached first: requests"
)


@pytest.mark.parametrize(
    ("limits", "samples", "planned", "expected"),
    [
        ((), 0, {}, "global route: check limits, stability first"),
        ((), 5, {}, "global route: check limits first"),
        ((limit(60),), 0, {}, "global route: check stability first"),
        ((limit(60),), 2, {}, "global route: check stability first"),
        ((limit(60, service="huggingface.co"),), 5, {}, "global route: check limits first"),
        ((limit(20),), 5, SOME, "global route: check limits first"),
        ((limit(60),), 5, SOME | {"planned_output_tokens": 5.0}, "global route: check limits first"),
        ((limit(60),), 5, SOME, ALL_CLEAR),
    ],
)
def test_the_signal_names_what_is_not_known_and_nothing_else(
    limits: tuple[LimitRow, ...], samples: int, planned: dict[str, float], expected: str, run_persona: RunPersona
) -> None:
    assert judged(steady(run_persona("launch-ready"), samples), limits, **planned).signal == expected


def test_the_signal_names_axes_and_prices_before_limits_and_stability(run_persona: RunPersona) -> None:
    assert judge_run(run_persona("unpriced")).signal == "global route: check pricing, limits, stability first"
    assert judge_run(run_persona("revoked")).signal.startswith("global route: check auth, funds, quota, scope, region")


def test_limits_that_an_answer_tells_are_proved_whoever_promised_none(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    provider = run.plan.provider
    run = replace(run, plan=replace(run.plan, provider=replace(provider, offers=frozenset())))
    states = {row.capability: row.state for row in judged(run, (limit(60),)).capabilities}
    assert states["limit_matrix"] is CapabilityState.PROVED
    for other in (
        limit(None, remaining=3),
        limit(5, scope="USD"),
        limit(60, keyed=False),
        limit(6, service="upstream:x"),
    ):
        states = {row.capability: row.state for row in judged(run_persona("launch-ready"), (other,)).capabilities}
        assert states["limit_matrix"] is CapabilityState.PARTIAL


# What the provider publishes of itself.


def test_the_providers_own_numbers_stand_beside_ours_named_and_dated(run_persona: RunPersona) -> None:
    readiness = judge_run(run_persona("launch-ready", samples=3))
    rows = readiness.frame("published")
    assert set(rows["published_by"]) == {"Hugging Face Router"}
    assert rows["seen_at"].notna().all()
    routes = rows[rows["about"] == "route"]
    assert len(routes) == sum(bool(row.covered) for row in readiness.run.models)
    assert routes["first_token_latency_s"].notna().any()
    page = rows[rows["about"] == "status page"].iloc[0]
    assert (page["status"], page["open_incidents"]) == ("operational", 0)
    assert len(readiness.frame("stability")) == 1, "ours, in a view of its own"


def test_who_publishes_nothing_has_no_row(run_persona: RunPersona) -> None:
    run = replace(run_persona("launch-ready"), models=(), metrics=())
    assert len(judge_run(run).frame("published")) == 0
