"""Two exported runs side by side: what is a difference, what never is, and what no file can do."""

import copy
import json
import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import PERSONAS, AllDone, RunPersona
from hypothesis import given
from hypothesis import strategies as st

from testkey_nb.cli.diffing import summary
from testkey_nb.drift import Area, Change, Shift, drift, drift_frame, read_export
from testkey_nb.drift.export import MAX_BYTES
from testkey_nb.errors import CallerError
from testkey_nb.judge import DIMENSIONS, judge_run

Export = dict[str, Any]
Edit = Callable[[Export], object]
LLAMA = "meta-llama/Llama-3.1-8B-Instruct"
MIRRORED = {
    Shift.NEW: Shift.GONE, Shift.GONE: Shift.NEW, Shift.CUT: Shift.RAISED, Shift.RAISED: Shift.CUT,
    Shift.UNREAD: Shift.READ, Shift.READ: Shift.UNREAD,
}  # fmt: skip


def exported(readiness: Any) -> Export:  # noqa: ANN401 - judge's own class is not public
    found: Export = json.loads(json.dumps(readiness.to_json()))
    return found


@pytest.fixture(scope="session")
def export(run_persona: RunPersona) -> Export:
    return exported(judge_run(run_persona("launch-ready")))


@pytest.fixture(scope="session")
def small(export: Export) -> Export:
    """Give an export of few rows, so that a random place in it is not always a model."""
    return {**copy.deepcopy(export), "models": export["models"][:4], "prices": export["prices"][:3],
            "metrics": export["metrics"][:14]}  # fmt: skip


def edited(export: Export, edit: Edit) -> Export:
    made = copy.deepcopy(export)
    edit(made)
    return made


def told(changes: tuple[Change, ...]) -> set[tuple[str, str, str, object, object]]:
    return {(c.area.value, c.to_json()["subject"], c.change.value, c.before, c.after) for c in changes}  # type: ignore[misc]  # a subject is text


def price(export: Export, route: str = "novita") -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in export["prices"] if (row["model"], row["route"]) == (LLAMA, route))
    return found


def without(export: Export, table: str, **wanted: object) -> None:
    export[table] = [row for row in export[table] if any(row[name] != value for name, value in wanted.items())]


def set_at(export: Export, *place: Any) -> None:  # noqa: ANN401 - the last is the value
    *way, last, value = place
    inner: Any = export
    for part in way:
        inner = inner[part]
    inner[last] = value


@pytest.mark.parametrize("persona", PERSONAS)
def test_a_run_compared_with_itself_is_the_same(persona: str, run_persona: RunPersona) -> None:
    export = exported(judge_run(run_persona(persona)))
    assert drift(export, copy.deepcopy(export)) == ()
    assert summary(()) == "no difference"


def test_the_object_as_python_gives_it_is_the_one_that_was_printed(run_persona: RunPersona, export: Export) -> None:
    assert drift(judge_run(run_persona("launch-ready")).to_json(), export) == ()


def test_what_differs_between_any_two_runs_is_no_difference(export: Export) -> None:
    def later(made: Export) -> None:
        then = "2027-01-01T00:00:00.123456+00:00"
        made.update(run_id="another", observed_at=then, operator="somebody else")
        made["manifest"] = {"requests": 99, "methods": ["GET"], "hosts": ["other"], "bytes": 1, "cost_usd": 0}
        made["summary"]["signal"] = "another sentence"
        for table in ("models", "prices", "limits"):
            for row in made[table]:
                row.update(run_id="another", key_hint="OTHER#00000000")
                if row.get("checked_at") == row["observed_at"]:
                    row["checked_at"] = then
                row["observed_at"] = then
        for row in made["models"]:
            row.update(first_token_latency_s=9.9, throughput_tokens_per_s=None)
        made["limits"][0].update(remaining=3, reset_s=1)
        for row in (*made["gates"], *made["capabilities"]):
            row["why"] = "another sentence"
        next(row for row in made["metrics"] if row["metric"] == "rate_limit_remaining")["value"] = 3
        for name, value, unit in (("answered_in", 0.3, "s"), ("balance_as_of", then, "UTC")):
            made["metrics"].append({"metric": name, "value": value, "unit": unit, "ask": "current_key"})

    assert drift(export, edited(export, later)) == ()


