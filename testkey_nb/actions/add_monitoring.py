"""``monitoring/``: Prometheus and its blackbox exporter ask the same read-only questions; the key by file reference.

https://github.com/prometheus/blackbox_exporter/blob/master/CONFIGURATION.md and
https://prometheus.io/docs/prometheus/latest/configuration/configuration/, read 2026-11-23.
"""

from collections.abc import Mapping
from fnmatch import fnmatch
from typing import Any

from testkey_nb.identity import join
from testkey_nb.judge import Readiness
from testkey_nb.launch import MONITORING_FILES
from testkey_nb.spec import Ask, Repeat

from .write import NOTHING, Files, headed
from .yaml_text import YamlText

_RULES = "alerts.yml"


def add_monitoring(readiness: Readiness, now: Mapping[str, str] = NOTHING) -> Files:
    """Return the prober's modules, the scrape jobs and the alerts.

    Modules, jobs and alerts that are there stay as people made them: what is missing is filled in, and a job gets this
    credential's target.  Another credential's keep their names; this one's get a longer one then.

    Raises
    ------
    LaunchFolderInvalid
        If what stands there is of another shape.
    OutputRefused
        If it is written in a way that nothing can be put into.

    """
    blackbox, prometheus, alerts = (YamlText(name, now.get(name, "")) for name in MONITORING_FILES)
    asks = _named(readiness, blackbox, prometheus)
    notes = _scrape(readiness, asks, prometheus)
    blackbox.fill((), {"modules": {}})
    for name, ask in asks.items():
        blackbox.fill(("modules", name), _module(readiness, ask))
    _alert(readiness, asks, alerts)
    texts = (found.text(lambda text: headed(text, readiness)) for found in (blackbox, prometheus, alerts))
    return Files(dict(zip(MONITORING_FILES, texts, strict=True)), notes)


def _asks(readiness: Readiness) -> dict[str, Ask]:
    """Return what can be asked the same way every minute, by module name: no path that depends on the time."""
    provider = readiness.run.plan.provider
    asks = [ask for ask in provider.asks if ask.repeat is Repeat.ONCE and "{now}" not in ask.path and not ask.admin]
    # The exporter takes a secret from a file for `Authorization` only; any other header would stand in the config.
    bearer = provider.auth == ("authorization", "Bearer {key}")
    shared = {(a.host, a.path): a for a in reversed(asks) if not a.per_model and (bearer or not a.auth)}
    named = {f"{provider.id}_{ask.name}": ask for ask in shared.values()}
    return dict(reversed(named.items()))


def _named(readiness: Readiness, blackbox: YamlText, prometheus: YamlText) -> dict[str, Ask]:
    """Return the asks by the name of their module and job; a name that another credential has gets this one's, too."""
    key = readiness.run.key_name
    jobs = {job.get("job_name"): _credentials(job) for _, job in prometheus.items(("scrape_configs",))}
    modules = blackbox.data.get("modules")
    named = {}
    for name, ask in _asks(readiness).items():
        module = modules.get(name) if isinstance(modules, dict) else None
        # A person may have moved the file with the key, so the job says whose a module is, where there is one.
        elsewhere = key not in jobs[name] if jobs.get(name) else _secret(module) not in {"", key}
        named[f"{name}_{key}" if ask.auth and (elsewhere or f"{name}_{key}" in jobs) else name] = ask
    return named


def _credentials(job: Mapping[str, Any]) -> set[str]:
    found = job.get("static_configs")
    groups = [group for group in found if isinstance(group, dict)] if isinstance(found, list) else []
    labels = [group.get("labels") for group in groups]
    return {str(label.get("credential")) for label in labels if isinstance(label, dict)} - {"None"}


def _secret(module: object) -> str:
    """Return the name of the file that a module takes its key from."""
    found = module
    for name in ("http", "authorization", "credentials_file"):
        found = found.get(name) if isinstance(found, dict) else None
    return str(found or "").rpartition("/")[2]


def _module(readiness: Readiness, ask: Ask) -> dict[str, object]:
    http: dict[str, object] = {"method": "GET", "follow_redirects": False, "valid_status_codes": [200]}
    if ask.auth:
        secret = f"/etc/blackbox_exporter/secrets/{readiness.run.key_name}"
        http["authorization"] = {"type": "Bearer", "credentials_file": secret}
    return {"prober": "http", "timeout": "10s", "http": http}


