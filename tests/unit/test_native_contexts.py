"""Native contexts: what each is of, and the filters of DevTools' Summary."""

from __future__ import annotations

import pytest

import heapnb as hn
from heapnb.analysis.filters import NAMES, filtered_nodes
from heapnb.errors import HeapnbError
from heapnb.testing import SnapshotBuilder
from tests.conftest import ROOT, sample_series

NODE_26 = ROOT / "tests" / "data" / "formats" / "node-26.heapsnapshot.zst"
WORKERD = ROOT / "tests" / "data" / "contexts" / "workerd.heapsnapshot.zst"


NO_CONTEXT = {"shared", "unattributed"}


def kinds(snap: hn.Snapshot) -> list[str]:
    return [
        kind
        for kind in snap.native_contexts().table["kind"]
        if kind not in {"shared", "unattributed"}
    ]


def test_producers() -> None:
    assert kinds(hn.load(NODE_26, progress=False)) == ["main"]
    assert kinds(hn.load(WORKERD, progress=False)) == ["worker"]
    page = hn.load(sample_series("detached_dom")[-1], progress=False)
    assert sorted(kinds(page)) == ["engine", "page"]
    table = page.native_contexts().table.set_index("kind")
    assert table.loc["page", "name"] == "http://orders.example"
    assert table["shallow_size"].sum() == page.summary().total_shallow_size


def window(key: str) -> str:
    return f"root>{key} {key}/global_proxy_object>w{key} {key}/security_token>token"


def test_frames_and_removed_windows() -> None:
    builder = SnapshotBuilder.from_edges(
        f"{window('page')} {window('frame')} {window('gone')} wpage[1]>f1 wframe[1]>f2 root>iframe "
        "iframe[2]>f2"
    )
    for key in ("page", "frame", "gone"):
        suffix = "" if key == "gone" else " / http://a.example"
        builder.node(key, type="native", name=f"system / NativeContext{suffix}")
        builder.node(f"w{key}", type="native", name=f"Window{suffix}")
    for key in ("f1", "f2"):
        builder.node(key, type="native", name="blink::LocalFrame")
    builder.node("iframe", type="native", name='<iframe src="/ad.html" name="x">')
    builder.node("token", type="string", name="http://a.exampleBD6015174FE2AEB3BFFD1318EC7158C7")
    table = builder.snapshot().native_contexts().table
    found = dict(zip(table["kind"], table["name"], strict=True))
    assert found["page"] == "http://a.example"
    assert found["frame"] == "http://a.example /ad.html"
    assert found["removed window"] == "http://a.example"


@pytest.mark.parametrize(
    ("name", "proxy", "expected"),
    [
        ("system / NativeContext / chrome-extension://abc", "Window", "extension"),
        ("system / NativeContext", "DedicatedWorkerGlobalScope", "worker"),
        ("system / NativeContext", "Object [JSGlobalProxy]", "engine"),
    ],
)
def test_other_kinds(name: str, proxy: str, expected: str) -> None:
    builder = SnapshotBuilder.from_edges("root>c c/global_proxy_object>p")
    builder.node("c", type="native", name=name).node("p", type="native", name=proxy)
    assert kinds(builder.snapshot()) == [expected]


def test_contexts_of_vm_share_the_token_of_the_main_one() -> None:
    builder = SnapshotBuilder.from_edges(
        "root>main root>vm main/global_proxy_object>g1 main/security_token>g1 "
        "vm/global_proxy_object>g2 vm/security_token>g1"
    )
    for key in ("main", "vm"):
        builder.node(key, type="hidden", name="system / NativeContext")
    builder.node("g1", name="global").node("g2", name="global")
    assert sorted(kinds(builder.snapshot())) == ["main", "vm"]


def test_a_heap_without_native_contexts() -> None:
    found = SnapshotBuilder.from_edges("root>a").snapshot().native_contexts()
    assert len(found) == 0
    assert found.shared_size == 0
    assert found.unattributed_size > 0


@pytest.mark.parametrize("name", NAMES)
def test_each_filter_leaves_some_nodes_or_none(name: str) -> None:
    snap = hn.load(sample_series("detached_dom")[-1], progress=False)
    chosen = filtered_nodes(snap.graph, name.replace("_", "-"))
    counted = chosen & (snap.graph.shallow_size > 0)
    assert snap.constructors(only=name)["count"].sum() == counted.sum()


def test_one_native_context_can_be_chosen() -> None:
    snap = hn.load(sample_series("detached_dom")[-1], progress=False)
    row = snap.native_contexts().table.iloc[0]
    only = snap.constructors(only=f"native-context:{row['node_id']}")
    assert only["count"].sum() == row["count"]
    assert only["shallow_size"].sum() == row["shallow_size"]


@pytest.mark.parametrize("name", ["nonsense", "native-context:1", "native-context:x", ""])
def test_wrong_filters_are_refused(name: str) -> None:
    with pytest.raises(HeapnbError):
        SnapshotBuilder.from_edges("root>a").snapshot().constructors(only=name)
