"""Prices are proposed in their own currency, for their own lengths and hours, and in the unit that a person chose."""

import csv
import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import RunPersona

from testkey_nb.actions import ARTEFACTS, Files, present, write
from testkey_nb.judge import Policy, Readiness, judge_run
from testkey_nb.launch import PRICE_COLUMNS, read_launch
from testkey_nb.outcome import Action, Answer, Verdict
from testkey_nb.prices import COLUMNS
from testkey_nb.probe import Run
from testkey_nb.rows import PriceRow

MODEL = "meta-llama/Llama-3.1-8B-Instruct"
ROUTE = "featherless-ai"  # that no catalogue prices
HEADER = ",".join(COLUMNS)
LIVE = "router.huggingface.co/v1/models"


@pytest.fixture
def run(run_persona: RunPersona) -> Run:
    """Give a run that is not the sandbox's but the provider's own, so that what it found may be filed."""
    found = run_persona("launch-ready")
    evidence = tuple(mark for mark in found.identity.evidence if mark.points_to != "sandbox")
    return replace(found, identity=replace(found.identity, evidence=evidence, verdict=Verdict.GENUINE))


def priced(run: Run, *rows: dict[str, Any]) -> Run:
    """Return the run with these prices at the one route, and none elsewhere."""
    day = run.stamp.observed_at
    prices = [PriceRow(MODEL, ROUTE, **{"region": "global", "source": LIVE, "free": None, "checked_at": day, **row})
              for row in rows]  # fmt: skip
    return replace(run, prices=tuple(prices))


