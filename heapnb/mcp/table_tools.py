"""Tools that answer with a table: classes, changes, nodes, decoded tables, strings, SQL."""

from __future__ import annotations

from typing import Any, Final

from heapnb.analysis.plugged_tables import all_tables
from heapnb.cli import constructors, diff, find, sql, strings
from heapnb.cli.output import records, sorted_by
from heapnb.errors import RefusedError, suggestion
from heapnb.literals import visible
from heapnb.mcp import schemas
from heapnb.mcp.answers import Answer
from heapnb.mcp.schemas import described
from heapnb.mcp.toolbox import Call, Tool, one_file
from heapnb.views.fmt import plural
from heapnb.views.rows import Rows

_MOST_ROWS: Final = 100_000
"""Rows of a query that are made: a query without a limit could take all memory."""

_REGEX: Final = described(schemas.TEXT, "RE2 regex")


def _classes(call: Call) -> Answer:
    from heapnb.analysis.constructors import constructor_rows
    from heapnb.frames import texts_matching

    with call.graph() as graph:
        found = constructor_rows(graph, by_name=bool(call["by_name"]), only=call["only"])
        table = Rows(found.columns())
        if call["match"] is not None:
            import pyarrow as pa

            names = pa.array(table.columns["class_name"], pa.large_string())
            table = table.take(texts_matching(names, call["match"]).nonzero()[0].tolist())
        return call.table(
            table,
            constructors.COLUMNS,
            summary=f"{plural(len(table), 'class', 'classes')}.",
            sort=call["sort"] or "retained_size",
        )


def _compare(call: Call) -> Answer:
    from heapnb.analysis.series.diff import diff as compare

    with call.case() as case:
        files, series = case.files, case.series
        numbers = {case.path_of(number): number for number in range(len(series))}
        first = one_file(files, call["before"]) if call["before"] else case.path_of(0)
        last = one_file(files, call["after"]) if call["after"] else case.path_of(-1)
        if first == last or first not in numbers or last not in numbers:
            raise RefusedError(
                "The case needs two different snapshots to compare.", hint="name before and after."
            )
        changes = compare(series.reopen(numbers[first]), series.reopen(numbers[last]))
        table = changes.constructors()
        return call.table(
            table,
            diff.JSON_COLUMNS,
            summary=f"{plural(len(table), 'class', 'classes')} changed.",
            sort=call["sort"] or "size_delta",
            warnings=list(changes.warnings),
        )


def _find(call: Call) -> Answer:
    import numpy as np

    from heapnb.frames import nodes_at, nodes_where

    conditions = {
        name: call[name] for name in ("class_name", "name", "has_property", "string") if call[name]
    }
    if not conditions:
        raise RefusedError(
            "find needs a condition.", hint="give class_name, name, has_property or string."
        )
    with call.graph() as graph:
        found = nodes_where(graph, **conditions)
        near = None
        if len(found) == 0 and call["class_name"]:
            near = suggestion(call["class_name"], graph.class_names.to_pylist())
        # A condition can hold for millions of nodes: only those of the page become rows.
        sizes = getattr(graph, call["sort"] or "retained_size")[found]
        order = found[np.argsort(sizes, kind="stable")[::-1]]
        page = nodes_at(graph, order[list(call.window(len(found)))])
        return call.page(
            records(page, find.COLUMNS),
            len(found),
            summary=f"{plural(len(found), 'node')}.",
            lines=[near] if near else (),
        )


def _decoded_table(call: Call) -> Answer:
    from heapnb.cli.places import by_place, own_code_first

    table = all_tables()[call["table"]]
    sort = call["sort"]
    if sort is not None and sort not in table.columns:
        raise RefusedError(
            f"{table.name} has no column `{visible(sort[:60])}`.",
            hint=suggestion(sort, table.columns) or f"it has {', '.join(table.columns)}.",
        )
    with call.graph() as graph:
        frame = table.frame(graph)
        count = plural(len(frame), "object")
        if call["each"] or sort is not None or not table.groups or not len(frame):
            shown, columns, order = sorted_by(frame, sort or table.sort), table.shown, ""
        else:
            shown = by_place(graph, table, frame)
            columns = tuple(shown.columns)
            count, order = f"{count} in {plural(len(shown), 'group')}", ", the program's own first"
            shown = own_code_first(shown, len(shown)).frame
        return call.table(
            shown,
            columns,
            summary=f"{count}{order}." if len(frame) else table.empty_text or "No objects.",
        )


