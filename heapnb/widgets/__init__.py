"""Interactive views for notebooks."""

from __future__ import annotations

from heapnb.widgets.browser import HeapBrowser

__all__ = ["HeapBrowser"]