def paid(inputs: float | None, outputs: float | None, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of PriceRow
    return {"input_per_mtok": inputs, "output_per_mtok": outputs, **more}


def filed(run: Run, *, days: float = 0, **cells: Any) -> str:  # noqa: ANN401 - cells by column
    """Return a row of the file, so many days old."""
    day = run.stamp.observed_at - timedelta(days=days)
    line = {"provider": "huggingface", "region": "global", "model": MODEL, "route": ROUTE, "source": "contract",
            "checked_at": day.date().isoformat(), **cells}  # fmt: skip
    return ",".join(str(line.get(name, "")) for name in COLUMNS) + "\n"


def applied(run: Run, folder: Path, policy: Policy | None = None) -> tuple[Files, Readiness]:
    """Apply the action; return what it wrote, and the judgement after it."""
    files = ARTEFACTS[Action.FILL_PRICING](judge_run(run, read_launch(folder), policy), present(folder))
    write(folder, files, present(folder))
    return files, judge_run(run, read_launch(folder), policy)


def rows(files: Files) -> list[dict[str, str]]:
    """Return what stands in the file of this route, cells that are empty left out."""
    found = csv.DictReader(line for line in io.StringIO(files["prices.csv"]) if not line.startswith("#"))
    return [{name: cell for name, cell in row.items() if cell} for row in found if row["route"] == ROUTE]


def amounts(files: Files) -> list[dict[str, str]]:
    names = set(COLUMNS[4:6]) | set(COLUMNS[9:])
    return [{name: cell for name, cell in row.items() if name in names} for row in rows(files)]


def put(folder: Path, text: str) -> None:
    (folder / "prices.csv").write_text(text, encoding="utf-8")


YUAN = paid(8, 28, currency="CNY", cached_input_per_mtok=2)


def test_a_new_file_has_room_for_every_kind_of_price_and_dollars_stand_in_their_own_columns(
    run: Run, tmp_path: Path
) -> None:
    files, readiness = applied(priced(run, paid(0.02, 0.05)), tmp_path)
    assert files["prices.csv"].splitlines()[0] == HEADER
    assert amounts(files) == [{"input_usd_per_mtok": "0.02", "output_usd_per_mtok": "0.05"}]
    assert readiness.gates[2].done is Answer.YES


def test_a_price_in_yuan_is_filed_in_yuan_and_opens_the_gate(run: Run, tmp_path: Path) -> None:
    yuan = priced(run, YUAN)
    before = judge_run(yuan)
    files, after = applied(yuan, tmp_path)
    assert amounts(files) == [
        {"currency": "CNY", "per_tokens": "1000000", "input_price": "8", "output_price": "28",
         "cached_input_price": "2"}
    ]  # fmt: skip
    assert [(one.gates[2].may, one.gates[2].done) for one in (before, after)] == [
        (Answer.YES, Answer.NO), (Answer.YES, Answer.YES),
    ]  # fmt: skip
    assert after.rulings[MODEL, ROUTE].currency == "CNY"
    again, _ = applied(yuan, tmp_path)
    assert again["prices.csv"] == files["prices.csv"]


@pytest.mark.parametrize("price", [YUAN, paid(1, 2, currency="EUR")])
def test_a_file_without_the_columns_stays_as_it_is_and_a_note_says_why(
    run: Run, tmp_path: Path, price: dict[str, Any]
) -> None:
    put(tmp_path, f"# ours\n{','.join(PRICE_COLUMNS)},invoice\nother,eu,a/b,,1,2,,contract,2026-11-01,17\n")
    now = present(tmp_path)["prices.csv"]
    files, readiness = applied(priced(run, price), tmp_path)
    assert not rows(files)
    assert files["prices.csv"].startswith(now)
    [note] = [note for note in files.notes if ROUTE in note]
    assert note == (
        f"prices.csv lacks the column currency: a price of {MODEL} at {ROUTE} ({price['currency']}) from {LIVE} is not "
        "written; add currency, per_tokens, input_price, output_price, cached_input_price to its first line, or file "
        "it by hand"
    )
    assert readiness.gates[2].done is Answer.NO


def test_a_file_of_before_takes_dollars_as_it_always_did(run: Run, tmp_path: Path) -> None:
    put(tmp_path, ",".join(PRICE_COLUMNS) + "\n")
    files, readiness = applied(priced(run, paid(0.02, 0.05)), tmp_path)
    assert files["prices.csv"].splitlines()[0] == ",".join(PRICE_COLUMNS)
    assert amounts(files) == [{"input_usd_per_mtok": "0.02", "output_usd_per_mtok": "0.05"}]
    assert readiness.gates[2].done is Answer.YES


THOUSAND: dict[str, Any] = {"currency": "CNY", "per_tokens": "1000", "input_price": "0.0070", "output_price": "0.027"}


def test_a_stale_row_is_brought_up_to_date_in_the_unit_that_its_author_chose(run: Run, tmp_path: Path) -> None:
    put(tmp_path, f"{HEADER}\n{filed(run, days=90, **THOUSAND)}")
    files, readiness = applied(priced(run, YUAN), tmp_path)
    assert amounts(files) == [
        {"currency": "CNY", "per_tokens": "1000", "input_price": "0.008", "output_price": "0.028",
         "cached_input_price": "0.002"}
    ]  # fmt: skip
    [note] = [note for note in files.notes if ROUTE in note]
    assert "input 7 → 8 CNY per million tokens, output 27 → 28 CNY per million tokens, cached empty → 2" in note
    assert readiness.gates[2].done is Answer.YES


@pytest.mark.parametrize(("rise", "written"), [(0.5, False), (1.0, True), (0.0, False)])
def test_how_much_a_price_may_rise_by_itself_is_the_policys(
    run: Run, tmp_path: Path, rise: float, *, written: bool
) -> None:
    put(tmp_path, f"{HEADER}\n{filed(run, days=90, **{**THOUSAND, 'input_price': '0.005'})}")
    files, _ = applied(priced(run, YUAN), tmp_path, replace(Policy(), max_price_rise=rise))
    assert ("0.008" in files["prices.csv"]) is written
    assert any(f"it rises by more than {rise:.0%}" in note for note in files.notes) is not written


@pytest.mark.parametrize(
    ("cells", "price", "fault"),
    [
        ({"input_price": "0"}, YUAN, "a price never changes from or to 0, or free, by itself"),
        ({}, paid(None, None, currency="CNY", free=True), "a price never changes from or to 0, or free, by itself"),
        ({"cached_input_price": "0.0001"}, YUAN, "it rises by more than 50%"),
    ],
)
def test_the_guards_hold_in_every_currency(
    run: Run, tmp_path: Path, cells: dict[str, str], price: dict[str, Any], fault: str
) -> None:
    put(tmp_path, f"{HEADER}\n{filed(run, days=90, **{**THOUSAND, **cells})}")
    now = present(tmp_path)["prices.csv"]
    files, _ = applied(priced(run, price), tmp_path)
    assert files["prices.csv"].startswith(now)
    assert any(f"is not written: {fault}; edit the row by hand" in note for note in files.notes)


def test_a_price_of_cached_input_that_no_source_has_is_not_taken_out(run: Run, tmp_path: Path) -> None:
    put(tmp_path, f"{HEADER}\n{filed(run, days=90, cached_input_price='0.002', **THOUSAND)}")
    files, _ = applied(priced(run, paid(8, 28, currency="CNY")), tmp_path)
    assert amounts(files)[0]["cached_input_price"] == "0.002"


def test_a_fresh_price_of_a_person_in_any_currency_is_left_alone(run: Run, tmp_path: Path) -> None:
    put(tmp_path, f"{HEADER}\n{filed(run, **THOUSAND)}")
    now = present(tmp_path)["prices.csv"]
    files, readiness = applied(priced(run, paid(0.02, 0.05)), tmp_path)
    assert files["prices.csv"].startswith(now)
    assert len(rows(files)) == 1
    assert readiness.gates[2].done is Answer.YES


def test_a_stale_price_in_another_currency_stays_beside_the_new_one_and_is_named(run: Run, tmp_path: Path) -> None:
    put(tmp_path, f"{HEADER}\n{filed(run, days=90, **THOUSAND)}")
    now = present(tmp_path)["prices.csv"]
    files, _ = applied(priced(run, paid(0.02, 0.05)), tmp_path)
    assert files["prices.csv"].startswith(now)
    assert [set(row) for row in amounts(files)] == [set(THOUSAND), {"input_usd_per_mtok", "output_usd_per_mtok"}]
    assert any("stays beside the new price from" in note for note in files.notes)


LONG = paid(0.04, 0.1, above_input_tokens=200_000)
NIGHT = paid(0.01, 0.02, hours="16:30-00:30")


def test_prices_for_some_lengths_and_hours_are_filed_beside_the_base_price(run: Run, tmp_path: Path) -> None:
    many = priced(run, NIGHT, LONG, paid(0.02, 0.05))
    files, readiness = applied(many, tmp_path)
    assert amounts(files) == [
        {"input_usd_per_mtok": "0.02", "output_usd_per_mtok": "0.05"},
        {"input_usd_per_mtok": "0.04", "output_usd_per_mtok": "0.1", "above_input_tokens": "200000"},
        {"input_usd_per_mtok": "0.01", "output_usd_per_mtok": "0.02", "hours": "16:30-00:30"},
    ]
    assert readiness.rulings[MODEL, ROUTE].tiers == "above 200,000 input tokens; 16:30-00:30 UTC"
    assert applied(many, tmp_path)[0]["prices.csv"] == files["prices.csv"]


def test_a_file_without_room_for_lengths_and_hours_gets_the_base_price_and_notes(run: Run, tmp_path: Path) -> None:
    put(tmp_path, ",".join(PRICE_COLUMNS) + "\n")
    files, _ = applied(priced(run, NIGHT, LONG, paid(0.02, 0.05)), tmp_path)
    assert len(rows(files)) == 1
    said = " ".join(files.notes)
    assert "(USD, above 200000 input tokens) from" in said
    assert "(USD, 16:30-00:30) from" in said
    assert "add above_input_tokens to its first line" in said


def test_a_price_for_some_hours_that_no_source_has_any_more_stays_and_is_named(run: Run, tmp_path: Path) -> None:
    old = filed(run, days=90, input_usd_per_mtok=0.01, output_usd_per_mtok=0.02, hours="01:00-04:00")
    put(tmp_path, f"{HEADER}\n{old}")
    files, _ = applied(priced(run, paid(0.02, 0.05)), tmp_path)
    assert old in files["prices.csv"]
    assert [set(row) for row in amounts(files)][1:] == [{"input_usd_per_mtok", "output_usd_per_mtok"}]
    assert any("no source of this run has a price for it; the row stays, review it" in note for note in files.notes)


def test_a_price_for_some_hours_alone_is_not_a_price_that_is_filed(run: Run, tmp_path: Path) -> None:
    put(tmp_path, f"{HEADER}\n{filed(run, input_usd_per_mtok=0.02, output_usd_per_mtok=0.05, hours='01:00-04:00')}")
    assert judge_run(priced(run, paid(0.02, 0.05)), read_launch(tmp_path)).gates[2].done is Answer.NO


def test_a_price_of_another_region_is_neither_offered_nor_filed(run: Run, tmp_path: Path) -> None:
    elsewhere = priced(run, paid(0.02, 0.05, region="eu"))
    files, readiness = applied(elsewhere, tmp_path)
    assert amounts(files) == [{}]
    assert (MODEL, ROUTE) not in readiness.rulings
    put(tmp_path, f"{HEADER}\n{filed(run, input_usd_per_mtok=0.02, output_usd_per_mtok=0.05, region='eu')}")
    assert judge_run(elsewhere, read_launch(tmp_path)).gates[2].done is Answer.NO


def test_a_row_that_says_two_things_is_refused_before_anything_is_written(run: Run, tmp_path: Path) -> None:
    put(tmp_path, f"{HEADER}\n{filed(run, input_usd_per_mtok=0.02, **THOUSAND)}")
    with pytest.raises(ValueError, match=r"prices\.csv line 2 has prices of two kinds; keep either"):
        ARTEFACTS[Action.FILL_PRICING](judge_run(run), present(tmp_path))


# What takes the place of an old row in dollars, and what a person has to do: old cells, new price, and a word of why.

ZERO, OUT, RISE = "never changes from or to 0", "never taken out", "rises by more than 50%"
ONE = {"input_usd_per_mtok": 1.0, "output_usd_per_mtok": 2.0}
FREE: dict[str, Any] = {"free": "true"}
REPLACED: tuple[tuple[dict[str, Any], dict[str, Any], str], ...] = (
    (ONE, paid(1.1, 2), ""),
    (ONE, paid(1, 2.1), ""),
    (ONE, paid(0.1, 0.2), ""),
    (ONE, paid(1.5, 3), ""),
    (ONE, paid(1.51, 2), RISE),
    (ONE, paid(1, 3.01), RISE),
    (ONE, paid(0.5, 3.01), RISE),
    (ONE, paid(1, 2, free=True), ZERO),
    (ONE, paid(None, None, free=True), ZERO),
    ({"input_usd_per_mtok": 0, "output_usd_per_mtok": 2}, paid(1, 2), ZERO),
    ({"input_usd_per_mtok": 0, "output_usd_per_mtok": 0, **FREE}, paid(1, 2), ZERO),
    (FREE, paid(1, 2), ZERO),
    ({"input_usd_per_mtok": 1}, paid(1, 2), ""),
    ({"output_usd_per_mtok": 2}, paid(1.2, 2), ""),
    ({}, paid(1, 2), ""),
    ({"input_usd_per_mtok": 9}, paid(1, 2), ""),
    ({"input_usd_per_mtok": 0.1}, paid(1, 2), RISE),
    ({"input_usd_per_mtok": 0}, paid(1, 2), ZERO),
    ({"input_usd_per_mtok": 1}, paid(None, None, free=True), OUT),
    ({}, paid(None, None, free=True), ""),
)


@pytest.mark.parametrize(("cells", "price", "fault"), REPLACED)
def test_what_takes_an_old_rows_place_by_itself(
    run: Run, tmp_path: Path, cells: dict[str, Any], price: dict[str, Any], fault: str
) -> None:
    put(tmp_path, f"{HEADER}\n{filed(run, days=90, **cells)}")
    now = present(tmp_path)["prices.csv"]
    files, _ = applied(priced(run, price), tmp_path)
    assert files["prices.csv"].startswith(now) is bool(fault)
    notes = [note for note in files.notes if ROUTE in note]
    assert [fault in note and "is not written" in note for note in notes if fault] == [True] * bool(fault)
    assert all("→" in note and "is not written" not in note for note in notes if not fault)
    assert len(notes) == 1


# A row stands by itself where it is whole, sourced, dated and fresh, and not the sandbox's beside real answers.

SETTLED: tuple[tuple[float, dict[str, Any], bool], ...] = (
    (0, ONE, True),
    (29, ONE, True),
    (31, ONE, False),
    (0, {**ONE, "source": ""}, False),
    (0, {**ONE, "checked_at": ""}, False),
    (0, {"input_usd_per_mtok": 1}, False),
    (0, {**ONE, "source": "SANDBOX contract"}, False),
    (0, {**ONE, "hours": "01:00-04:00"}, False),
)


@pytest.mark.parametrize(("days", "cells", "settled"), SETTLED)
def test_a_whole_fresh_row_of_a_person_is_left_alone_and_no_other(
    run: Run,
    tmp_path: Path,
    days: float,
    cells: dict[str, Any],
    settled: bool,  # noqa: FBT001 - a column of the table
) -> None:
    put(tmp_path, f"{HEADER}\n{filed(run, days=days, **cells)}")
    files, _ = applied(priced(run, paid(1.1, 2.1)), tmp_path)
    told = any("1.1" in row.values() for row in map(dict, rows(files))) or any(ROUTE in note for note in files.notes)
    assert told is not settled


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_price_of_another_region_is_not_filed_for_this_one(run: Run, tmp_path: Path, order: tuple[int, int]) -> None:
    told = paid(1, 2), paid(0.1, 0.2, region="eu")
    files, _ = applied(priced(run, *(told[place] for place in order)), tmp_path)
    assert [(row["region"], float(row["input_usd_per_mtok"])) for row in rows(files)] == [("global", 1)]


def test_a_price_says_who_told_it_where_that_was_not_the_provider(run: Run, tmp_path: Path) -> None:
    for verdict, source in ((Verdict.GENUINE, LIVE), (Verdict.VOUCHED, f"{LIVE}, as told by proxy.example")):
        elsewhere = replace(run, plan=replace(run.plan, base_url="https://proxy.example/v1"),
                            identity=replace(run.identity, verdict=verdict))  # fmt: skip
        files, _ = applied(priced(elsewhere, paid(1, 2)), tmp_path / verdict)
        assert [row["source"] for row in rows(files)] == [source]


def test_an_unchanged_price_gets_the_new_day_and_without_one_a_person_is_asked(run: Run, tmp_path: Path) -> None:
    day = run.stamp.observed_at.date().isoformat()
    for source, new, note in (
        (LIVE, {}, ""),
        ("contract", {}, f"source contract → {LIVE}"),
        ("contract", {"checked_at": None}, "has the same price without a date; check it and write the day"),
    ):
        put(tmp_path, f"{HEADER}\n{filed(run, days=90, source=source, **ONE)}")
        files, _ = applied(priced(run, paid(1, 2, **new)), tmp_path)
        [row] = rows(files)
        assert (row["checked_at"] == day) is (not new)
        assert (row["source"] == LIVE) is (not new)
        assert [one.partition(": ")[2] for one in files.notes if ROUTE in one] == (
            [note] if not new else [f"{LIVE} {note}"]
        )[: bool(note)]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({}, True),
        ({"source": "", "input_usd_per_mtok": 1}, True),
        ({"source": "", "input_usd_per_mtok": 0}, True),
        ({"source": ""}, False),
        ({"source": "", "output_usd_per_mtok": 1}, False),
    ],
)
def test_a_row_that_no_source_has_a_price_for_is_named_once_somebody_has_worked_on_it(
    run: Run, tmp_path: Path, cells: dict[str, Any], *, told: bool
) -> None:
    line = filed(run, days=90, **cells)
    put(tmp_path, f"{HEADER}\n{line}")
    files, _ = applied(priced(run), tmp_path)
    assert line in files["prices.csv"]
    notes = [note for note in files.notes if ROUTE in note]
    assert ["the row stays, review it" in note for note in notes] == [True] * told


