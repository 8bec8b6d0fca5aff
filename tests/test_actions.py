"""The artefacts: what is in them, what never is, and how they reach the folder."""

import csv
import io
import tomllib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from conftest import KEY_NAME, PERSONAS, AllDone, RunPersona

from testkey_nb.actions import ARTEFACTS, Written, present, preview, write
from testkey_nb.actions.human_review import escaped
from testkey_nb.actions.tables import Table
from testkey_nb.actions.write import check_writable, replace_file
from testkey_nb.errors import OutputRefused
from testkey_nb.judge import Policy, judge_run, of_dimension
from testkey_nb.launch import read_launch
from testkey_nb.outcome import Action
from testkey_nb.ranking import LEADS, Lead

MODEL = "meta-llama/Llama-3.1-8B-Instruct"
PERSONAL = ("casey", "example-user", "sandbox.invalid", "avatars", "organisation.invalid")


def artefact(run_persona: RunPersona, persona: str, action: Action) -> dict[str, str]:
    return dict(ARTEFACTS[action](judge_run(run_persona(persona))))


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("persona", ["launch-ready", "org-blocked", "oauth", "revoked", "firewall", "wrong-host"])
def test_no_artefact_holds_a_key_a_fingerprint_or_personal_data(
    run_persona: RunPersona, persona: str, action: Action
) -> None:
    run = run_persona(persona)
    text = "".join(artefact(run_persona, persona, action).values())
    key = PERSONAS[persona].key
    assert not [key[i : i + 8] for i in range(len(key) - 7) if key[i : i + 8] in text]
    assert run.stamp.key_hint.partition("#")[2] not in text
    assert not [word for word in PERSONAL if word in text.lower()]


@pytest.mark.parametrize("action", Action)
def test_every_artefact_of_the_sandbox_says_so(run_persona: RunPersona, action: Action) -> None:
    assert all("SANDBOX" in text for text in artefact(run_persona, "launch-ready", action).values())


def test_an_artefact_is_the_same_for_the_same_run(run_persona: RunPersona) -> None:
    for action in Action:
        assert artefact(run_persona, "launch-ready", action) == artefact(run_persona, "launch-ready", action)


def test_provider_config_names_the_hosts_the_key_may_go_to(run_persona: RunPersona) -> None:
    table = tomllib.loads(artefact(run_persona, "launch-ready", Action.ADD_PROVIDER_CONFIG)["providers.toml"])
    assert table["providers"]["huggingface"]["hosts"] == ["sandbox.localhost"]
    assert table["providers"]["huggingface"]["api"] == "http://sandbox.localhost/v1"


def test_inventory_names_the_credential_its_owner_and_models(run_persona: RunPersona) -> None:
    text = artefact(run_persona, "launch-ready", Action.IMPORT_INVENTORY)["inventory.csv"]
    [line] = csv.DictReader(io.StringIO(text))
    assert (line["credential"], line["owner_id"], line["models"]) == (KEY_NAME, "5eed0000a11ce0000000d0e5", MODEL)


def test_prices_have_a_row_per_live_route_and_an_empty_one_where_nobody_knows(run_persona: RunPersona) -> None:
    text = artefact(run_persona, "launch-ready", Action.FILL_PRICING)["prices.csv"]
    rows = {line["route"]: line for line in csv.DictReader(io.StringIO(text))}
    assert (rows["novita"]["input_usd_per_mtok"], rows["novita"]["output_usd_per_mtok"]) == ("0.02", "0.05")
    assert rows["novita"]["source"].endswith("router.huggingface.co/v1/models")
    assert (rows["featherless-ai"]["input_usd_per_mtok"], rows["featherless-ai"]["source"]) == ("", "")


def test_routes_call_the_key_by_reference_and_only_routes_whose_price_stands(run_persona: RunPersona) -> None:
    config = yaml.safe_load(artefact(run_persona, "launch-ready", Action.SET_ROUTE)["routes.yaml"])
    parameters = [entry["litellm_params"] for entry in config["model_list"]]
    assert [entry["model"] for entry in parameters] == [f"openai/{MODEL}:novita", f"openai/{MODEL}:nscale"]
    assert {entry["api_key"] for entry in parameters} == {f"os.environ/{KEY_NAME}"}
    assert not any("extra_headers" in entry for entry in parameters)


@pytest.mark.parametrize("lead", LEADS)
def test_routes_are_called_in_the_order_that_the_policy_ranks_them(run_persona: RunPersona, lead: Lead) -> None:
    readiness = judge_run(run_persona("launch-ready"), policy=replace(Policy(), route_lead=lead))
    config = yaml.safe_load(ARTEFACTS[Action.SET_ROUTE](readiness)["routes.yaml"])
    called = [entry["litellm_params"]["model"].rpartition(":")[2] for entry in config["model_list"]]
    ranks = readiness.frame("routes").query("price_stands").sort_values("place")
    assert called == list(ranks["route"])
    assert list(ranks[lead]) == sorted(ranks[lead])
    assert len(called) > 1


def test_without_a_price_that_stands_every_live_route_is_called(run_persona: RunPersona) -> None:
    readiness = judge_run(run_persona("unpriced"))
    config = yaml.safe_load(ARTEFACTS[Action.SET_ROUTE](readiness)["routes.yaml"])
    called = {entry["litellm_params"]["model"].rpartition(":")[2] for entry in config["model_list"]}
    assert called == set(readiness.run.live(MODEL))


