"""``monitoring/``: Prometheus and its blackbox exporter ask the same read-only questions; the key by file reference.

https://github.com/prometheus/blackbox_exporter/blob/master/CONFIGURATION.md and
https://prometheus.io/docs/prometheus/latest/configuration/configuration/, read 2026-11-23.
"""

import yaml

from testkey_nb.identity import join
from testkey_nb.judge import Readiness
from testkey_nb.launch import MONITORING_FILES
from testkey_nb.spec import Ask, Repeat

from .write import heading


def add_monitoring(readiness: Readiness) -> dict[str, str]:
    """Return the prober's modules, the scrape jobs and the alerts."""
    texts = (_blackbox(readiness), _prometheus(readiness), _alerts(readiness))
    return {name: heading(readiness) + yaml.safe_dump(text, sort_keys=False)
            for name, text in zip(MONITORING_FILES, texts, strict=True)}  # fmt: skip


def _asks(readiness: Readiness) -> dict[str, Ask]:
    """Return what can be asked the same way every minute, by module name: no path that depends on the time."""
    provider = readiness.run.plan.provider
    asks = [ask for ask in provider.asks if ask.repeat is Repeat.ONCE and "{now}" not in ask.path and not ask.admin]
    # The exporter takes a secret from a file for `Authorization` only; any other header would stand in the config.
    bearer = provider.auth == ("authorization", "Bearer {key}")
    shared = {(a.host, a.path): a for a in reversed(asks) if not a.per_model and (bearer or not a.auth)}
    named = {f"{provider.id}_{ask.name}": ask for ask in shared.values()}
    return dict(reversed(named.items()))


def _blackbox(readiness: Readiness) -> dict[str, object]:
    modules = {}
    for name, ask in _asks(readiness).items():
        http: dict[str, object] = {"method": "GET", "follow_redirects": False, "valid_status_codes": [200]}
        if ask.auth:
            secret = f"/etc/blackbox_exporter/secrets/{readiness.run.key_name}"
            http["authorization"] = {"type": "Bearer", "credentials_file": secret}
        modules[name] = {"prober": "http", "timeout": "10s", "http": http}
    return {"modules": modules}


def _prometheus(readiness: Readiness) -> dict[str, object]:
    run = readiness.run
    labels = {"provider": run.stamp.provider, "credential": run.key_name, "region": run.plan.region}
    jobs = [
        {
            "job_name": name,
            # An identity question is often limited per address, so it is asked no more than every quarter of an hour.
            "scrape_interval": "15m" if ask.auth else "1m",
            "metrics_path": "/probe",
            "params": {"module": [name]},
            "static_configs": [{"targets": [join(run.plan.at(run.plan.host(ask.host)), ask.path)], "labels": dict(labels)}],
            "relabel_configs": [
                {"source_labels": ["__address__"], "target_label": "__param_target"},
                {"source_labels": ["__param_target"], "target_label": "instance"},
                {"target_label": "__address__", "replacement": "127.0.0.1:9115"},
            ],
        }
        for name, ask in _asks(readiness).items()
    ]
    return {"rule_files": ["alerts.yml"], "scrape_configs": jobs}


def _alerts(readiness: Readiness) -> dict[str, object]:
    run = readiness.run
    rules = [
        {
            "alert": f"{run.plan.provider.name.replace(' ', '')}{'KeyNotAccepted' if ask.auth else 'NotAnswering'}",
            "expr": f'probe_success{{job="{name}", credential="{run.key_name}"}} == 0',
            "for": "45m" if ask.auth else "5m",
            "labels": {"severity": "critical" if ask.auth else "warning"},
            "annotations": {
                "summary": f"{ask.name} of {run.plan.provider.name} does not answer 200",
                "description": "Probe the key again before acting: this alert cannot tell a refusal from an outage.",
            },
        }
        for name, ask in _asks(readiness).items()
    ]
    return {"groups": [{"name": f"testkey_{run.stamp.provider}_{run.key_name}", "rules": rules}]}
