"""``monitoring/``: Prometheus and its blackbox exporter ask the same read-only questions; the key by file reference.

https://github.com/prometheus/blackbox_exporter/blob/master/CONFIGURATION.md and
https://prometheus.io/docs/prometheus/latest/configuration/configuration/, read 2026-11-23.  Debian's 0.23 and 2.42 were
run.
"""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatch
from typing import Any

from testkey_nb.judge import Readiness
from testkey_nb.launch import MONITORING_FILES, items_in, mapping_in

from .watches import Watch, takes_bearer, watches
from .write import NOTHING, Files, headed
from .yaml_text import YamlText

_RULES = "alerts.yml"


def add_monitoring(readiness: Readiness, now: Mapping[str, str] = NOTHING) -> Files:
    """Return the prober's modules, the scrape jobs and the alerts.

    Modules, jobs and alerts that are there stay as people made them: what is missing is filled in, and a job gets this
    credential's targets.  Another credential's keep their names; this one's get a longer one then.

    Raises
    ------
    LaunchFolderInvalid
        If what stands there is of another shape.
    OutputRefused
        If it is written in a way that nothing can be put into.

    """
    blackbox, prometheus, alerts = (YamlText(name, now.get(name, "")) for name in MONITORING_FILES)
    named = _named(readiness, blackbox, prometheus)
    blackbox.fill((), {"modules": {}})
    for name, watch in named.items():
        blackbox.fill(("modules", name), _module(readiness, watch))
    notes = [*_unseen(readiness, named.values()), *_scrape(readiness, named, prometheus)]
    _alert(readiness, named, alerts)
    texts = (found.text(lambda text: headed(text, readiness)) for found in (blackbox, prometheus, alerts))
    return Files(dict(zip(MONITORING_FILES, texts, strict=True)), notes)


def _named(readiness: Readiness, blackbox: YamlText, prometheus: YamlText) -> dict[str, Watch]:
    """Return the watches by the name of their module and job, made longer where another credential has that name."""
    key = readiness.run.key_name
    jobs = {str(job.get("job_name")): _credentials(job) for _, job in prometheus.items(("scrape_configs",))}
    modules = mapping_in(blackbox.data.get("modules"))
    named = {}
    for watch in watches(readiness):
        name, longer = watch.name, f"{watch.name}_{key}"
        # A person may have moved the file with the key, so the job says whose a module is, where there is one.
        elsewhere = key not in jobs[name] if jobs.get(name) else _secret(modules.get(name)) not in {"", key}
        named[longer if watch.keyed and (elsewhere or longer in jobs) else name] = watch
    return named


def _unseen(readiness: Readiness, named: Iterable[Watch]) -> list[str]:
    """Say why a refused key would go unnoticed, if so."""
    provider = readiness.run.plan.provider
    if any(watch.keyed for watch in named):
        return []
    why = f"{provider.name} takes it in {provider.auth[0]}, which the exporter cannot read from a file"
    if takes_bearer(provider):
        why = "no sample was asked with it; a run without samples leaves the question that proves it"
    return [f"{MONITORING_FILES[0]}: a key that is refused goes unnoticed: {why}"]


def _credentials(job: Mapping[str, Any]) -> set[str]:
    labels = [mapping_in(group.get("labels")) for group in items_in(job.get("static_configs"))]
    return {str(label.get("credential")) for label in labels} - {"None"}


def _secret(module: object) -> str:
    """Return the name of the file that a module takes its key from."""
    found = module
    for name in ("http", "authorization", "credentials_file"):
        found = mapping_in(found).get(name)
    return str(found or "").rpartition("/")[2]


def _module(readiness: Readiness, watch: Watch) -> dict[str, object]:
    http: dict[str, object] = {
        "method": "GET",
        "follow_redirects": False,
        "preferred_ip_protocol": "ip4",  # else what has both kinds of address fails where there is no IPv6
        "valid_status_codes": [*watch.statuses],
    }
    if headers := readiness.run.plan.provider.headers:
        http["headers"] = dict(headers)
    if watch.keyed:
        secret = f"/etc/blackbox_exporter/secrets/{readiness.run.key_name}"
        http["authorization"] = {"type": "Bearer", "credentials_file": secret}
    if watch.refusals:
        http["fail_if_body_matches_regexp"] = [*watch.refusals]
    return {"prober": "http", "timeout": "10s", "http": http}


