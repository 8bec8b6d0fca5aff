"""The launch folder as people and actions leave it: what is there is read, what is not there is not done."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from testkey_nb.errors import CallerError, LaunchFolderInvalid
from testkey_nb.launch import (
    FILES,
    INVENTORY_COLUMNS,
    MONITORING_FILES,
    PRICE_COLUMNS,
    Credential,
    Launch,
    cell_meant,
    models_in,
    parse_yaml,
    read_launch,
)
from testkey_nb.rows import PriceRow

MODEL = "meta-llama/Llama-3.1-8B-Instruct"
PROVIDERS = (
    '[providers.huggingface]\nname = "Hugging Face Router"\nhosts = ["huggingface.co", "router.huggingface.co"]\n'
)
INVENTORY = (
    f"{','.join(INVENTORY_COLUMNS)}\n"
    f"HF_TOKEN,huggingface,5eed,,access_token,fineGrained,,{MODEL};openai/gpt-oss-20b,2026-11-23\n"
)
PRICES = (
    f"{','.join(PRICE_COLUMNS)}\n"
    f"huggingface,global,{MODEL},novita,0.02,0.05,,router.huggingface.co/v1/models,2026-11-23T08:00:00+00:00\n"
    f"huggingface,global,{MODEL},featherless-ai,,,,,\n"
    f"huggingface,eu,{MODEL},nscale,0,0,true,invoice 7,2026-11-01\n"
)
ROUTES = f"model_list:\n- model_name: {MODEL}\n  litellm_params: {{model: x, api_key: os.environ/HF_TOKEN}}\n"
PROMETHEUS = (
    "scrape_configs:\n- job_name: keys\n  static_configs:\n"
    "  - targets: [https://router.huggingface.co/v1/models]\n"
    "    labels: {provider: huggingface, credential: HF_TOKEN}\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "monitoring").mkdir()
    for name, text in {
        "providers.toml": PROVIDERS,
        "inventory.csv": INVENTORY,
        "prices.csv": PRICES,
        "routes.yaml": ROUTES,
        "monitoring/prometheus.yml": PROMETHEUS,
        "monitoring/blackbox.yml": "modules: {http_2xx: {prober: http}}\n",
        "monitoring/alerts.yml": "groups: [{name: keys, rules: [{alert: KeyRefused, expr: probe_success == 0}]}]\n",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_folder_not_named_counts_as_an_empty_one(tmp_path: Path) -> None:
    assert read_launch(None) == read_launch(tmp_path) == read_launch(tmp_path / "not-there") == Launch()


def test_a_folder_may_be_named_by_a_text(folder: Path) -> None:
    assert read_launch(str(folder)) == read_launch(folder)


def test_a_whole_folder_is_read_whole(folder: Path) -> None:
    found = read_launch(folder)
    assert found.hosts == {"huggingface": frozenset({"huggingface.co", "router.huggingface.co"})}
    assert found.inventory == (Credential("HF_TOKEN", "huggingface", "5eed", frozenset({MODEL, "openai/gpt-oss-20b"})),)
    assert found.prices["huggingface"] == (
        PriceRow(
            MODEL, "novita", "global", "prices.csv (router.huggingface.co/v1/models)", 0.02, 0.05, None,
            datetime(2026, 11, 23, 8, tzinfo=UTC),
        ),
        PriceRow(MODEL, "featherless-ai", "global", "", None, None, None, None),
        PriceRow(
            MODEL, "nscale", "eu", "prices.csv (invoice 7)", 0.0, 0.0, free=True,
            checked_at=datetime(2026, 11, 1, tzinfo=UTC),
        ),
    )  # fmt: skip
    assert found.routed == {(MODEL, "HF_TOKEN")}
    assert found.watched == {("huggingface", "HF_TOKEN")}


@pytest.mark.parametrize(
    ("key", "credential"),
    [("os.environ/OTHER", {(MODEL, "OTHER")}), ("''", {(MODEL, "")}), ("made-up-key-in-clear", set())],
)
def test_a_route_is_that_of_the_credential_it_names(key: str, credential: set[tuple[str, str]], folder: Path) -> None:
    (folder / "routes.yaml").write_text(ROUTES.replace("os.environ/HF_TOKEN", key), encoding="utf-8")
    assert read_launch(folder).routed == credential


@pytest.mark.parametrize("missing", MONITORING_FILES)
def test_monitoring_is_done_with_all_of_its_files(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    assert read_launch(folder).watched == frozenset()


def test_a_spreadsheets_habits_are_put_up_with(folder: Path) -> None:
    text = INVENTORY.replace("\n", "\r\n").replace("HF_TOKEN", " HF_TOKEN ").replace(";", " ; ")
    (folder / "inventory.csv").write_text(f"\ufeff{text}\r\n", encoding="utf-8")
    (folder / "prices.csv").write_text(PRICES.replace(",0.02,", ",2e-2,").replace("true", "TRUE"), encoding="utf-8")
    found = read_launch(folder)
    assert found.inventory[0].credential == "HF_TOKEN"
    assert found.inventory[0].models == {MODEL, "openai/gpt-oss-20b"}
    assert found.prices["huggingface"][0].input_usd_per_mtok == 0.02
    assert found.prices["huggingface"][2].free is True


@pytest.mark.parametrize("name", ["providers.toml", "inventory.csv", "prices.csv", "routes.yaml"])
def test_an_empty_file_is_nothing_done(folder: Path, name: str) -> None:
    (folder / name).write_text("", encoding="utf-8")
    found, whole = (
        read_launch(folder),
        {"providers.toml": "hosts", "inventory.csv": "inventory", "prices.csv": "prices"},
    )
    assert not getattr(found, whole.get(name, "routed"))


@pytest.mark.parametrize("columns", [INVENTORY_COLUMNS, PRICE_COLUMNS])
def test_a_table_without_lines_is_nothing_done(folder: Path, columns: tuple[str, ...]) -> None:
    for name in ("inventory.csv", "prices.csv"):
        (folder / name).write_text(",".join(columns) + "\n", encoding="utf-8")
    assert (read_launch(folder).inventory, dict(read_launch(folder).prices)) == ((), {})


MALFORMED: dict[str, tuple[str, str | bytes, str]] = {
    "TOML that is none": ("providers.toml", "[providers", "TOML"),
    "a number that Python does not read": ("providers.toml", f"a = {'1' * 5000}", "TOML"),
    "a nesting that Python does not read": ("providers.toml", f"a = {'[' * 5000}", "TOML"),
    "bytes that are no text": ("providers.toml", b"\xff\xfe\x00", "cannot be read"),
    "a table without a column": ("inventory.csv", "credential,provider\nHF_TOKEN,huggingface\n", "owner_id"),
    "prices without a column": ("prices.csv", "provider,model\nhuggingface,a/b\n", "region"),
    "a price that is none": ("prices.csv", PRICES.replace("0.02", "cheap"), "line 2"),
    "a price below zero": ("prices.csv", PRICES.replace("0.02", "-1"), "line 2"),
    "a price that is no number": ("prices.csv", PRICES.replace("0.02", "nan"), "line 2"),
    "an endless price": ("prices.csv", PRICES.replace("0.05", "inf"), "line 2"),
    "a date that is none": ("prices.csv", PRICES.replace("2026-11-01", "last week"), "line 4"),
    "a day that does not exist": ("prices.csv", PRICES.replace("2026-11-01", "2026-02-30"), "line 4"),
    "YAML that is none": ("routes.yaml", "model_list: [", "YAML"),
    "YAML that would run code": ("routes.yaml", "!!python/object/apply:os.system ['true']", "YAML"),
    "monitoring that is no YAML": ("monitoring/prometheus.yml", "a: b: c", "YAML"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_file_that_is_not_what_it_should_be_is_a_callers_mistake_that_names_it(case: str, folder: Path) -> None:
    name, text, says = MALFORMED[case]
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(LaunchFolderInvalid) as caught:
        read_launch(folder)
    message = str(caught.value)
    assert name.rpartition("/")[2] in message
    assert says in message
    assert "\n" not in message
    assert isinstance(caught.value, CallerError)


CRASHES: dict[str, tuple[str, str]] = {
    "hosts that are a number": ("providers.toml", "[providers.huggingface]\nhosts = 3\n"),
    "an endless cell": ("inventory.csv", INVENTORY + "x" * 200_000 + "\n"),
    "a timestamp that does not exist": ("routes.yaml", "when: 2026-13-45\n"),
    "targets that are a number": ("monitoring/prometheus.yml", "scrape_configs:\n- static_configs: 3\n"),
    "endless brackets": ("routes.yaml", "[" * 5000),
    "a number of 5,000 digits": ("providers.toml", "port = " + "9" * 5000),
}


@pytest.mark.parametrize("case", CRASHES)
def test_a_file_of_another_shape_is_a_callers_mistake_or_nothing_done(case: str, folder: Path) -> None:
    name, text = CRASHES[case]
    (folder / name).write_text(text, encoding="utf-8")
    try:
        found = read_launch(folder)
    except LaunchFolderInvalid:
        return
    assert isinstance(found, Launch)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("routes.yaml", "- just a list\n"),
        ("routes.yaml", "model_list: none yet\n"),
        ("routes.yaml", "model_list: [a, 3, null, {}, {model_name: 3}]\n"),
        ("routes.yaml", "just text"),
        ("monitoring/prometheus.yml", "scrape_configs: later\n"),
        ("monitoring/prometheus.yml", "scrape_configs: [x, {}, {static_configs: null}, {static_configs: [x, {}]}]\n"),
        ("monitoring/prometheus.yml", "scrape_configs: [{static_configs: [{labels: [a]}]}]\n"),
        ("monitoring/blackbox.yml", "modules: x\n"),
        ("monitoring/blackbox.yml", "modules: {}\n"),
        ("monitoring/alerts.yml", "groups: []\n"),
        ("monitoring/alerts.yml", "groups: [{name: keys, rules: []}]\n"),
        ("providers.toml", "providers = 3\n"),
        ("providers.toml", "[providers]\nhuggingface = 3\n"),
        ("providers.toml", "[other]\nhuggingface = 3\n"),
    ],
)
def test_a_file_of_another_content_is_nothing_done(name: str, text: str, folder: Path) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    found = read_launch(folder)
    done = {"routes.yaml": found.routed, "providers.toml": found.hosts}.get(name, found.watched)
    assert not done


def test_hosts_written_as_one_text_are_one_host_or_a_callers_mistake(folder: Path) -> None:
    (folder / "providers.toml").write_text('[providers.huggingface]\nhosts = "huggingface.co"\n', encoding="utf-8")
    try:
        found = read_launch(folder).hosts
    except LaunchFolderInvalid:
        return
    assert found == {"huggingface": frozenset({"huggingface.co"})}


def test_a_zero_byte_in_a_table_does_no_harm(folder: Path) -> None:
    (folder / "prices.csv").write_text(PRICES.replace("novita", "nov\0ita"), encoding="utf-8")
    try:
        found = read_launch(folder).prices
    except LaunchFolderInvalid:
        return
    assert found["huggingface"][0].route != "novita"


def test_what_is_no_folder_is_a_callers_mistake(folder: Path) -> None:
    with pytest.raises(LaunchFolderInvalid, match="not a folder"):
        read_launch(folder / "prices.csv")
    (folder / "prices.csv").unlink()
    (folder / "prices.csv").mkdir()
    with pytest.raises(LaunchFolderInvalid, match=r"prices\.csv is not a file"):
        read_launch(folder)


def test_a_yaml_file_that_cannot_be_read_is_not_called_bad_yaml(folder: Path) -> None:
    (folder / "routes.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LaunchFolderInvalid, match=r"routes\.yaml cannot be read"):
        read_launch(folder)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60))
def test_no_text_in_a_table_makes_reading_raise_anything_but_the_callers_mistake(tmp_path: Path, text: str) -> None:
    (tmp_path / "inventory.csv").write_text(INVENTORY + text, encoding="utf-8")
    (tmp_path / "prices.csv").write_text(PRICES + text, encoding="utf-8")
    try:
        found = read_launch(tmp_path)
    except LaunchFolderInvalid:
        return
    assert found.inventory[0].credential == "HF_TOKEN"


# What a cell, a line and an entry mean, one by one.


@pytest.mark.parametrize(
    ("cell", "meant"),
    [("x", "x"), (" x ", "x"), ("'=1", "=1"), ("'+1", "+1"), ("'-1", "-1"), ("'@x", "@x"), (" '=1 ", "=1"),
     ("'x", "'x"), ("'", "'"), ("=1", "=1"), ("''=1", "''=1"), ("", ""), ("a=1", "a=1"),
     ("x-1", "x-1")],
)  # fmt: skip
def test_the_apostrophe_that_keeps_a_spreadsheet_from_running_a_cell_is_no_part_of_it(cell: str, meant: str) -> None:
    assert cell_meant(cell) == meant


@pytest.mark.parametrize(
    ("cell", "models"), [("a/b", ["a/b"]), (" a/b ; c;", ["a/b", "c"]), (";;", []), ("", []), ("a b", ["a b"])]
)
def test_models_are_set_apart_by_semicolons(cell: str, models: list[str]) -> None:
    assert models_in(cell) == models


def test_a_line_is_read_by_the_names_of_its_columns_and_may_lack_cells_or_have_more(folder: Path) -> None:
    columns = "base_url, models ,owner_id,provider,credential,region"
    lines = (
        "# a comment",
        "https://a.example,m,me,openai,ONE,eu,more",
        "",
        ",m;n,,openai,TWO",
        '"",m,"m\ne",openai,3,',
    )
    (folder / "inventory.csv").write_text("\n".join((columns, *lines)) + "\n", encoding="utf-8")
    found = read_launch(folder).inventory
    assert found == (
        Credential("ONE", "openai", "me", frozenset({"m"}), "eu", "https://a.example"),
        Credential("TWO", "openai", "", frozenset({"m", "n"})),
        Credential("3", "openai", "m\ne", frozenset({"m"})),
    )
    assert [one.line for one in found] == [3, 5, 6]
    (folder / "inventory.csv").write_text("credential\n# nobody yet\n", encoding="utf-8")
    assert read_launch(folder).inventory == ()


ENTRIES = {
    "{model_name: m, litellm_params: {api_key: os.environ/A}}": {("m", "A")},
    "{model_name: m, litellm_params: {api_key: os.environ/}}": {("m", "")},
    "{model_name: m, litellm_params: {}}": {("m", "")},
    "{model_name: m, litellm_params: x}": {("m", "")},
    "{model_name: m}": {("m", "")},
    "{model_name: m, litellm_params: {api_key: A}}": set(),
    "{model_name: m, litellm_params: {api_key: 3}}": set(),
    "{model_name: m, litellm_params: {api_key: xos.environ/A}}": set(),
    "{model_name: 3, litellm_params: {api_key: os.environ/A}}": set(),
    "{litellm_params: {api_key: os.environ/A}}": set(),
}


@pytest.mark.parametrize("entry", ENTRIES)
def test_what_an_entry_routes_and_with_which_credential(entry: str, folder: Path) -> None:
    (folder / "routes.yaml").write_text(f"model_list:\n- {entry}\n- {{model_name: n}}\n", encoding="utf-8")
    assert read_launch(folder).routed == ENTRIES[entry] | {("n", "")}


def test_everything_that_prometheus_scrapes_is_watched(folder: Path) -> None:
    more = (
        "- static_configs: [{labels: {provider: a, credential: B}}, {labels: {}}]\n"
        "- static_configs: [{labels: {provider: c, credential: D}}]"
    )
    (folder / "monitoring" / "prometheus.yml").write_text(f"{PROMETHEUS}{more}\n", encoding="utf-8")
    assert read_launch(folder).watched == {("huggingface", "HF_TOKEN"), ("a", "B"), ("c", "D")}


def test_every_provider_has_its_own_hosts_and_what_stands_in_each_file_is_kept(folder: Path) -> None:
    (folder / "providers.toml").write_text(
        f'{PROVIDERS}[providers.openai]\nhosts = ["a"]\n[providers.x]\n', encoding="utf-8"
    )
    (folder / "review.md").write_bytes("\ufeffä\r\n".encode())
    found = read_launch(folder)
    assert found.hosts["openai"] == {"a"}
    assert found.hosts["x"] == frozenset()
    assert set(found.hosts) == {"huggingface", "openai", "x"}
    assert set(found.texts) == set(FILES)
    assert found.texts["review.md"] == "ä\r\n"
    (folder / "review.md").write_bytes(b"one\ntwo\xff")
    with pytest.raises(LaunchFolderInvalid, match=r"review\.md cannot be read \(line 2 is not UTF-8\)"):
        read_launch(folder)


@given(
    st.sampled_from(["bool", "int", "float", "timestamp", "null", "binary", "set", "omap", "pairs", "merge", "map"]),
    st.sampled_from(["", "''", "x", "-", "[]", "{a: b}", "2026-13-45", f"1{':01' * 400}.5", '"\\UFFFFFFFF"'])
    | st.text(),
)
@example("bool", "perhaps")
@example("timestamp", "soon")
@example("int", "''")
@example("float", f"1{':01' * 400}.5")
@example("str", '"\\UFFFFFFFF"')
def test_whatever_a_tag_stands_before_yaml_is_read_or_a_callers_mistake(tag: str, text: str) -> None:
    with suppress(LaunchFolderInvalid):
        parse_yaml("routes.yaml", f"a: !!{tag} {text}\n")


@pytest.mark.parametrize(("text", "where"), [("a: b: c\n", " line 1"), ("a: 1\nb: [\n", " line 3"), ("[" * 5000, "")])
def test_yaml_that_is_none_is_named_with_its_line(text: str, where: str) -> None:
    with pytest.raises(LaunchFolderInvalid) as caught:
        parse_yaml("routes.yaml", text)
    assert str(caught.value) == f"routes.yaml{where} is not YAML; mend or remove it"