def _scrape(readiness: Readiness, asks: Mapping[str, Ask], found: YamlText) -> list[str]:
    """Put the jobs in; return which of them ask elsewhere, too."""
    run = readiness.run
    labels = {"provider": run.stamp.provider, "credential": run.key_name, "region": run.plan.region}
    rules, jobs, notes = ("rule_files",), ("scrape_configs",), []
    if not any(fnmatch(_RULES, str(rule).rpartition("/")[2]) for rule in _list(found.data.get("rule_files"))):
        found.put((*rules, found.length(rules)), _RULES)
    found.fill((), {"scrape_configs": []})
    for name, ask in asks.items():
        target = join(run.plan.at(run.plan.host(ask.host)), ask.path)
        group = {"targets": [target], "labels": dict(labels)}
        at = next((at for at, job in found.items(jobs) if job.get("job_name") == name), found.length(jobs))
        if at == found.length(jobs):
            found.put((*jobs, at), _job(name, ask, group))
            continue
        groups = (*jobs, at, "static_configs")
        own = [place for place, one in found.items(groups) if _covers(one.get("labels"), labels)]
        found.fill((*jobs, at), {k: v for k, v in _job(name, ask, group).items() if k != "static_configs"})
        if not own:
            found.put((*groups, found.length(groups)), group)
        elif target not in (
            theirs := [one for p, c in found.items(groups) if p in own for one in _list(c.get("targets"))]
        ):
            notes.append(f"{found.name}: job {name} also asks {', '.join(map(str, theirs))}, which stays; review it")
            targets = (*groups, own[0], "targets")
            found.put((*targets, found.length(targets)), target)
    return notes


def _job(name: str, ask: Ask, group: Mapping[str, object]) -> dict[str, object]:
    return {
        "job_name": name,
        # An identity question is often limited per address, so it is asked no more than every quarter of an hour.
        "scrape_interval": "15m" if ask.auth else "1m",
        "metrics_path": "/probe",
        "params": {"module": [name]},
        "static_configs": [group],
        "relabel_configs": [
            {"source_labels": ["__address__"], "target_label": "__param_target"},
            {"source_labels": ["__param_target"], "target_label": "instance"},
            {"target_label": "__address__", "replacement": "127.0.0.1:9115"},
        ],
    }


def _covers(found: object, labels: Mapping[str, str]) -> bool:
    return isinstance(found, dict) and all(found.get(name) == value for name, value in labels.items())


def _list(found: object) -> list[object]:
    return found if isinstance(found, list) else []


def _alert(readiness: Readiness, asks: Mapping[str, Ask], found: YamlText) -> None:
    run = readiness.run
    name = f"testkey_{run.stamp.provider}_{run.key_name}"
    found.fill((), {"groups": []})
    groups = found.items(("groups",))
    at = next((at for at, group in groups if group.get("name") == name), found.length(("groups",)))
    if at == found.length(("groups",)):
        found.put(("groups", at), {"name": name, "rules": [_rule(readiness, *one) for one in asks.items()]})
        return
    rules = ("groups", at, "rules")
    for job, ask in asks.items():
        # A person may have changed when it fires; what it looks at is how it is known again.
        if not any(f'job="{job}"' in str(rule.get("expr")) for _, rule in found.items(rules)):
            found.put((*rules, found.length(rules)), _rule(readiness, job, ask))


def _rule(readiness: Readiness, job: str, ask: Ask) -> dict[str, object]:
    run = readiness.run
    return {
        "alert": f"{run.plan.provider.name.replace(' ', '')}{'KeyNotAccepted' if ask.auth else 'NotAnswering'}",
        "expr": f'probe_success{{job="{job}", credential="{run.key_name}"}} == 0',
        "for": "45m" if ask.auth else "5m",
        "labels": {"severity": "critical" if ask.auth else "warning"},
        "annotations": {
            "summary": f"{ask.name} of {run.plan.provider.name} does not answer 200",
            "description": "Probe the key again before acting: this alert cannot tell a refusal from an outage.",
        },
    }