def _scrape(readiness: Readiness, named: Mapping[str, Watch], found: YamlText) -> list[str]:
    """Put the jobs in; return which of them ask elsewhere, too."""
    run = readiness.run
    labels = {"provider": run.stamp.provider, "credential": run.key_name, "region": run.plan.region}
    rules, jobs, notes = ("rule_files",), ("scrape_configs",), []
    if not any(fnmatch(_RULES, str(rule).rpartition("/")[2]) for rule in _list(found.data.get("rule_files"))):
        found.put((*rules, found.length(rules)), _RULES)
    found.fill((), {"scrape_configs": []})
    for name, watch in named.items():
        job = {**_job(name, watch), "static_configs": [{"targets": [*watch.targets], "labels": dict(labels)}]}
        at = next((at for at, one in found.items(jobs) if one.get("job_name") == name), None)
        if at is None:
            found.put((*jobs, found.length(jobs)), job)
        else:
            found.fill((*jobs, at), _job(name, watch))
            notes += _aim(found, (*jobs, at, "static_configs"), watch, labels)
    return notes


def _aim(found: YamlText, groups: Sequence[str | int], watch: Watch, labels: Mapping[str, str]) -> list[str]:
    """Put the targets that are missing into the job that is there; return what else it asks for this credential."""
    own = [
        (at, group) for at, group in found.items(groups) if labels.items() <= mapping_in(group.get("labels")).items()
    ]
    theirs = [target for _, group in own for target in _list(group.get("targets"))]
    if not own:
        found.put((*groups, found.length(groups)), {"targets": [*watch.targets], "labels": dict(labels)})
    for target in watch.targets:
        if own and target not in theirs:
            targets = (*groups, own[0][0], "targets")
            found.put((*targets, found.length(targets)), target)
    others = [str(target) for target in theirs if target not in watch.targets]
    return [f"{found.name}: job {watch.name} also asks {', '.join(others)}, which stays; review it"] if others else []


def _job(name: str, watch: Watch) -> dict[str, object]:
    return {
        "job_name": name,
        # A question with the key is often limited per address, so it is asked no more than every quarter of an hour.
        "scrape_interval": "15m" if watch.keyed else "1m",
        "metrics_path": "/probe",
        "params": {"module": [name]},
        "relabel_configs": [
            {"source_labels": ["__address__"], "target_label": "__param_target"},
            {"source_labels": ["__param_target"], "target_label": "instance"},
            {"target_label": "__address__", "replacement": "127.0.0.1:9115"},
        ],
    }


def _list(found: object) -> list[object]:
    return found if isinstance(found, list) else []


def _alert(readiness: Readiness, named: Mapping[str, Watch], found: YamlText) -> None:
    run = readiness.run
    name = f"testkey_{run.stamp.provider}_{run.key_name}"
    found.fill((), {"groups": []})
    groups = found.items(("groups",))
    at = next((at for at, group in groups if group.get("name") == name), found.length(("groups",)))
    if at == found.length(("groups",)):
        found.put(("groups", at), {"name": name, "rules": [_rule(readiness, *one) for one in named.items()]})
        return
    rules = ("groups", at, "rules")
    for job, watch in named.items():
        # A person may have changed when it fires; what it looks at is how it is known again.
        if not any(f'job="{job}"' in str(rule.get("expr")) for _, rule in found.items(rules)):
            found.put((*rules, found.length(rules)), _rule(readiness, job, watch))


def _rule(readiness: Readiness, job: str, watch: Watch) -> dict[str, object]:
    run = readiness.run
    wanted = " or ".join(map(str, watch.statuses))
    asked = f'probe_success{{job="{job}", credential="{run.key_name}"}}'
    return {
        "alert": f"{run.plan.provider.name.replace(' ', '')}{'KeyNotAccepted' if watch.keyed else 'NotAnswering'}",
        # Five minutes after a probe Prometheus forgets it, so one every quarter of an hour has to be looked back at:
        # https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness, read 2026-11-25.
        "expr": f"max_over_time({asked}[20m]) == 0" if watch.keyed else f"{asked} == 0",
        "for": "45m" if watch.keyed else "5m",
        "labels": {"severity": "critical" if watch.keyed else "warning", "ask": watch.ask},
        "annotations": {
            "summary": f"{watch.ask} of {run.plan.provider.name} does not answer {wanted}",
            "description": "Probe the key again before acting: this alert cannot tell a refusal from an outage.",
        },
    }
