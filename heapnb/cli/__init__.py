"""The command line: one module a command, options declared once in `heapnb.cli.options`."""

from __future__ import annotations

from heapnb.cli.app import main

__all__ = ["main"]
