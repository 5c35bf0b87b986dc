"""What heapnb should know about Acme's services."""

from __future__ import annotations

from importlib.resources import files

KNOWN_LEAKS = files(__name__) / "known_leaks.toml"
