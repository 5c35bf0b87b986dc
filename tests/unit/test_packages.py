"""Whose code a script is."""

from __future__ import annotations

import pytest

import heapnb as hn
from heapnb.testing import SnapshotBuilder


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/srv/node_modules/express/lib/router.js:3:4", "express"),
        ("/srv/node_modules/@babel/core/lib/index.js", "@babel/core"),
        ("C:\\app\\node_modules\\qs\\lib\\parse.js:1:1", "qs"),
        ("/srv/node_modules/express/node_modules/qs/lib/parse.js", "qs"),
        # pnpm, with and without scope and peers.
        ("/a/node_modules/.pnpm/qs@6.11.0/node_modules/qs/lib/parse.js:1:2", "qs 6.11.0"),
        (
            "/a/node_modules/.pnpm/@babel+core@7.21.0_supports-color@8.1.1/node_modules/@babel/core/i.js",
            "@babel/core 7.21.0",
        ),
        (
            "/a/node_modules/.pnpm/react-dom@18.2.0(react@18.2.0)/node_modules/react-dom/index.js",
            "react-dom 18.2.0",
        ),
        ("/a/node_modules/.pnpm/express@4.18.2/node_modules/accepts/index.js", "accepts"),
        # Yarn: packed, unpacked, virtual, linked into a store.
        (
            "/a/.yarn/cache/lodash-npm-4.17.21-6382451519-eb835a2e51.zip/node_modules/lodash/l.js",
            "lodash 4.17.21",
        ),
        (
            "/a/.yarn/cache/@babel-core-npm-7.21.0-341c7bd2b3-1.zip/node_modules/@babel/core/x.js",
            "@babel/core 7.21.0",
        ),
        (
            "/a/.yarn/unplugged/sharp-npm-0.32.0-ab12cd34ef/node_modules/sharp/lib/index.js",
            "sharp 0.32.0",
        ),
        (
            "/.yarn/__virtual__/a-0a/0/cache/a-npm-1.0.0-b.1-9f8e7d6c5b-8.zip/node_modules/a/i.js",
            "a 1.0.0-b.1",
        ),
        ("/a/node_modules/.store/lodash-npm-4.17.21-6382451519/package/l.js", "lodash 4.17.21"),
        # Bun, npminstall.
        ("/a/node_modules/.bun/zod@3.22.0/node_modules/zod/lib/index.js", "zod 3.22.0"),
        ("/a/node_modules/_lodash@4.17.21@lodash/lodash.js", "lodash 4.17.21"),
        ("/a/node_modules/_@babel_core@7.21.0@@babel/core/lib/index.js", "@babel/core 7.21.0"),
        # Content delivery networks and Deno's cache, whatever the host is called.
        ("https://cdn.example/lodash@4.17.21/lodash.js:1:2", "lodash 4.17.21"),
        ("https://cdn.example/npm/@vue/reactivity@3.2.0/dist/x.js", "@vue/reactivity 3.2.0"),
        ("https://cdn.example/npm/vue@3/dist/x.js", "vue 3"),
        ("https://cdn.example/npm:preact@10.5.0/dist/preact.module.js", "preact 10.5.0"),
        ("https://cdn.example/v135/preact@10.5.0/es2022/preact.mjs", "preact 10.5.0"),
        ("https://cdn.example/stable/preact@10.5.0/es2022/preact.mjs", "preact 10.5.0"),
        (
            "/home/app/deno/npm/packages.example.org/chalk/5.3.0/source/index.js",
            "chalk 5.3.0",
        ),
        ("C:\\deno\\npm\\packages.example.org\\@std\\path\\1.0.0\\mod.js", "@std/path 1.0.0"),
        ("/deno/npm/packages.example.org_4873/chalk/5.3.0/index.js:1:2", "chalk 5.3.0"),
        ("webpack://app/./node_modules/moment/moment.js", "moment"),
        ("http://localhost/node_modules/.vite/deps/@tanstack_query.js?v=1", "@tanstack/query"),
        ("http://localhost/node_modules/.vite/deps/chunk-ABC.js?v=1", "(shared chunk)"),
        # The runtime and the program itself.
        ("node:internal/timers:246:14", "Node.js"),
        ("events.js:3:1", "Node.js"),
        ("/srv/app/lib/cache.js:7:3", "own code"),
        ("file:///srv/app/index.mjs:4:2", "own code"),
        ("webpack-internal:///./src/app.js", "own code"),
        ("https://shop.example/@ada/cart.js", "own code"),
        ("/srv/npm/tools/report/main.js", "own code"),
        ("evalmachine.<anonymous>:1:1", "own code"),
        ("/srv/node_modules/", "own code"),
        ("", "own code"),
    ],
)
def test_package_of(path: str, expected: str) -> None:
    assert str(hn.package_of(path)) == expected


def test_kinds() -> None:
    kinds = [hn.package_of(path).kind for path in ("/a/node_modules/b/c.js", "node:fs", "/a/b.js")]
    assert kinds == ["npm", "runtime", "own"]


def test_packages_of_a_heap() -> None:
    builder = SnapshotBuilder.from_edges(
        "root^1>global global.f>f f/shared>fi fi/script>fs global.g>g g/shared>gi gi/script>gs "
        "global.x>x x.y>y y.z>z global.n>n n/shared>gi",
        size=10,
    )
    builder.node("f", type="closure", location=(1, 0, 0))
    builder.node("g", type="closure", location=(2, 0, 0))
    builder.node("n", type="closure")
    builder.node("fs", type="code", name="/srv/app.js")
    builder.node("gs", type="code", name="/srv/node_modules/.pnpm/qs@6.1.0/node_modules/qs/p.js")
    # Two objects of a class of qs, one inside the other: its bytes count once.
    builder.node("x", location=(2, 3, 4)).node("y", location=(2, 3, 4))
    table = builder.snapshot().packages()
    assert table["package"].tolist() == ["qs", "own code"]
    assert table["version"].isna().tolist() == [False, True]
    assert table["kind"].tolist() == ["npm", "own"]
    assert table["count"].tolist() == [4, 1]
    assert table["shallow_size"].tolist() == [40, 10]
    # x with all below it, and both functions of qs; what they share belongs to none.
    assert table["retained_size"].tolist() == [50, 30]


def test_a_heap_without_functions() -> None:
    table = SnapshotBuilder.from_edges("root>a").snapshot().packages()
    assert list(table) == [
        "package",
        "version",
        "kind",
        "count",
        "shallow_size",
        "retained_size",
    ]
    assert len(table) == 0