def test_of_two_currencies_the_one_that_counts_is_filed(run: Run, tmp_path: Path) -> None:
    for prices in ((paid(1, 2), YUAN), (YUAN, paid(1, 2))):
        files, readiness = applied(priced(run, *prices), tmp_path / str(len(prices[0])))
        assert readiness.rulings[MODEL, ROUTE].currency == "CNY"
        assert [row.get("currency") for row in rows(files)] == ["CNY"]


@pytest.mark.parametrize("cells", [{"input_usd_per_mtok": 1}, {"output_usd_per_mtok": 2}])
def test_a_row_that_somebody_has_begun_is_not_empty_to_a_made_up_price(
    run_persona: RunPersona, tmp_path: Path, cells: dict[str, Any]
) -> None:
    of = run_persona("launch-ready")
    line = filed(of, **cells)
    put(tmp_path, f"{HEADER}\n{line}")
    files, _ = applied(priced(of, paid(1.1, 2)), tmp_path)
    assert line in files["prices.csv"]
    assert any("a made-up price takes no real one's place" in note for note in files.notes)


@pytest.mark.parametrize(
    ("cells", "sandbox", "taken"),
    [
        ({**ONE, "source": "SANDBOX contract"}, True, True),
        ({**ONE, "source": "SANDBOX contract"}, False, True),
        (ONE, True, False),
        (ONE, False, True),
        ({"source": "contract"}, True, True),
    ],
)
def test_a_made_up_price_takes_the_place_of_made_up_and_empty_rows_only(
    run: Run, run_persona: RunPersona, tmp_path: Path, cells: dict[str, Any], *, sandbox: bool, taken: bool
) -> None:
    of = run_persona("launch-ready") if sandbox else run
    line = filed(of, days=90, **cells)
    put(tmp_path, f"{HEADER}\n{line}")
    files, _ = applied(priced(of, paid(1.1, 2)), tmp_path)
    assert (line not in files["prices.csv"]) is taken
    amount = {"input_usd_per_mtok": "1.1", "output_usd_per_mtok": "2"}
    assert amounts(files)[0] == (amount if taken else {"input_usd_per_mtok": "1.0", "output_usd_per_mtok": "2.0"})
    assert any("a made-up price takes no real one's place" in note for note in files.notes) is not taken


