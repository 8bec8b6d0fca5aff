"""Decide whether an LLM-provider key can move into inventory, pricing, routing and commercial launch.

>>> import testkey_nb as tk
>>> key = tk.Key.from_env("HF_TOKEN")
>>> run = await tk.probe_key(key, tk.plan("huggingface", operator="me, for my own account"))
>>> tk.judge_run(run).action.id
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .errors import CallerError
    from .identity import identify, identify_endpoint
    from .judge import DIMENSIONS, Policy, judge_run, read_policy
    from .keys import Key
    from .launch import read_launch
    from .probe import plan, probe_key
    from .providers import PROVIDERS
    from .report import render_report
    from .retention import purge

__version__ = "0.1.0"

_HOMES = {
    "CallerError": "errors",
    "DIMENSIONS": "judge",
    "Key": "keys",
    "PROVIDERS": "providers",
    "Policy": "judge",
    "identify": "identity",
    "identify_endpoint": "identity",
    "judge_run": "judge",
    "plan": "probe",
    "probe_key": "probe",
    "purge": "retention",
    "read_launch": "launch",
    "read_policy": "judge",
    "render_report": "report",
}

__all__ = [
    "DIMENSIONS",
    "PROVIDERS",
    "CallerError",
    "Key",
    "Policy",
    "identify",
    "identify_endpoint",
    "judge_run",
    "plan",
    "probe_key",
    "purge",
    "read_launch",
    "read_policy",
    "render_report",
]


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for, so that importing the package costs next to nothing."""
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
