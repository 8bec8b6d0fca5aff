"""The command line: ``testkey``."""

from .commands import main

__all__ = ["main"]