def _strings(call: Call) -> Answer:
    from heapnb.frames import strings_frame, texts_matching

    with call.graph() as graph:
        frame = strings_frame(graph)
        if call["match"] is not None:
            frame = frame[texts_matching(graph.strings, call["match"])]
        return call.table(
            frame,
            strings.COLUMNS,
            summary=f"{plural(len(frame), 'string')}, the longest first.",
            sort="length",
        )


def _sql(call: Call) -> Answer:
    from heapnb.analysis.sql import query, query_series

    limits: dict[str, Any] = {"running": call.job.interrupting, "most_rows": _MOST_ROWS}
    if call["all_snapshots"]:
        with call.case() as case:
            cache = call.desk.heaps.reading.cache
            frame = query_series(case.series, call["query"], cache=cache, **limits)
    else:
        with call.graph() as graph:
            frame = query(graph, call["query"], **limits)
    shown = sql.writable(frame)
    first = "The first " if len(shown) == _MOST_ROWS else ""
    return call.table(
        shown,
        [str(name) for name in shown.columns],
        summary=f"{first}{plural(len(shown), 'row')}.",
    )


_OF_SNAPSHOT: Final = {"case": schemas.CASE, "snapshot": schemas.SNAPSHOT}

TOOLS = (
    Tool(
        "classes",
        "List classes",
        "Count, shallow and retained bytes of each class, as DevTools' Summary.",
        {
            **_OF_SNAPSHOT,
            "match": _REGEX,
            "by_name": described(schemas.FLAG, "Merge classes of one name"),
            "only": described(
                schemas.TEXT, "detached, console, event_handlers, contexts or duplicate_strings"
            ),
            "sort": schemas.one_of(("retained_size", "shallow_size", "count", "class_name")),
        },
        ("case",),
        {"rows": schemas.CLASSES},
        _classes,
        is_paged=True,
    ),
    Tool(
        "compare",
        "Compare two snapshots",
        "Objects added and removed by class, from a file of the case (the first) to another.",
        {
            "case": schemas.CASE,
            "before": schemas.TEXT,
            "after": schemas.TEXT,
            "sort": schemas.one_of(("size_delta", "count_delta", "added_count", "added_size")),
        },
        ("case",),
        {"rows": schemas.CHANGES, "warnings": schemas.TEXTS},
        _compare,
        is_paged=True,
    ),
    Tool(
        "find",
        "Find nodes",
        "Nodes that meet all conditions.",
        {
            **_OF_SNAPSHOT,
            "class_name": described(schemas.TEXT, "Exact"),
            "name": _REGEX,
            "has_property": schemas.TEXT,
            "string": described(schemas.TEXT, "RE2 regex, in texts of strings"),
            "sort": schemas.one_of(("retained_size", "shallow_size", "distance", "node_id")),
        },
        ("case",),
        {"rows": schemas.NODES},
        _find,
        is_paged=True,
    ),
    Tool(
        "decoded_table",
        "List a kind of object",
        "Objects of one kind: which function, event, variable, holder; grouped by place, the "
        "program's own first.",
        {
            **_OF_SNAPSHOT,
            "table": schemas.one_of(tuple(all_tables())),
            "each": described(schemas.FLAG, "A row for each object"),
            "sort": described(schemas.TEXT, "A column; then a row for each object"),
        },
        ("case", "table"),
        {"rows": schemas.ANY_ROWS},
        _decoded_table,
        is_paged=True,
    ),
    Tool(
        "strings",
        "List strings",
        "Strings, the longest first.",
        {**_OF_SNAPSHOT, "match": _REGEX},
        ("case",),
        {"rows": schemas.STRINGS},
        _strings,
        is_paged=True,
    ),
    Tool(
        "sql",
        "Query with SQL",
        "One SELECT of DuckDB over nodes, edges, strings, constructors, dominators; `describe "
        "nodes` lists columns; functions path(id), preview(id), retained(id).",
        {
            **_OF_SNAPSHOT,
            "query": schemas.TEXT,
            "all_snapshots": described(schemas.FLAG, "Adds a column `snapshot`"),
        },
        ("case", "query"),
        {"rows": schemas.ANY_ROWS},
        _sql,
        is_paged=True,
    ),
)