def test_routes_name_the_organisation_that_pays(run_persona: RunPersona) -> None:
    config = yaml.safe_load(artefact(run_persona, "org-blocked", Action.SET_ROUTE)["routes.yaml"])
    assert config["model_list"][0]["litellm_params"]["extra_headers"]["X-HF-Bill-To"]


def test_monitoring_takes_the_key_from_a_file_and_asks_with_get(run_persona: RunPersona) -> None:
    files = artefact(run_persona, "launch-ready", Action.ADD_MONITORING)
    modules = yaml.safe_load(files["monitoring/blackbox.yml"])["modules"]
    assert {module["http"]["method"] for module in modules.values()} == {"GET"}
    secret = modules["huggingface_current_key"]["http"]["authorization"]["credentials_file"]
    assert secret.endswith(KEY_NAME)
    jobs = yaml.safe_load(files["monitoring/prometheus.yml"])["scrape_configs"]
    assert {job["params"]["module"][0] for job in jobs} == set(modules)
    assert "authorization" not in modules["huggingface_model_catalog"]["http"]


def test_a_review_names_the_evidence_and_the_smallest_step_of_each_shut_gate(run_persona: RunPersona) -> None:
    text = artefact(run_persona, "no-inference-scope", Action.HUMAN_REVIEW)["review.md"]
    assert "inference.serverless.write" in text
    assert [line.count("- [ ] **") for line in text.splitlines()].count(1) == text.count("smallest step: ") == 5
    assert text.count("- may it: no. ") == 1
    assert "maruel/genai" in text


def test_a_review_ticks_off_what_is_open_and_says_what_is_not_required(
    run_persona: RunPersona, all_done: AllDone
) -> None:
    run = run_persona("launch-ready")
    review = ARTEFACTS[Action.HUMAN_REVIEW](judge_run(run, all_done(run), of_dimension("inventory-fit")))["review.md"]
    assert review.count("- [x] **") == 5
    assert "smallest step" not in review
    assert review.count("(not required for inventory-fit)") == 2


def test_a_review_that_people_worked_on_stays_and_a_changed_verdict_goes_above_it(
    run_persona: RunPersona, tmp_path: Path
) -> None:
    def reviewed(persona: str) -> Written:
        run, now = run_persona(persona), present(tmp_path)
        later = replace(run, stamp=replace(run.stamp, observed_at=run.stamp.observed_at + timedelta(hours=len(now))))
        return write(tmp_path, ARTEFACTS[Action.HUMAN_REVIEW](judge_run(later), now), now)

    path = tmp_path / "review.md"
    assert reviewed("broke") is Written.WRITTEN
    ticked = path.read_text().replace("- [ ] **launch**", "- [x] **launch**\n    - Kim: paid on Monday")
    path.write_text(ticked)
    assert reviewed("broke") is Written.NOTHING_TO_DO
    assert [reviewed(persona) for persona in ("revoked", "revoked", "broke")] == [
        Written.WRITTEN,
        Written.NOTHING_TO_DO,
        Written.WRITTEN,
    ]
    assert path.read_text().endswith(f"\n---\n\n{ticked}")
    assert path.read_text().count("# Review of") == 3


def test_the_five_artefacts_are_read_back_as_done(run_persona: RunPersona, tmp_path: Path) -> None:
    run = run_persona("launch-ready")
    for action in list(Action)[:5]:
        assert write(tmp_path, ARTEFACTS[action](judge_run(run))) is Written.WRITTEN
    readiness = judge_run(run, read_launch(tmp_path))
    assert readiness.ready is True
    assert readiness.action.id is None


def test_prices_of_the_sandbox_do_not_count_outside_it(run_persona: RunPersona, tmp_path: Path) -> None:
    run = run_persona("launch-ready")
    write(tmp_path, ARTEFACTS[Action.FILL_PRICING](judge_run(run)))
    evidence = tuple(row for row in run.identity.evidence if row.points_to != "sandbox")
    real = replace(run, identity=replace(run.identity, evidence=evidence))
    pricing = [judge_run(one, read_launch(tmp_path)).gates[2].done for one in (run, real)]
    assert pricing == ["yes", "no"]


def test_writing_again_changes_nothing_and_a_preview_shows_what_would(tmp_path: Path) -> None:
    files = {"a.txt": "one\n", "deep/b.txt": "two\n"}
    assert "+one" in preview(tmp_path, files)
    assert write(tmp_path, files) is Written.WRITTEN
    assert preview(tmp_path, files) == ""
    assert write(tmp_path, files) is Written.NOTHING_TO_DO


def test_one_file_that_differs_stops_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("mine\n")
    with pytest.raises(OutputRefused, match="differs"):
        write(tmp_path, {"a.txt": "one\n", "b.txt": "two\n"})
    assert [path.name for path in tmp_path.iterdir()] == ["b.txt"]


def test_a_failed_write_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("old\n")

    def refuse(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(OutputRefused, match="No space left"):
        replace_file(tmp_path / "a.txt", "new\n")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.txt": "old\n"}


@pytest.mark.parametrize("place", ["no/such/folder/r.html", ".", "/proc/r.html"])
def test_an_unwritable_place_is_refused_before_anything_is_sent(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputRefused):
        check_writable(Path(place))


def test_foreign_text_cannot_become_a_formula_or_markup() -> None:
    table = Table("", "", ["a"], ())
    table.add({"a": "=1+1"})
    assert table.text() == "a\n'=1+1\n"
    assert escaped("<script>|") == r"\<script\>\|"