@pytest.mark.parametrize("source", ["contract", ""])
def test_a_whole_price_in_another_currency_is_taken_whoever_filed_it(run: Run, tmp_path: Path, source: str) -> None:
    line = filed(run, days=90, **{**THOUSAND, "source": source})
    put(tmp_path, f"{HEADER}\n{line}")
    files, _ = applied(priced(run, paid(0.02, 0.05)), tmp_path)
    assert line in files["prices.csv"]
    assert len(rows(files)) == 2


def test_a_price_that_does_not_stand_is_not_filed_beside_one_in_another_currency_that_does(
    run: Run, tmp_path: Path
) -> None:
    files, _ = applied(priced(run, paid(1, 2), paid(9, 9, source="another"), YUAN), tmp_path)
    assert [row.get("currency") for row in rows(files)] == ["CNY"]


def test_a_price_that_no_source_dates_is_filed_once_a_person_has_written_the_day(run: Run, tmp_path: Path) -> None:
    undated = priced(run, paid(0.1, 0.2, checked_at=None))
    files, judged = applied(undated, tmp_path)
    assert f"{MODEL} at {ROUTE}: {LIVE} has a price without a date; check it and write the day" in files.notes
    assert "the dates that no source has" in judged.gates[2].opens
    assert judged.gates[2].done is Answer.NO
    text = (tmp_path / "prices.csv").read_text(encoding="utf-8")
    day = run.stamp.observed_at.date().isoformat()
    (tmp_path / "prices.csv").write_text(text.replace(f",{LIVE},,", f",{LIVE},{day},"), encoding="utf-8")
    files, judged = applied(undated, tmp_path)
    assert not [note for note in files.notes if ROUTE in note]
    assert judged.gates[2].done is Answer.YES