def test_a_number_is_the_same_however_json_tools_write_it(export: Export) -> None:
    def rewritten(made: Export) -> None:
        made["limits"][0].update(quota=1000, window_s=300)
        price(made)["input_per_mtok"] *= 1 + 1e-15
        for name in ("models", "prices", "metrics", "gates"):
            made[name].reverse()

    assert drift(export, edited(export, rewritten)) == ()


EDITS: Mapping[str, tuple[Edit, set[tuple[str, str, str, object, object]]]] = {
    "sandbox": (lambda e: e.update(sandbox=False), {("run", "sandbox", "changed", True, False)}),
    "verdict": (lambda e: set_at(e, "identity", "verdict", "relay"),
                {("identity", "verdict", "changed", "vouched", "relay")}),
    "nobody identified": (lambda e: set_at(e, "identity", "provider", None),
                          {("identity", "provider", "changed", "huggingface", None)}),
    "ready": (lambda e: set_at(e, "ready", None), {("readiness", "ready", "flipped", False, None)}),
    "stage": (lambda e: set_at(e, "stage", "pricing"), {("readiness", "stage", "changed", None, "pricing")}),
    "action": (lambda e: set_at(e, "action", "id", None),
               {("readiness", "action", "changed", "add_provider_config", None)}),
    "gate": (lambda e: e["gates"][2].update(state="pass", done="yes"),
             {("gates", "pricing", "flipped", "fail", "pass"),
              ("gates", "pricing: is it done", "flipped", "no", "yes")}),
    "half a gate": (lambda e: e["gates"][2].update(may="unknown"),
                    {("gates", "pricing: may it", "flipped", "yes", "unknown")}),
    "axis": (lambda e: set_at(e, "passport", "funds", "no"), {("passport", "funds", "flipped", "yes", "no")}),
    "capability": (lambda e: e["capabilities"][1].update(state="denied"),
                   {("capabilities", "key_identity", "changed", "proved", "denied")}),
    "quota fell": (lambda e: e["limits"][0].update(quota=500.0),
                   {("limits", "api at huggingface.co", "cut", 1000.0, 500.0)}),
    "quota rose": (lambda e: e["limits"][0].update(quota=1500.0),
                   {("limits", "api at huggingface.co", "raised", 1000.0, 1500.0)}),
    "quota untold": (lambda e: e["limits"][0].update(quota=None),
                     {("limits", "api at huggingface.co", "gone", 1000.0, None)}),
    "quota 0": (lambda e: e["limits"][0].update(quota=0), {("limits", "api at huggingface.co", "cut", 1000.0, 0)}),
    "window": (lambda e: e["limits"][0].update(window_s=3600),
               {("limits", "api at huggingface.co: window_s", "changed", 300.0, 3600)}),
    "limit of a route": (lambda e: e["limits"].append({**e["limits"][0], "service": "upstream:x", "quota": None}),
                         {("limits", "api at upstream:x", "new", None, "no quota told")}),
    "metric": (lambda e: e["metrics"][3].update(value="god"), {("metrics", "token_type", "changed", "access_token",
                                                                "god")}),
    "true is not 1": (lambda e: e["metrics"][0].update(value=1), {("metrics", "key_valid", "changed", True, 1)}),
    "metric unknown": (lambda e: e["metrics"][0].update(value=None), {("metrics", "key_valid", "gone", True, None)}),
    "scope added": (lambda e: e["metrics"].append({**e["metrics"][11], "value": "user:repo.write"}),
                    {("metrics", "token_scopes", "new", None, "user:repo.write")}),
    "usage not answered": (lambda e: without(e, "metrics", ask="usage_snapshot"),
                           {("metrics", "usage_usd", "unread", 1.5, None),
                            ("metrics", "usage_included_usd", "unread", 2.0, None),
                            ("metrics", "usage_limit_usd", "unread", 5.0, None),
                            ("metrics", "usage_requests", "unread", 4, None)}),
    "policy": (lambda e: e["policy"].update(min_samples=3, required=["identification", "inventory"]),
               {("policy", "min_samples", "changed", 0, 3),
                ("policy", "required", "changed", "identification, inventory, pricing, routing, launch",
                 "identification, inventory")}),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_one_thing_changed_is_one_thing_told(name: str, export: Export) -> None:
    edit, expected = EDITS[name]
    assert told(drift(export, edited(export, edit))) == expected


def test_a_price_that_moved_shows_old_new_and_percent(export: Export) -> None:
    (change,) = drift(export, edited(export, lambda e: price(e).update(input_per_mtok=0.0224)))
    assert (change.area, change.change, change.before, change.after) == (Area.PRICES, Shift.MOVED, 0.02, 0.0224)
    assert change.subject == f"{LLAMA} × novita × global × huggingface × router.huggingface.co/v1/models × USD"
    assert change.percent == pytest.approx(12)
    assert summary([change]) == "1 price moved +12 %"
    assert (
        summary(drift(export, edited(export, lambda e: price(e).update(input_per_mtok=2)))) == "1 price moved +9,900 %"
    )


def test_a_price_that_vanished_is_gone_and_one_of_0_has_moved(export: Export) -> None:
    (emptied,) = drift(export, edited(export, lambda e: price(e).update(input_per_mtok=None)))
    (nothing,) = drift(export, edited(export, lambda e: price(e).update(input_per_mtok=0)))
    row_gone = drift(export, edited(export, lambda e: without(e, "prices", **price(e))))
    assert (emptied.change, emptied.after, emptied.percent) == (Shift.GONE, None, None)
    assert (nothing.change, nothing.after, nothing.percent) == (Shift.MOVED, 0, -100)
    assert {(c.change, c.before, c.after) for c in row_gone} == {(Shift.GONE, 0.02, None), (Shift.GONE, 0.05, None)}
    assert summary(row_gone) == "1 price gone"


def early(export: Export) -> Export:
    """Return an export as it was made before prices had currencies, cached input, lengths and hours."""
    made = copy.deepcopy(export)
    since = ("input_per_mtok", "output_per_mtok", "cached_input_per_mtok", "cached_input_usd_per_mtok", "currency",
             "above_input_tokens", "hours")  # fmt: skip
    made["prices"] = [{name: value for name, value in row.items() if name not in since} for row in made["prices"]]
    return made


def more_of(export: Export, **differs: object) -> Edit:
    """Add a price that differs from the first in some parts."""
    return lambda made: made["prices"].append({**price(export), **differs})


def test_an_export_from_before_is_the_same_where_nothing_changed(export: Export) -> None:
    def told_since(made: Export) -> None:
        for row in made["prices"]:
            row["cached_input_per_mtok"] = 0.01
        for differs in ({"hours": "01:00-04:00"}, {"above_input_tokens": 200_000}, {"currency": "CNY"}):
            more_of(export, **differs)(made)

    for now in (export, edited(export, told_since)):
        assert drift(early(export), now) == drift(now, early(export)) == ()
    assert drift(early(export), early(export)) == ()


def test_a_price_that_moved_since_an_export_from_before_is_told(export: Export) -> None:
    (change,) = drift(early(export), edited(export, lambda e: price(e).update(input_per_mtok=0.0224)))
    assert (change.aspect, change.change, change.before, change.after) == ("input_per_mtok", Shift.MOVED, 0.02, 0.0224)
    (gone,) = {c.change for c in drift(early(export), edited(export, lambda e: without(e, "prices", **price(e))))}
    assert gone is Shift.GONE


def test_an_export_from_before_is_checked_by_its_own_names(export: Export) -> None:
    with pytest.raises(CallerError, match=r"prices\[3\]\.input_usd_per_mtok must be a number"):
        drift(export, edited(early(export), lambda e: set_at(e, "prices", 3, "input_usd_per_mtok", "0.1")))


@pytest.mark.parametrize(
    ("differs", "called"),
    [
        ({"currency": "CNY"}, "CNY"),
        ({"hours": "01:00-04:00"}, "USD × 01:00-04:00"),
        ({"above_input_tokens": 200_000}, "USD × above 200000 input tokens"),
        ({"above_input_tokens": 200_000, "hours": "01:00-04:00"}, "USD × above 200000 input tokens × 01:00-04:00"),
    ],
)
def test_prices_in_other_currencies_and_for_some_lengths_and_hours_are_told_apart(
    differs: dict[str, object], called: str, export: Export
) -> None:
    more = edited(export, more_of(export, **differs))
    dearer = edited(export, more_of(export, **differs, output_per_mtok=9))
    (change,) = drift(more, dearer)
    assert change.subject.endswith(f" × {called}")
    assert (change.aspect, change.before, change.after) == ("output_per_mtok", 0.05, 9)
    assert {c.change for c in drift(export, more)} == {Shift.NEW}
    assert {c.change for c in drift(more, export)} == {Shift.GONE}


def test_a_price_of_cached_input_that_moved_is_told(export: Export) -> None:
    cached = edited(export, lambda e: price(e).update(cached_input_per_mtok=0.01))
    (change,) = drift(cached, edited(cached, lambda e: price(e).update(cached_input_per_mtok=0.02)))
    assert (change.aspect, change.percent) == ("cached_input_per_mtok", 100)


@pytest.mark.parametrize(
    ("part", "value", "kind"),
    [
        ("currency", 3, "text"), ("hours", ["01:00"], "text"), ("above_input_tokens", 1.5, "a whole number"),
        ("above_input_tokens", True, "a whole number"), ("above_input_tokens", "9", "a whole number"),
    ],
)  # fmt: skip
def test_what_names_a_price_has_a_type(part: str, value: object, kind: str, export: Export) -> None:
    with pytest.raises(CallerError, match=f"prices\\[0\\].{part} must be {kind}"):
        drift(export, edited(export, lambda e: set_at(e, "prices", 0, part, value)))


@pytest.mark.parametrize("part", ["region", "route", "source", "provider", "model", "currency", "hours"])
def test_prices_are_never_compared_across_what_they_are_keyed_by(part: str, export: Export) -> None:
    changes = drift(export, edited(export, lambda e: price(e).update({part: "elsewhere", "input_per_mtok": 9})))
    assert {change.change for change in changes} == {Shift.GONE, Shift.NEW}


def test_a_price_on_file_that_is_dated_anew_is_told_and_the_date_of_a_live_one_is_not(
    run_persona: RunPersona, all_done: AllDone
) -> None:
    run = run_persona("launch-ready")
    whole = exported(judge_run(run, all_done(run)))
    filed = [row for row in whole["prices"] if row["source"].startswith("prices.csv")]
    assert filed
    for row, day in zip((*filed, *filed), ("2026-10-01",) * len(filed), strict=False):
        row["checked_at"] = day

    def dated(made: Export) -> None:
        for row in made["prices"]:
            if row["source"] == filed[0]["source"] and row["route"] == filed[0]["route"]:
                row["checked_at"] = "2026-11-01"

    changes = drift(whole, edited(whole, dated))
    assert {(c.area, c.aspect, c.change, c.before, c.after) for c in changes} == {
        (Area.PRICES, "checked_at", Shift.REDATED, "2026-10-01", "2026-11-01")
    }


def test_a_model_is_gone_when_its_last_route_is(export: Export) -> None:
    one_route = drift(export, edited(export, lambda e: without(e, "models", model=LLAMA, route="novita")))
    all_routes = drift(export, edited(export, lambda e: without(e, "models", model=LLAMA)))
    assert told(one_route) == {("routes", f"{LLAMA} via novita", "gone", "live", None)}
    assert ("models", LLAMA, "gone", "novita, nscale, featherless-ai", None) in told(all_routes)
    assert summary(one_route) == "1 route gone"


def test_a_covered_model_that_the_list_lacks_is_gone_though_it_has_a_row(
    run_persona: RunPersona, export: Export
) -> None:
    changes = drift(export, exported(judge_run(run_persona("model-gone"))))
    models = [change for change in changes if change.area in {Area.MODELS, Area.ROUTES}]
    assert [(c.subject, c.change) for c in models] == [(LLAMA, Shift.GONE)]


def test_a_route_that_went_down_has_changed(run_persona: RunPersona, export: Export) -> None:
    changes = drift(export, exported(judge_run(run_persona("routes-down"))))
    assert "3 routes changed" in summary(changes)
    assert any(c.aspect == "route_status" and c.before == "live" and c.after == "error" for c in changes)


def test_a_list_that_could_not_be_read_makes_no_model_and_no_price_gone(
    run_persona: RunPersona, export: Export
) -> None:
    changes = drift(export, exported(judge_run(run_persona("firewall"))))
    assert ("run", "list of models", "unread", 12, None) in told(changes)
    assert not [change for change in changes if change.area in {Area.MODELS, Area.ROUTES}]
    assert {change.change for change in changes if change.area is Area.PRICES} == {Shift.UNREAD}
    assert {change.change for change in changes if change.area is Area.METRICS} == {Shift.UNREAD}


def test_a_model_covered_by_one_run_only_is_told(run_persona: RunPersona, export: Export) -> None:
    other = exported(judge_run(run_persona("launch-ready", models=("openai/gpt-oss-120b",))))
    covered = {c.subject: (c.before, c.after) for c in drift(export, other) if c.aspect == "covered"}
    assert covered == {LLAMA: (True, False), "openai/gpt-oss-120b": (False, True)}


def test_another_dimension_is_told(run_persona: RunPersona, export: Export) -> None:
    other = exported(judge_run(run_persona("launch-ready"), policy=DIMENSIONS["inventory-fit"]))
    changes = told(drift(export, other))
    assert ("run", "dimension", "changed", "commercial-launch", "inventory-fit") in changes


def test_an_amount_is_never_compared_with_one_in_another_currency(export: Export) -> None:
    def balances(*amounts: tuple[float, str]) -> Edit:
        rows = [{"metric": "balance_available", "value": value, "unit": unit, "ask": "current_key"}
                for value, unit in amounts]  # fmt: skip
        return lambda made: made["metrics"].extend(rows)

    yuan, both = edited(export, balances((70, "CNY"))), edited(export, balances((10, "USD"), (60, "CNY")))
    assert told(drift(yuan, both)) == {
        ("metrics", "balance_available: CNY", "changed", 70, 60),
        ("metrics", "balance_available: USD", "new", None, 10),
    }


def test_two_providers_are_compared_and_that_is_a_difference(export: Export) -> None:
    def elsewhere(made: Export) -> None:
        made["provider"] = "another"
        for row in made["prices"]:
            row["provider"] = "another"

    changes = drift(export, edited(export, elsewhere))
    assert ("run", "provider", "changed", "huggingface", "another") in told(changes)
    assert Shift.MOVED not in {change.change for change in changes}


def test_changes_come_in_the_order_of_their_areas(run_persona: RunPersona, export: Export) -> None:
    found = [change.area for change in drift(export, exported(judge_run(run_persona("firewall"))))]
    assert found == sorted(found, key=list(Area).index)


@pytest.mark.parametrize("persona", ["firewall", "model-gone", "launch-ready"])
def test_the_frame_has_the_same_columns_and_dtypes_for_none_and_for_many(
    persona: str, run_persona: RunPersona, export: Export
) -> None:
    changes = drift(export, exported(judge_run(run_persona(persona))))
    made, empty = drift_frame(changes), drift_frame(())
    assert len(made) == len(changes)
    assert list(made.dtypes.items()) == list(empty.dtypes.items())
    assert not [name for name, dtype in made.dtypes.items() if str(dtype) == "object"]
    assert list(made["area"].cat.categories) == [area.value for area in Area]


def test_the_frame_holds_numbers_beside_their_text(export: Export) -> None:
    changes = drift(export, edited(export, lambda e: (e["limits"][0].update(quota=500), e.update(ready=None))))
    frame = drift_frame(changes).set_index("subject")
    limit, ready = frame.loc["api at huggingface.co"], frame.loc["ready"]
    assert (limit["before"], limit["after_number"], limit["percent"]) == ("1000.0", 500, -50)
    assert ready["before"] == "false"
    assert all(pd.isna(ready[name]) for name in ("after", "before_number", "after_number", "percent"))


def test_foreign_text_is_bounded_and_escaped(export: Export) -> None:
    nasty = "\x1b[31m[bold]\n\u202e\ud800" + "x" * 10_000
    changes = drift(export, edited(export, lambda e: e["metrics"][3].update(value=nasty)))
    (after,) = [str(change.after) for change in changes]
    assert after.isprintable()
    assert after.startswith("\\u001b[31m[bold]\\u000a\\u202e\\ud800xxx")
    assert len(after) < 300


@pytest.mark.parametrize(
    ("edit", "place"),
    [
        (lambda e: set_at(e, "gates", {}), "gates must be a list"),
        (lambda e: set_at(e, "gates", 1, []), "gates[1] must be an object"),
        (lambda e: set_at(e, "passport", []), "passport must be an object"),
        (
            lambda e: set_at(e, "prices", 3, "input_per_mtok", "0.1"),
            "prices[3].input_per_mtok must be a number",
        ),
        (lambda e: e["prices"][3].update(input_per_mtok=True), "prices[3].input_per_mtok must be a number"),
        (lambda e: set_at(e, "prices", 0, "output_per_mtok", math.nan), "prices[0].output_per_mtok"),
        (lambda e: set_at(e, "limits", 0, "quota", 10**400), "limits[0].quota must be a number"),
        (lambda e: set_at(e, "models", 2, "route", None), "models[2].route must be text"),
        (lambda e: set_at(e, "models", 2, "tools", "yes"), "models[2].tools must be true or false"),
        (lambda e: set_at(e, "metrics", 2, "value", {}), "metrics[2].value must be a single value"),
        (lambda e: set_at(e, "metrics", 2, "value", math.inf), "metrics[2].value must be a single value"),
        (lambda e: set_at(e, "identity", "genuine"), "identity must be an object"),
        (lambda e: set_at(e, "action", "id", 5), "action.id must be text"),
        (lambda e: set_at(e, "sandbox", None), "does not say its sandbox"),
        (lambda e: set_at(e, "schema", 2), "schema 1"),
        (lambda e: e.update(schema=True), "schema 1"),
        (lambda e: (e.pop("gates"), e.pop("ready")), "it lacks ready, gates"),
    ],
)
def test_what_is_no_export_is_the_callers_mistake_and_says_where(edit: Edit, place: str, export: Export) -> None:
    with pytest.raises(CallerError, match="the second export") as caught:
        drift(export, edited(export, edit))
    assert place in str(caught.value)
    assert "testkey probe --json" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "is empty"), (b" \n", "is empty"), (b"{", "is not JSON (line 1)"), (b"\xff\xfe\xfa", "is not JSON"),
        (b"[]", "must be an object"), (b"null", "must be an object"),
        (b'{"schema": 1}', "it lacks run_id, observed_at, provider and 14 more"),
        (b'{"schema": NaN}', "is not JSON"), (b"[" * 200_000, "is not JSON"), (b"1" * 5000, "is not JSON"),
        (b'{"schema": 1, "provider": null, "identity": {}, "candidates": [], "manifest": {}}', "it lacks"),
    ],
    ids=range(11),
)  # fmt: skip
def test_a_file_without_an_exported_run_is_the_callers_mistake(data: bytes, fault: str, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(data)
    with pytest.raises(CallerError) as caught:
        read_export(path)
    assert str(caught.value).startswith(f"{path} ")
    assert fault in str(caught.value)


@pytest.mark.parametrize("name", ["none.json", ".", "a\0b", "x" * 5000])
def test_a_path_that_cannot_be_read_is_the_callers_mistake(name: str, tmp_path: Path) -> None:
    with pytest.raises(CallerError, match="cannot be read") as caught:
        read_export(f"{tmp_path}/{name}")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


def test_a_file_beyond_128_mb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)  # a sparse file
    with pytest.raises(CallerError, match="larger than 128 MB"):
        read_export(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_as_shells_write_it(encoding: str, export: Export, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text(json.dumps(export), encoding=encoding)
    assert drift(read_export(path), read_export(str(path))) == ()


def test_ten_thousand_models_are_compared_in_seconds(export: Export) -> None:
    model, cost = export["models"][0], export["prices"][0]
    many = {**export, "models": [{**model, "model": f"m{i}"} for i in range(10_000)],
            "prices": [{**cost, "model": f"m{i}"} for i in range(10_000)]}  # fmt: skip
    dearer = {**many, "models": many["models"][1:],
              "prices": [{**row, "input_per_mtok": 0.03} for row in reversed(many["prices"])]}  # fmt: skip
    began = time.perf_counter()
    changes = drift(many, dearer)
    assert time.perf_counter() - began < 20  # 1 s where nothing else runs; comparing each with each takes minutes
    assert summary(changes) == "10000 prices moved +50 %, 1 model gone"


def test_many_rows_of_one_name_are_compared_in_seconds(export: Export) -> None:
    many = {**export, "prices": [{**export["prices"][0], "input_per_mtok": i} for i in range(20_000)]}
    began = time.perf_counter()
    assert drift(many, {**many, "prices": many["prices"][::-1]}) == ()
    assert time.perf_counter() - began < 20


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(10**300, 10**320), st.floats(), st.text(max_size=8),
    st.sampled_from(["yes", "no", "live", LLAMA, "novita", "", "\ud800", "[/bold]", "2026-11-23"]),
)  # fmt: skip
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
KEPT = ("gates", "capabilities", "limits", "prices", "models", "metrics")


def places(found: object, way: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    return [way, *(place for name, value in inner for place in places(value, (*way, name)))][not way :]


def mirrored(change: Change) -> str:
    word = MIRRORED.get(change.change, change.change)
    return repr((change.area, change.subject, change.aspect, word, change.after, change.before))


def plain(change: Change) -> str:
    return repr((change.area, change.subject, change.aspect, change.change, change.before, change.after))


@given(JSON)
def test_whatever_json_is_given_raises_nothing_but_the_callers_mistake(small: Export, found: object) -> None:
    with pytest.raises(CallerError) as caught:
        drift(small, found)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


@given(st.data())
def test_an_export_with_anything_anywhere_is_compared_or_refused(small: Export, data: st.DataObject) -> None:
    made = copy.deepcopy(small)
    for way in data.draw(st.lists(st.sampled_from(places(small)), min_size=1, max_size=3)):
        try:
            set_at(made, *way, data.draw(JSON))
        except (TypeError, LookupError):
            continue  # an earlier edit took that place away
    try:
        changes = drift(small, made)
    except CallerError:
        return
    json.dumps([change.to_json() for change in changes], allow_nan=False, ensure_ascii=False).encode()
    assert len(drift_frame(changes)) == len(changes)
    assert summary(changes).isprintable()
    assert drift(made, made) == ()
    assert sorted(map(mirrored, drift(made, small))) == sorted(map(plain, changes))


@given(st.data())
def test_a_comparison_is_mirrored_when_its_sides_are_swapped(small: Export, data: st.DataObject) -> None:
    sides = [copy.deepcopy(small), copy.deepcopy(small)]
    for side in sides:
        for table in KEPT:
            rows = side[table]
            kept = data.draw(st.lists(st.sampled_from(range(len(rows))), unique=True))
            side[table] = [rows[index] for index in kept]
        if side["models"] and data.draw(st.booleans()):
            side["models"][0]["listed"] = data.draw(st.sampled_from([None, False]))
        for row in side["prices"]:
            row["input_per_mtok"] = data.draw(st.none() | st.floats(0, 1e9))
        for row in side["limits"]:
            row["quota"] = data.draw(st.none() | st.integers(0, 10**6))
        side["ready"] = data.draw(st.sampled_from([True, False, None]))
    there, back = drift(*sides), drift(*reversed(sides))
    assert sorted(map(mirrored, there)) == sorted(map(plain, back))
    assert (not there) == (not back)


def test_the_export_of_five_thousand_models_with_ten_routes_each_is_not_too_large(export: Export) -> None:
    tables = [export[name] for name in ("models", "prices")]
    assert sum(50_000 * len(json.dumps(rows, indent=2)) / len(rows) for rows in tables) < MAX_BYTES


def test_a_newer_catalogue_is_the_same_source_and_moves_prices(export: Export) -> None:
    def newer(found: Export) -> None:
        for row in found["prices"]:
            row["source"] = row["source"].replace("genai-prices 0.2.3", "genai-prices 0.3.0")
            if row["source"].startswith("genai") and row["route"] == "novita":
                row["output_per_mtok"] *= 2

    [change] = drift(export, edited(export, newer))
    assert (change.change, change.aspect, change.percent) == (Shift.MOVED, "output_per_mtok", 100)
    assert change.subject.endswith("genai-prices × USD")


@pytest.mark.parametrize(
    ("edit", "area"),
    [
        (lambda e: e["gates"][2].update(may="unknown", why="so it is"), Area.GATES),
        (lambda e: e["capabilities"][1].update(state="denied", why="so it is"), Area.CAPABILITIES),
        (lambda e: e["action"].update(id=None, why="so it is"), Area.READINESS),
    ],
)
def test_a_verdict_that_changed_is_told_with_the_later_exports_why(edit: Edit, area: Area, export: Export) -> None:
    [change] = drift(export, edited(export, edit))
    assert (change.area, change.why) == (area, "so it is")


MOMENTARY = (
    ("x_remaining", "requests", True),
    ("x_remaining", "tokens", True),
    ("x_remaining", "USD", False),
    ("remaining_x", "requests", False),
    ("x", "s", True),
    ("x_as_of", "UTC", True),
    ("as_of_x", "UTC", False),
    ("x", "USD", False),
)


@pytest.mark.parametrize(("metric", "unit", "momentary"), MOMENTARY)
def test_what_is_of_the_moment_is_no_difference(metric: str, unit: str, export: Export, *, momentary: bool) -> None:
    def valued(value: int) -> Export:
        row = {"metric": metric, "value": value, "unit": unit, "ask": "current_key"}
        return edited(export, lambda e: e["metrics"].append(row))

    assert bool(drift(valued(1), valued(2))) is not momentary
