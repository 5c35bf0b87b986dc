"""Sentences about what the detectors found."""

from __future__ import annotations

from acme_heapnb.detectors import OpenLedgerFacts
from heapnb.plugins import Words


def open_ledgers(facts: OpenLedgerFacts) -> Words:
    """Write about ledgers that nobody closes."""
    counts = " → ".join(f"{count:,}" for count in facts.group.counts)
    example = f", for example of the account `{facts.account}`" if facts.account else ""
    return Words(
        f"`Ledger` objects are opened and never closed: {counts}{example}.",
        "Close each ledger in a `finally`: `ledger.close()`.",
    )
