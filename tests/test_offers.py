"""What keys offer is joined by model, route, region and currency, and what nobody says is never counted in."""

from dataclasses import replace
from datetime import timedelta

import pytest
from catalogues import LOAD, planted
from conftest import RunPersona
from hypothesis import given
from hypothesis import strategies as st

from testkey_nb.judge import Readiness, judge_run
from testkey_nb.offers import Offer, Range, Wanted, offers, sift
from testkey_nb.rows import ModelRow, PriceRow


@pytest.fixture
def catalogue(run_persona: RunPersona) -> Readiness:
    return planted(run_persona("launch-ready"), 60)


def judged(one: Readiness, models: list[ModelRow], prices: list[PriceRow]) -> tuple[Offer, ...]:
    run = replace(one.run, models=tuple(models), prices=tuple(prices))
    return offers([judge_run(run, policy=LOAD)])


def price(one: Readiness, amount: float | None, *, source: str = "live", free: bool | None = None,
          currency: str = "USD", model: str = "m", region: str = "global") -> PriceRow:  # fmt: skip
    return PriceRow(model, "r", region, source, amount, amount, free, one.run.stamp.observed_at, currency=currency)


def test_a_line_has_what_its_list_its_price_and_the_load_say(catalogue: Readiness) -> None:
    (offer,) = judged(catalogue, [ModelRow("m", "r", throughput_tokens_per_s=90.0)], [price(catalogue, 2.0)])
    assert (offer.via, offer.currency, offer.speed, offer.free) == ("huggingface/r", "USD", 90.0, False)
    assert offer.input == offer.output == Range(2.0, 2.0)
    tokens = LOAD.planned_input_tokens + LOAD.planned_output_tokens
    monthly = 30 * LOAD.planned_requests_per_day * tokens * 2.0 / 1e6
    assert offer.monthly is not None
    assert offer.monthly == pytest.approx((monthly, monthly))


def test_where_sources_differ_a_price_is_a_range(catalogue: Readiness) -> None:
    (offer,) = judged(
        catalogue, [ModelRow("m", "r")], [price(catalogue, 2.0), price(catalogue, 2.2, source="catalogue")]
    )
    assert offer.input == Range(2.0, 2.2)
    assert offer.monthly is not None
    assert offer.monthly.high == pytest.approx(1.1 * offer.monthly.low)


def test_a_price_that_is_too_old_beside_one_that_is_not_widens_no_range(catalogue: Readiness) -> None:
    old = replace(
        price(catalogue, 50.0, source="old"), checked_at=catalogue.run.stamp.observed_at - timedelta(days=400)
    )
    (offer,) = judged(catalogue, [ModelRow("m", "r")], [price(catalogue, 2.0), old])
    assert offer.input == offer.output == Range(2.0, 2.0)


def test_where_no_price_is_whole_what_is_named_for_any_hour_and_length_is_shown_as_it_is(catalogue: Readiness) -> None:
    named = [replace(price(catalogue, amount, source=f"s{amount}"), output_per_mtok=None) for amount in (3.0, 1.0, 0.5)]
    named[-1] = replace(named[-1], hours="01:00-04:00")
    (offer,) = judged(catalogue, [ModelRow("m", "r")], named)
    assert offer.ruling
    assert not offer.ruling.stands
    assert (offer.input, offer.output, offer.monthly, offer.free) == (Range(1.0, 3.0), None, None, False)


def test_currencies_and_regions_have_lines_of_their_own(catalogue: Readiness) -> None:
    rows = [price(catalogue, 2.0), price(catalogue, 14.0, currency="CNY"), price(catalogue, 3.0, region="eu")]
    found = {(one.ruling.region, one.currency): one.output for one in judged(catalogue, [ModelRow("m", "r")], rows)
             if one.ruling}  # fmt: skip
    assert found == {
        ("global", "USD"): Range(2.0, 2.0), ("global", "CNY"): Range(14.0, 14.0), ("eu", "USD"): Range(3.0, 3.0)
    }  # fmt: skip


