"""All families of causes: loading them fills the registry."""

from __future__ import annotations

from heapnb.views.wording import (
    async_work,
    collections,
    listeners,
    memory,
    pages,
    plugged,
    remarks,
    runtime,
    sampled,
)

__all__ = [
    "async_work",
    "collections",
    "listeners",
    "memory",
    "pages",
    "plugged",
    "remarks",
    "runtime",
    "sampled",
]
