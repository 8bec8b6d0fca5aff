"""The report's tables of models, prices, costs, routes and files: what they say, and that nothing makes them grow."""

import html
import re
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

import pytest
from conftest import AllDone, RunPersona, whole
from markupsafe import escape

from testkey_nb.actions import previews
from testkey_nb.judge import Policy, Readiness, judge_run, read_policy
from testkey_nb.judge.policy import change
from testkey_nb.launch import Credential, Launch, read_launch
from testkey_nb.locale import LANGUAGES, translate
from testkey_nb.outcome import Action, Answer, Axis, Standing
from testkey_nb.probe import Run
from testkey_nb.report import MAX_CHARS, SECTIONS, render_report, sections
from testkey_nb.rows import LimitRow, ModelRow, PriceRow, Why
from testkey_nb.spec import Finding

LLAMA = "meta-llama/Llama-3.1-8B-Instruct"
LOAD = change(
    Policy(), {"planned_requests_per_day": 20_000, "planned_input_tokens": 1500, "planned_output_tokens": 400}
)
NONE = "\N{EN DASH}"
NEW = ("models", "prices", "costs", "routes", "limits", "stability", "region", "previews")


def words(fragment: str) -> str:
    """Return what a reader sees of a fragment."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", fragment)).split())


@lru_cache(maxsize=4)
def rendered(readiness: Readiness, lang: str = "en") -> dict[str, str]:
    return sections(readiness, lang)


def section(readiness: Readiness, name: str, lang: str = "en") -> str:
    return words(rendered(readiness, lang)[name])


def table(readiness: Readiness, name: str, caption: str) -> list[list[str]]:
    """Return the cells of the body of a table, by its caption."""
    fragment, title = rendered(readiness)[name], re.escape(str(escape(caption)))
    [body] = re.findall(rf"<caption>{title}</caption>.*?<tbody>(.*?)</tbody>", fragment, re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [[words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows]


@pytest.fixture(scope="module")
def ready(run_persona: RunPersona) -> Readiness:
    return judge_run(run_persona("launch-ready"))


def planted(run: Run, models: int, covered: int) -> Run:
    """Give a run a list of so many models, with three routes each, that differ in all there is to differ in."""
    now = run.stamp.observed_at
    names = [f"acme/model-{number}" for number in range(models)]
    rows = [
        ModelRow(name, route, covered=number < covered, listed=True, standing=Standing.LISTED, owner="acme",
                 route_status="error" if number % 11 == 7 else "live", throughput_tokens_per_s=float(number % 70),
                 shutdown_at=now + timedelta(days=40) if number % 5 == 1 else None)
        for number, name in enumerate(names) for route in ("novita", "together", "groq")
    ]  # fmt: skip
    prices = [
        PriceRow(name, route, "global", source, 0.1 + number % 9, 0.5, None, now, currency=("USD", "CNY")[number % 2])
        for number, name in enumerate(names) if number % 4 for route in ("novita", "groq") for source in ("list", "own")
    ]  # fmt: skip
    plan = replace(run.plan, models=tuple(names[:covered]))
    return replace(run, models=tuple(rows), prices=tuple(prices), plan=plan)


# Whatever there is.


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("persona", ["launch-ready", "unpriced", "routes-down", "model-gone", "firewall"])
def test_every_section_says_something_whatever_the_run_found(persona: str, lang: str, run_persona: RunPersona) -> None:
    found = rendered(judge_run(run_persona(persona), policy=LOAD), lang)
    assert tuple(found) == SECTIONS
    for name in NEW:
        said = words(found[name])
        assert len(said) > 20
        assert "None" not in said
        assert "{" not in re.sub(r"\{(job|\{)[^}]*\}?", "", said), name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_not_there_is_said_in_words(lang: str, run_persona: RunPersona) -> None:
    run = replace(run_persona("wrong-host"), answers=(), metrics=(), models=(), prices=(), limits=())
    readiness = judge_run(run)
    for name, said in (
        ("models", "no source counts any"),
        ("models", "no list of models could be read"),
        ("prices", "there is no price to rule on"),
        ("prices", "No source has a price of a covered model."),
        ("routes", "no list of routes could be read"),
        ("limits", "none were published"),
        ("stability", "it publishes nothing of its steadiness that can be read here"),
        ("region", "no request was sent"),
    ):
        assert translate(said, lang) in section(readiness, name, lang)


@pytest.mark.parametrize(("models", "covered"), [(5, 5), (400, 5), (400, 400), (5000, 5)])
def test_a_long_list_makes_no_long_report(models: int, covered: int, run_persona: RunPersona) -> None:
    readiness = judge_run(planted(run_persona("launch-ready"), models, covered), policy=LOAD)
    found = rendered(readiness)
    assert sum(map(len, found.values())) < 600_000
    rows = [
        len(re.findall("<tr>", part)) for part in re.findall(r"<table.*?</table>", "".join(found.values()), re.DOTALL)
    ]
    assert max(rows) <= 121
    phantoms = readiness.rows("phantoms")
    shown = len(table(readiness, "models", "Named in a list and not to be relied on, covered models first"))
    assert shown == min(25, len(phantoms))
    left = f"rows left out here: {len(phantoms) - shown}"
    assert (left in words(found["models"])) is (len(phantoms) > shown)


# Models.


def test_models_say_where_they_stand_and_when_they_go(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    soon = run.stamp.observed_at + timedelta(days=30)
    rows = tuple(
        replace(row, standing=Standing.CONFIRMED, shutdown_at=soon, deprecated_at=soon - timedelta(days=9),
                output_tokens=4096, input_modalities="image,text") if row.route == "novita" else row
        for row in run.models
    )  # fmt: skip
    [first, second, _] = table(judge_run(replace(run, models=rows)), "models", "Routes of the covered models")
    assert first[:6] == [f"{LLAMA} meta-llama", "novita", "✓ confirmed", "live", "16384", "4096"]
    assert first[6] == "image, text → text tools: yes structured: no"
    assert (first[7], second[7]) == ("first token 0.612 s 71.4 tokens/s", "first token 0.4335 s 88.25 tokens/s")
    assert first[8] == f"{soon:%Y-%m-%d} deprecated {soon - timedelta(days=9):%Y-%m-%d}"
    assert second[2] == f"{NONE} listed"
    assert second[8] == NONE


def test_counts_that_differ_are_flagged(run_persona: RunPersona) -> None:
    rows = table(judge_run(planted(run_persona("launch-ready"), 400, 5)), "models", "Models by source")
    said = {(row[0], row[1]): row[2:] for row in rows}
    assert said["models_listed (model_catalog)", "listed"] == [
        "12", "? differs", "388 fewer than this run's list holds",
    ]  # fmt: skip
    assert said["models", "listed"] == ["400", "✓ the same", "as many as this run's list holds"]


def test_phantoms_are_counted_by_reason_before_they_are_listed(ready: Readiness) -> None:
    assert "Not to be relied on ? listed only 1 · ? unpriced 7" in section(ready, "models")


# Prices.


def test_a_price_in_yuan_is_shown_in_yuan_and_nothing_is_converted(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    yuan = tuple(
        replace(row, currency="CNY", input_per_mtok=1.5, output_per_mtok=6.25)
        for row in run.prices if row.model == LLAMA and row.route == "novita"
    )  # fmt: skip
    readiness = judge_run(replace(run, prices=(*run.prices, *yuan)))
    rows = table(readiness, "prices", "Prices per million tokens, in their own currency")
    assert {tuple(row[3:6]) for row in rows if row[1] == "novita global"} == {
        ("USD", "0.02", "0.05"), ("CNY", "1.5", "6.25"),
    }  # fmt: skip
    rulings = table(readiness, "prices", "Ruling on each route's price")
    assert [row[4] for row in rulings if row[1] == "novita global"] == ["CNY", "USD"]


def test_tiers_hours_dates_and_ages_stand_beside_the_price(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    [price] = [row for row in run.prices if (row.model, row.route) == (LLAMA, "novita")]
    old = run.stamp.observed_at - timedelta(days=12, hours=3)
    more = (replace(price, above_input_tokens=128_000), replace(price, hours="01:00-04:00", checked_at=old))
    rows = table(judge_run(replace(run, prices=(*run.prices, *more))), "prices",
                 "Prices per million tokens, in their own currency")  # fmt: skip
    told = [(row[7], row[9]) for row in rows if row[1] == "novita global" and "genai" not in row[2]]
    day = f"{run.stamp.observed_at:%Y-%m-%d} this day"
    assert told == [
        ("otherwise", day), ("above 128,000 input tokens", day),
        ("01:00-04:00 UTC", f"{old:%Y-%m-%d} 12 days before"),
    ]  # fmt: skip
    assert {row[9] for row in rows if "genai" in row[2]} == {"not dated"}
    assert {row[7] for row in rows if "genai" in row[2]} == {"always"}, "this source has no other price"


def test_every_ruling_comes_with_its_why(ready: Readiness) -> None:
    rows = table(ready, "prices", "Ruling on each route's price")
    assert [(row[2], row[3]) for row in rows] == [
        (f"✓ {ruling.verdict}", ruling.why) for ruling in ready.court if ruling.model == LLAMA
    ]


# Cost of the load.


def test_without_a_load_one_sentence_says_how_to_plan_one(ready: Readiness, tmp_path: Path) -> None:
    said = section(ready, "costs")
    assert said.count(".") == 2  # that of FILE.toml, and the full stop
    assert "table" not in rendered(ready)["costs"]
    fields = re.findall(r"planned_\w+", said)
    policy = tmp_path / "policy.toml"
    policy.write_text("".join(f"{field} = 10\n" for field in fields), encoding="utf-8")
    assert judge_run(ready.run, policy=read_policy(policy)).load


def test_costs_are_a_range_where_sources_differ(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    dear = tuple(replace(row, source="list two", output_per_mtok=0.06) for row in run.prices if row.route == "novita")
    readiness = judge_run(replace(run, prices=(*run.prices, *dear)), policy=LOAD)
    rows = {row[1]: row for row in table(readiness, "costs", "Cost of the planned load by model and route")}
    assert {row[0] for row in rows.values()} == {LLAMA}
    assert rows["novita global"][2] == "30.00 to 32.40 USD"
    assert rows["nscale global"][2] == "68.40 USD"
    assert "20000 requests a day with 1500 tokens of input and 400 of output" in section(readiness, "costs")
    assert 'role="img"' in rendered(readiness)["costs"]


# Routes.


def test_routes_are_shown_in_the_order_to_take_them(ready: Readiness) -> None:
    [[model, region, order, weak]] = table(ready, "routes", "Order in which each model's live routes are to be taken")
    assert (model, region, order, weak) == (LLAMA, "global", "novita → nscale → featherless-ai", NONE)
    ranks = table(ready, "routes", "Live routes with their ranks")
    assert [row[2] for row in ranks] == ["1", "2", "3"]
    assert ranks[0][3:6] == ["1 output 0.05 USD", "2 71.4 tokens/s first token 0.612 s", "yes"]


def test_the_policy_says_which_route_leads(run_persona: RunPersona) -> None:
    readiness = judge_run(run_persona("launch-ready"), policy=change(LOAD, {"route_lead": "fastest"}))
    [[_, _, order, _]] = table(readiness, "routes", "Order in which each model's live routes are to be taken")
    assert order == "nscale → novita → featherless-ai"
    assert "The policy wants the fastest route first" in section(readiness, "routes")
    assert table(readiness, "routes", "Live routes with their ranks")[0][3] == "2 68.40 USD"


def test_a_single_point_of_failure_is_named(run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    one = tuple(row for row in run.models if not row.covered or row.route == "novita")
    readiness = judge_run(replace(run, models=one))
    [[*_, weak]] = table(readiness, "routes", "Order in which each model's live routes are to be taken")
    assert weak == "? single point of failure"


def test_a_model_whose_routes_are_down_has_none_and_one_whose_list_was_not_read_has_no_verdict(
    run_persona: RunPersona,
) -> None:
    assert "✕ no live route" in section(judge_run(run_persona("routes-down")), "routes")
    unread = section(judge_run(run_persona("firewall")), "routes")
    assert "no live route" not in unread
    assert unread.count("no list of routes could be read") == 3


def test_the_hubs_policies_stand_beside_what_is_wanted(ready: Readiness) -> None:
    rows = table(ready, "routes", "The hub's policies beside the first choice here")
    assert [row[1:5] for row in rows] == [
        [":fastest", "nscale", "novita", "? no"], [":cheapest", "novita", "novita", "✓ yes"],
        [":novita", "novita", "novita", "✓ yes"],
    ]  # fmt: skip


# Limits, stability, region.

ROUTER = "router.huggingface.co"


def test_what_binds_is_named_and_every_limit_stands_beside_the_plan(run_persona: RunPersona) -> None:
    limits = (LimitRow("requests", ROUTER, 30, 12, 60, 9, "x-ratelimit", "requests"),
              LimitRow("api", "huggingface.co", 1000, 999, 300, 9, "RateLimit", "requests"))  # fmt: skip
    readiness = judge_run(
        replace(run_persona("launch-ready"), limits=limits), policy=Policy(planned_requests_per_min=60)
    )
    assert "What binds: requests does not carry the planned load: 60 requests a minute" in section(readiness, "limits")
    first, second = table(readiness, "limits", "What is planned against every limit")
    assert first[:5] == ["requests reached first", "60", "30", "200 %", "✕ no"]
    assert second[1:5] == [NONE, "200", NONE, "? unknown"]
    assert table(readiness, "limits", "Limits, each for the service it limits")[0][2:5] == ["requests", "30", "12"]
    assert 'role="img"' in rendered(readiness)["limits"]


def test_what_was_not_planned_or_sampled_or_connected_says_what_to_do(ready: Readiness) -> None:
    assert "set planned_requests_per_min and planned_tokens_per_min" in section(ready, "limits")
    assert "probe with --samples N" in section(ready, "stability")
    assert "only of answers that came over a network" in section(ready, "stability")
    assert "role=" not in rendered(ready)["stability"].partition("Published by")[0]


def test_samples_stand_with_their_interval_and_what_is_published_beside_them_is_the_providers_own(
    run_persona: RunPersona,
) -> None:
    run = run_persona("launch-ready", samples=2)
    timed = tuple(replace(row, first_byte_s=0.02, transfer_s=0.001, connect_s=0.01 if row.sample else None)
                  for row in run.answers)  # fmt: skip
    readiness = judge_run(replace(run, answers=timed))
    [[ask, count, failed, waited, errors, *_]] = table(readiness, "stability", "Samples by question and host")
    assert (ask, count, failed, waited, errors) == (f"model_catalog {ROUTER}", "2", "0", "0", "0 % 0 % to 66 %")
    parts = {tuple(row[:2]): row[3:] for row in table(readiness, "stability", "Parts of the time by host")}
    assert parts[ROUTER, "new"] == [NONE, "10", NONE, "20", "1"]
    assert rendered(readiness)["stability"].count('role="img"') == 2
    published = table(readiness, "stability", "What the provider says of itself")
    assert published[0][:6] == ["route", LLAMA, "novita", "live", "0.612", "71.4"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", published[0][7])
    assert "own numbers, not measured here" in published[0][8]
    assert "ms over 2 samples, of a list and not of a token" in section(readiness, "stability")


def test_edges_stand_with_the_sentence_that_they_are_near_the_caller(ready: Readiness) -> None:
    assert "An edge is near the caller, not the model" in section(ready, "region")
    places = table(ready, "region", "Hosts, and the way their answers came")
    assert places[0][0] == ROUTER
    assert places[0][3:5] == ["YTO50-P1", "Toronto, CA"]
    assert "✓ yes the key was answered from here" in section(ready, "region")


def test_a_block_is_told_with_what_would_open_it_and_with_the_place_it_was_met_from(ready: Readiness) -> None:
    blocked = Finding(
        Axis.REGION, Answer.NO, Why("{host} answered: {why}", host="h", why="blocked"), "a", Why("not asked")
    )
    readiness = replace(
        ready, passport={**ready.passport, Axis.REGION: blocked}, run=replace(ready.run, vantage="Oslo")
    )
    said = section(readiness, "region")
    assert "✕ no h answered: blocked" in said
    assert "Asked from Oslo" in said
    assert "not asked" in said


# Foreign text.

HOSTILE = (
    "</td></pre><script>alert(1)</script><img src=//evil.example/x onerror=x> \"'`{{ 7*7 }}{0} \u202e\x00" + "w" * 900
)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_foreign_text_is_shown_and_bounded_and_never_markup(lang: str, run_persona: RunPersona) -> None:
    run = run_persona("launch-ready")
    model = ModelRow(HOSTILE, HOSTILE, covered=True, listed=True, route_status="live", mapping_status=HOSTILE,
                     owner=HOSTILE, input_modalities=HOSTILE, shutdown_at=run.stamp.observed_at)  # fmt: skip
    price = PriceRow(HOSTILE, HOSTILE, "global", HOSTILE, 1.0, 2.0, None, None, currency=HOSTILE, hours=HOSTILE)
    run = replace(run, models=(model, replace(model, route="down", route_status=HOSTILE)),
                  prices=(price, replace(price, hours="", source="list")),
                  plan=replace(run.plan, models=(HOSTILE,)))  # fmt: skip
    files = {"inventory.csv": f"credential,provider,owner_id,models\n{HOSTILE!r}\n", "prices.csv": HOSTILE}
    launch = Launch(inventory=(Credential(run.key_name, "huggingface", "o", frozenset({HOSTILE + "y"})),), texts=files)
    found = sections(judge_run(run, launch, LOAD), lang)
    for name in NEW:
        assert not re.search(r"<(script|img)|\u202e|\x00", found[name])
        longest = max(map(len, re.findall("[^<>\\n]+", re.sub(r"<svg.*?</svg>", "", found[name], flags=re.DOTALL))))
        assert longest <= 2 * MAX_CHARS + 200  # escaped, a sign is longer
    for name in ("models", "prices", "costs", "routes"):
        assert "{{ 7*7 }}" in html.unescape(found[name])


# What apply would write.


def test_the_next_action_and_the_outstanding_ones_are_previewed_in_their_order(ready: Readiness) -> None:
    shown = re.findall(r"<code>testkey apply (\w+)</code>", rendered(ready)["previews"])
    assert shown == [ready.action.id, *ready.outstanding] == list(Action)[:5]
    said = section(ready, "previews")
    for path in ("providers.toml", "inventory.csv", "prices.csv", "routes.yaml", "monitoring/alerts.yml"):
        assert path in said
    assert "Into an empty launch folder" in said
    assert "api_key: os.environ/HF_TOKEN" in said


def test_a_preview_is_the_file_that_would_be_written(ready: Readiness) -> None:
    [routes] = [file for one in previews(ready) for file in one.files if file.path == "routes.yaml"]
    pre = re.findall(r'<pre class="tk-pre">(.*?)</pre>', rendered(ready)["previews"], re.DOTALL)
    assert "\n".join(routes.lines) + "\n" in [html.unescape(text) for text in pre]
    assert routes.left_out == 0


def test_an_action_whose_gate_is_shut_would_be_refused_and_the_report_says_why(run_persona: RunPersona) -> None:
    readiness = judge_run(run_persona("no-inference-scope"))
    shut = {gate.gate: gate for gate in readiness.gates if gate.may is not Answer.YES}
    assert list(shut) == ["inventory"]
    said = section(readiness, "previews")
    assert f"✕ would be refused the gate inventory is no: {' '.join(shut[next(iter(shut))].may_why.split())}" in said
    assert said.count("would be refused") == 1
    assert "inventory.csv" not in {file.path for one in previews(readiness) for file in one.files}


def test_nothing_outstanding_means_nothing_to_write(run_persona: RunPersona, all_done: AllDone) -> None:
    run = run_persona("launch-ready")
    readiness = judge_run(run, all_done(run))
    assert readiness.ready
    assert "Nothing is outstanding, so nothing would be written." in section(readiness, "previews")
    assert "<pre" not in rendered(readiness)["previews"]


def folder(path: Path, **files: str) -> Path:
    for name, text in files.items():
        (path / f"{name}.{'csv' if name != 'routes' else 'yaml'}").write_text(text, encoding="utf-8")
    return path


def test_what_stands_in_the_launch_folder_is_compared_and_kept(run_persona: RunPersona, tmp_path: Path) -> None:
    head, line = "credential,provider,owner_id,models,note", "HF_TOKEN,huggingface,,x/retired,<b>ours</b>"
    own = f"# ask jo@example.com\n{head}\n{line}\n"
    readiness = judge_run(run_persona("launch-ready"), read_launch(folder(tmp_path, inventory=own)))
    said = section(readiness, "previews")
    assert "Into the launch folder as it stood when this was judged" in said
    assert "inventory.csv changes to the file that is there" in said
    assert f"-{line}" in said
    assert f"x/retired;{LLAMA}" in said
    assert "jo@example.com" not in said
    assert "<b>ours" not in rendered(readiness)["previews"]
    changes = table(readiness, "models", "Models that differ from inventory.csv")
    assert [row[:2] for row in changes] == [["x/retired", "✕ gone"], [LLAMA, f"{NONE} new"]]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_key_in_the_launch_folder_never_reaches_the_report(
    run_persona: RunPersona, tmp_path: Path, lang: str
) -> None:
    key = "hf_" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1eF3g"
    text = f"model_list:\n- model_name: m\n  litellm_params: {{model: openai/m, api_key: {key}}}\n"
    readiness = judge_run(run_persona("launch-ready"), read_launch(folder(tmp_path, routes=text)))
    assert key in "".join(readiness.launch.texts.values())
    assert key not in whole(readiness)
    report = render_report(readiness, lang)
    assert not [key[at : at + 6] for at in range(len(key) - 5) if key[at : at + 6] in report]
    assert "holds what looks like a key" in report


def test_a_password_beside_what_changes_never_reaches_the_report(run_persona: RunPersona, tmp_path: Path) -> None:
    text = "model_list:\n- model_name: m\n  litellm_params: {model: m}\ngeneral_settings: {master_key: hunter2}\n"
    readiness = judge_run(run_persona("launch-ready"), read_launch(folder(tmp_path, routes=text)))
    report = render_report(readiness)
    assert "+- model_name: " in html.unescape(report)
    assert "hunter2" not in report


def test_a_preview_is_bounded_in_lines_and_in_width(run_persona: RunPersona) -> None:
    readiness = judge_run(planted(run_persona("launch-ready"), 400, 400))
    readiness = replace(readiness, outstanding=tuple(Action)[:5])
    for one in previews(readiness):
        assert all(len(file.lines) <= 30 and len(line) <= 200 for file in one.files for line in file.lines)
        assert len(one.refused) <= 200_000
    longest = max(map(len, re.findall(r"[^<>\n]+", rendered(readiness)["previews"])))
    assert longest <= MAX_CHARS + 20


def test_looking_at_a_preview_writes_and_reads_nothing(run_persona: RunPersona, tmp_path: Path) -> None:
    readiness = judge_run(run_persona("launch-ready"), read_launch(folder(tmp_path, inventory="")))
    before = sorted(tmp_path.rglob("*"))
    first = previews(readiness)
    (tmp_path / "inventory.csv").unlink()
    assert previews(readiness) == first
    assert before == [tmp_path / "inventory.csv"]
    assert sorted(tmp_path.rglob("*")) == []