def test_what_no_source_prices_has_a_line_without_a_price_and_is_not_free(catalogue: Readiness) -> None:
    (offer,) = judged(catalogue, [ModelRow("m", "r")], [])
    assert (offer.ruling, offer.cost, offer.input, offer.output, offer.monthly) == (None, None, None, None, None)
    assert not offer.free
    assert offer.currency == ""


def test_what_only_a_price_names_has_a_line_of_which_the_list_says_nothing(catalogue: Readiness) -> None:
    (offer,) = judged(catalogue, [], [price(catalogue, 2.0)])
    assert (offer.row.model, offer.row.standing, offer.row.context_tokens) == ("m", None, None)


@pytest.mark.parametrize(
    ("said", "free"), [((True, True), True), ((True, None), False), ((None, None), False), ((False, True), False)]
)
def test_free_is_what_every_source_calls_free(catalogue: Readiness, said: tuple[bool | None, ...], free: bool) -> None:  # noqa: FBT001
    rows = [price(catalogue, 0.0, source=f"s{number}", free=word) for number, word in enumerate(said)]
    (offer,) = judged(catalogue, [ModelRow("m", "r")], rows)
    assert offer.free is free
    assert (offer.output == Range(0, 0)) or not free


def test_a_speed_of_0_says_that_nothing_was_measured(catalogue: Readiness) -> None:
    (offer,) = judged(catalogue, [ModelRow("m", "r", throughput_tokens_per_s=0.0)], [])
    assert offer.speed is None


ROW = ModelRow(
    "acme/Big-70B", "novita", owner="Acme Corp", context_tokens=8192, input_modalities="image,text",
    output_modalities="text", tools=True, structured_output=False,
)  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        (Wanted(), True),
        (Wanted(provider="huggingface"), True),
        (Wanted(provider="groq"), False),
        (Wanted(text="70b ACME"), True),
        (Wanted(text="novita corp"), True),
        (Wanted(text="70b groq"), False),
        (Wanted(input_modality="image"), True),
        (Wanted(input_modality="mag"), False),
        (Wanted(output_modality="image"), False),
        (Wanted(min_context_tokens=8192), True),
        (Wanted(min_context_tokens=8193), False),
        (Wanted(tools=True), True),
        (Wanted(tools=False), False),
        (Wanted(structured_output=False), True),
        (Wanted(structured_output=True), False),
    ],
)
def test_offers_are_sifted_by_what_is_said(catalogue: Readiness, wanted: Wanted, kept: bool) -> None:  # noqa: FBT001
    found = sift(judged(catalogue, [ROW], []), wanted)
    assert (len(found.kept), found.unsaid) == (int(kept), 0)


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(input_modality="text"), Wanted(output_modality="text"), Wanted(min_context_tokens=1), Wanted(tools=True),
        Wanted(tools=False), Wanted(structured_output=True),
    ],
)  # fmt: skip
def test_what_nobody_says_is_left_out_and_counted_apart(catalogue: Readiness, wanted: Wanted) -> None:
    silent = judged(catalogue, [ModelRow("m", "r")], [])
    assert sift(silent, wanted) == ((), 1)
    elsewhere = replace(wanted, provider="groq")  # whatever is unknown, this is not what is looked for
    assert sift(silent, elsewhere) == ((), 0)


choices = st.builds(
    Wanted, text=st.sampled_from(["", "70B", "acme"]), input_modality=st.sampled_from(["", "text", "image"]),
    min_context_tokens=st.sampled_from([0, 10_000, 200_000]), tools=st.sampled_from([None, True, False]),
)  # fmt: skip


@given(wanted=choices, more=choices)
def test_whoever_wants_more_gets_no_more(run_persona: RunPersona, wanted: Wanted, more: Wanted) -> None:
    offered = offers([planted(run_persona("launch-ready"), 40)])
    first = sift(offered, wanted)
    both = sift(first.kept, more)
    assert set(map(id, both.kept)) == set(map(id, first.kept)) & set(map(id, sift(offered, more).kept))
    assert len(first.kept) + first.unsaid <= len(offered)
