"""Logs of --prof: the same ticks as ``node --prof-process``, on a log of the Node.js here."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import heapnb as hn
from heapnb.errors import LogFormatError

PROGRAM = """
const kept = [];
function churn(n) { const a = []; for (let k = 0; k < n; k++) a.push({ k, b: `t${k}` }); return a; }
function spin(n) { let x = 0; for (let i = 0; i < n; i++) x += Math.sin(i); return x; }
// Work of the module itself, a function without a name.
for (let i = 0, x = 0; i < 5e6; i++) x += Math.cos(i);
const end = Date.now() + 1500;
while (Date.now() < end) { churn(5000); kept.push(churn(100)); spin(200000); }
"""


@pytest.mark.node
@pytest.mark.slow
def test_ticks_are_those_of_prof_process(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node")
    (tmp_path / "app.js").write_text(PROGRAM)
    subprocess.run([node, "--prof", "app.js"], cwd=tmp_path, check=True)
    (path,) = tmp_path.glob("isolate*.log")
    command = [node, "--prof-process", path.name]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    log = hn.read_prof_log(path)
    ticks = re.search(r"\((\d+) ticks", said)
    assert ticks is not None
    assert log.ticks == int(ticks[1])
    summary = said.partition("[Summary]")[2].partition("[C++ entry")[0]
    gc = re.search(r"^ +(\d+) .* GC$", summary, re.MULTILINE)
    assert log.gc_ticks == (0 if gc is None else int(gc[1]))
    own = log.table[log.table["location"].str.contains("app.js", na=False)]
    found = dict(zip(own["name"], own["ticks"], strict=True))
    expected = ticks_by_function(node, path)
    assert {"spin", "(anonymous)"} <= expected.keys()
    assert {name: found.get(name) for name in expected} == expected


def ticks_by_function(node: str, path: Path) -> Counter[str]:
    """Count the ticks of each function in `app.js` as Node.js does, and those in its handlers."""
    command = [node, "--prof-process", "--preprocess", str(path)]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    handlers = [
        range(int(start, 16), int(start, 16) + int(size))
        for start, size in re.findall(
            r"^code-creation,BytecodeHandler,\d+,\d+,(0x[0-9a-f]+),(\d+)",
            path.read_text(),
            re.MULTILINE,
        )
    ]
    found: Counter[str] = Counter()
    for tick in said["ticks"]:
        entries, places = tick["s"][::2], tick["s"][1::2]
        if entries[0] < 0 and any(places[0] in handler for handler in handlers):
            entries = [entry for entry in entries if entry >= 0]
        code = said["code"][entries[0]] if entries and entries[0] >= 0 else {}
        if code.get("type") == "JS" and "app.js:" in code["name"]:
            name, _, _ = code["name"].rpartition(" ")
            found[name.strip("* ~") or "(anonymous)"] += 1
    return found


def ticks(*lines: str) -> hn.ProfLog:
    return hn.read_prof_log("\n".join(lines).encode())


CODE = "code-creation,JS,10,100,0x1000,64,spin /app/a.js:3:14,0x5,*"


def test_code_that_moves_is_followed() -> None:
    log = ticks(
        CODE,
        "tick,0x1008,200,0,0x0,0",
        "code-move,0x1000,0x9000",
        "tick,0x9008,300,0,0x0,0",
        "tick,0x1008,400,0,0x0,0",
    )
    assert log.table["ticks"].tolist() == [2]
    assert log.unaccounted == 1


def test_new_code_replaces_what_it_covers() -> None:
    log = ticks(CODE, "code-creation,JS,10,150,0x1010,16,other,0x6,~", "tick,0x1018,200,0,0x0,1")
    assert log.table["name"].tolist() == ["other"]
    assert log.gc_share == 1


def test_old_records_without_times_and_with_quotes() -> None:
    log = ticks(
        'code-creation,LazyCompile,0,0x1000,64,"*f, g a.js:1",0x5,', "tick,0x1001,2,0,0x0,0"
    )
    assert log.table["kind"].tolist() == ["JavaScript"]
    assert log.table["name"][0].startswith("f, g")


def test_handlers_count_for_their_function() -> None:
    log = ticks(
        CODE,
        "code-creation,BytecodeHandler,3,100,0x5000,64,Ldar",
        "tick,0x5001,200,0,0x0,0,0x1010",
        "tick,0x5001,200,0,0x0,0,-3ff1",
    )
    assert log.table[["name", "ticks"]].to_dict("records") == [{"name": "spin", "ticks": 2}]


def test_callbacks_count_for_the_callback() -> None:
    log = ticks(
        "shared-library,/lib/libc.so,0x7000,0x8000,0",
        "code-creation,Callback,14,100,0x7100,1,fs.read",
        "tick,0x7200,200,1,0x7100,6",
        "tick,0x7200,200,0,0x0,6",
    )
    assert log.table.set_index("name")["ticks"].to_dict() == {"fs.read": 1, "/lib/libc.so": 1}


def test_escapes() -> None:
    log = ticks(
        r"code-creation,JS,10,100,0x1000,64,a\x2cb\u00e9 /x.js:1:2,0x5,*", "tick,0x1001,1,0,0x0,0"
    )
    assert log.table["name"][0] == "a,bé"


@pytest.mark.parametrize("content", [b"", b"hello", b"tick,", b"tick,x,y,z"])
def test_other_files_are_an_error(content: bytes) -> None:
    with pytest.raises(LogFormatError, match="no ticks"):
        hn.read_prof_log(content)


addresses = st.integers(0, 80).map(hex)
records = st.one_of(
    st.builds(
        "code-creation,JS,1,2,{},{},f{},0x1,*".format,
        addresses,
        st.integers(-1, 40),
        st.integers(0, 5),
    ),
    st.builds("code-move,{},{}".format, addresses, addresses),
    st.builds("code-delete,{}".format, addresses),
    st.builds("shared-library,l,{},{},0".format, addresses, addresses),
    st.builds(
        "tick,{},1,{},{},{},{}".format,
        addresses,
        st.integers(0, 1),
        addresses,
        st.integers(0, 8),
        addresses,
    ),
    st.text(max_size=30),
)


@settings(max_examples=200)
@given(st.lists(records, max_size=60))
def test_ticks_add_up(lines: list[str]) -> None:
    try:
        log = ticks(*lines)
    except LogFormatError:
        return
    assert int(log.table["ticks"].sum()) + log.unaccounted == log.ticks
    assert 0 <= log.gc_share <= 1


def test_markup_is_escaped() -> None:
    log = ticks(CODE.replace("spin", "<script>"), "tick,0x1008,200,0,0x0,0")
    assert "<script" not in log._repr_html_()
