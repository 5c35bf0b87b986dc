"""Ledgers that nobody closes."""

from __future__ import annotations

from dataclasses import dataclass

from heapnb.plugins import Cause, Facts, Group, Site, snapshot_of


@dataclass(frozen=True)
class OpenLedgerFacts(Facts):
    """What the detector found; `acme_heapnb.words` writes about it."""

    account: str


class OpenLedgers:
    """Recognises ledgers that are opened and never closed."""

    interface = 1
    kind = "acme-open-ledgers"
    # A class with one purpose, as sure as a structure of the runtime.
    strength = 0.96

    def recognise(self, site: Site) -> Cause | None:
        """Explain the accumulation if its objects are ledgers."""
        if site.class_name != "Ledger" or site.anchor.name != "openLedgers":
            return None
        fields = snapshot_of(site).node_at(site.example).edges()
        accounts = fields.loc[fields["edge_name"] == "account", "name"].tolist()
        account = accounts[0] if accounts else ""
        return Cause(self.kind, OpenLedgerFacts(Group.of(site), site.anchor, account))
