"""The ledgers of a heap as a table."""

from __future__ import annotations

import pandas as pd

from heapnb.plugins import Column, Kind, Snapshot, Table


def _ledgers(snap: Snapshot) -> pd.DataFrame:
    ledgers = snap.find(class_name="Ledger")
    fields = ledgers.heap.edges()
    fields = fields[fields["edge_type"] == "property"]
    # The name of a string is its text.
    texts = {name: rows.set_index("from_id")["name"] for name, rows in fields.groupby("edge_name")}
    none = pd.Series(dtype="str")
    return pd.DataFrame(
        {
            "node_id": ledgers["node_id"],
            "account": ledgers["node_id"].map(texts.get("account", none)),
            "acme_state": ledgers["node_id"].map(texts.get("state", none)),
        }
    )


LEDGERS = Table(
    interface=1,
    name="acme_ledgers",
    help="List ledgers: account, state.",
    rows=_ledgers,
    columns=(
        Column("account", Kind.TEXT, "Account", "The account that the ledger is of."),
        Column("acme_state", Kind.TEXT, "State", "What the ledger waits for."),
    ),
    group_by=("acme_state",),
    empty_text="This heap has no ledgers.",
)
