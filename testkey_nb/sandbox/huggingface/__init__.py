"""Hugging Face: hub, router and status page, as far as read-only questions reach."""

from testkey_nb.sandbox.huggingface.personas import PERSONAS

__all__ = ["PERSONAS"]
