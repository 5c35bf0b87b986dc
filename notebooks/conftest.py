"""Notebooks are executed by nbmake: ``pytest --nbmake notebooks -m notebook``."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what comes from notebooks, so that the fast tier leaves it out."""
    for item in items:
        if item.path.suffix == ".ipynb":
            item.add_marker(pytest.mark.notebook)
