"""Heap profiles, compared with a reader of three lines; logs of ``--prof``."""

from __future__ import annotations

import json
from typing import Any

import heapnb as hn
from heapnb.analysis.heap_profiles.profile import HeapProfile
from heapnb.errors import LogFormatError
from heapnb.timeline.prof_log import ProfLog
from tests.fuzz.harness import Reader, Refusal, answer, same_table, some, unpacked_answers_agree
from tests.fuzz.mutation import Structure
from tests.naive.heap_profiles import nodes_of


def _node(name: str, line: int, size: int, children: list[Any]) -> dict[str, Any]:
    frame = {
        "functionName": name,
        "scriptId": "7",
        "url": "/srv/app.js" if name else "",
        "lineNumber": line,
        "columnNumber": 4,
    }
    return {"callFrame": frame, "selfSize": size, "id": line + 3, "children": children}


def _profiles() -> tuple[bytes, ...]:
    head = _node(
        "(root)",
        -1,
        0,
        [_node("search", 11, 4096, [_node("walk", 20, 512, [])]), _node("", 2, 16, [])],
    )
    samples = [{"size": 4096, "nodeId": 14, "ordinal": 1}, {"size": 16, "nodeId": 99, "ordinal": 2}]
    return (
        json.dumps({"head": head}).encode(),
        json.dumps({"head": head, "samples": samples}, indent=1).encode(),
        json.dumps({"id": 3, "result": {"profile": {"head": head, "samples": samples}}}).encode(),
    )


def _same_profile(first: HeapProfile, second: HeapProfile) -> bool:
    return first.columns() == second.columns()


def _check_profile(data: bytes) -> None:
    found = answer(lambda: hn.read_heap_profile(data), (LogFormatError,))
    if some(data, 8):
        unpacked_answers_agree(data, hn.read_heap_profile, _same_profile, found)
    if isinstance(found, Refusal):
        return
    columns = found.columns()
    total = sum(columns["sampled_size"])
    assert all(size >= 0 for size in columns["sampled_size"])
    try:
        nodes = nodes_of(data)
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        # heapnb does not parse what it does not need.
        return
    assert total == sum(round(node.size) for node in nodes), "sizes"
    if some(data, 4):
        assert int(found.table["sampled_size"].sum()) == total


_PROF = rb"""v8-version,12,4,254,21,0
shared-library,"/usr/bin/node",0x400000,0x500000,0
code-creation,JS,10,100,0x1000,64,spin /app/a.js:3:14,0x5,*
code-creation,LazyCompile,10,120,0x1100,64,"wait, \x2c file:///app/b.mjs:9:1",0x9,~
code-creation,BytecodeHandler,0,130,0x1200,64,LdaSmi
code-creation,Builtin,2,140,0x1300,200,ArrayMap
code-move,0x1100,0x2000
code-delete,0x1300
tick,0x1008,200,0,0x0,0
tick,0x1010,300,0,0x0,1
tick,0x2010,400,1,0x1008,0,+0x10,-0x4,overflow
tick,0x1210,450,0,0x1000,0,0x1010
tick,0x400100,500,0,0x0,5
"""
_OLD_PROF = rb"""code-creation,LazyCompile,0,0x1000,64,"*spin /app/a.js:3",0x5,*
code-creation,Stub,2,0x3000,100,"CEntryStub"
tick,0x1008,200,0,0x0,0,0x1010
tick,0x3010,201,0,0x0,2
"""


def _check_prof_log(data: bytes) -> None:
    found = answer(lambda: hn.read_prof_log(data), (LogFormatError,))
    if some(data, 8):
        unpacked_answers_agree(data, hn.read_prof_log, _same_prof, found)
    if isinstance(found, Refusal):
        return
    table = found.table
    assert int(table["ticks"].sum()) + found.unaccounted == found.ticks, "ticks"
    assert 0 <= found.gc_ticks <= found.ticks
    assert ((table["tick_share"] > 0) & (table["tick_share"] <= 1)).all()


def _same_prof(first: ProfLog, second: ProfLog) -> bool:
    return same_table(first.table, second.table) and first.gc_ticks == second.gc_ticks


READERS = (
    Reader(
        "heap-profiles",
        _profiles,
        hn.read_heap_profile,
        _check_profile,
        words=(b'"head"', b'"callFrame"', b'"selfSize"', b'"children"', b'"samples"', b'"nodeId"'),
        is_packed=True,
    ),
    Reader(
        "prof-logs",
        lambda: (_PROF, _OLD_PROF),
        hn.read_prof_log,
        _check_prof_log,
        Structure.LINES,
        (b"tick", b"code-creation", b"code-move", b"code-delete", b"0x1000", b"0xffffffffffffffff"),
        is_packed=True,
    ),
)
