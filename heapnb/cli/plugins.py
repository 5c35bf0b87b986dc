"""``heapnb plugins``: what other packages add, and whether it works."""

from __future__ import annotations

import click

from heapnb._plugins import GROUPS, VARIABLE
from heapnb.cli.options import json_option
from heapnb.cli.output import note, print_json, print_rows


@click.command("plugins")
@json_option
def command(*, as_json: bool) -> None:
    """List plug-ins: package, version, state."""
    from heapnb._plugins import found, is_off
    from heapnb.analysis.diagnosis.detectors import all_detectors
    from heapnb.analysis.diagnosis.known_leaks import plugged_leaks
    from heapnb.analysis.plugged_tables import plugged_tables
    from heapnb.views.fmt import plural
    from heapnb.views.wording.plugin_words import plugged_words

    for load in (all_detectors, plugged_words, plugged_tables, plugged_leaks):
        load()
    rows = [
        {
            "name": plugin.name,
            "group": plugin.group,
            "package": plugin.package,
            "version": plugin.version,
            "state": plugin.state,
            "problem": plugin.problem,
        }
        for group in GROUPS
        for plugin in found(group)
    ]
    if as_json:
        print_json(rows)
        return
    if rows:
        import pandas as pd

        print_rows(pd.DataFrame(rows).drop(columns="problem"), 0)
    off = f" {VARIABLE}=0 disables them." if is_off() else ""
    note(f"{plural(len(rows), 'plug-in')}.{off}")
