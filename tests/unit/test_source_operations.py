"""Which operations in source code add to an object, and which remove from it."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heapnb.analysis.source_code.operations import Answer, operations
from heapnb.analysis.source_code.program import Program
from heapnb.analysis.source_code.targets import (
    CodePlace,
    Element,
    Exports,
    Global,
    Hop,
    Local,
    Property,
    Target,
    Variable,
)

MAIN = "/srv/app/main.js"


def asked(
    code: str | dict[str, str],
    hops: Sequence[Hop],
    classes: Sequence[str],
    *,
    member_class: str = "",
    functions: tuple[CodePlace, ...] = (),
) -> Answer:
    texts = {MAIN: code} if isinstance(code, str) else code
    target = Target(tuple(hops), tuple(classes), member_class, functions)
    return operations(Program(texts), target)


def lines(found: Sequence[object]) -> list[str]:
    return [
        f"{one.file.name.rpartition('/')[2]}:{one.file.place_of(one.mark)[0]}"  # type: ignore[attr-defined]
        for one in found
    ]


def in_module(name: str, file: str = MAIN) -> Variable:
    return Variable(name, CodePlace(file, 1, 1))


@pytest.mark.parametrize(
    ("class_name", "adds", "removes"),
    [
        ("Map", "store.set(key, value)", "store.delete(key)"),
        ("Map", "store.set(key, value)", "store.clear()"),
        ("WeakMap", "store.set(key, value)", "store.delete(key)"),
        ("Set", "store.add(value)", "store.delete(value)"),
        ("Array", "store.push(value)", "store.shift()"),
        ("Array", "store.unshift(value)", "store.pop()"),
        ("Array", "store.splice(0, 0, value)", "store.splice(0, 5)"),
        ("Array", "store = [...store, value]", "store.length = 0"),
        ("Array", "store = store.concat(value)", "store = []"),
        ("Array", "store[store.length] = value", "store = store.filter((one) => one !== value)"),
        ("Array", "Array.prototype.push.apply(store, value)", "store.length = 0"),
        ("Object", "store[key] = value", "delete store[key]"),
        ("Object", "store[key] ??= value", "delete store[key]"),
        ("Object", "store.latest = value", "delete store.latest"),
        ("Object", "Object.assign(store, { [key]: value })", "store = {}"),
        ("Object", "store = { ...store, [key]: value }", "store = Object.create(null)"),
        ("Object", "Object.defineProperty(store, key, { value })", "delete store[key]"),
        ("(string)", "store += value", "store = ''"),
        ("Promise", "store.then(value)", None),
        ("FinalizationRegistry", "store.register(value, key)", "store.unregister(key)"),
        ("NodeCache", "store.set(key, value)", "store.del(key)"),
        ("Parts", "store.append(value)", "store.reset()"),
    ],
)
def test_what_adds_and_removes(class_name: str, adds: str, removes: str | None) -> None:
    code = f"let store = make();\nfunction f(key, value) {{\n  {adds};\n}}\n"
    if removes is not None:
        code += f"function g(key, value) {{\n  {removes};\n}}\n"
    found = asked(code, [in_module("store")], [class_name])
    assert lines(found.adds) == ["main.js:3"]
    assert lines(found.removes) == (["main.js:6"] if removes else [])


@pytest.mark.parametrize(
    ("declared", "class_name", "adds"),
    [
        ("const seen = new Map()", "Map", "seen.set(key, value)"),
        ("const seen = new util.Store()", "Store", "seen.add(value)"),
        ("const seen = []", "Array", "seen.push(value)"),
        ("const seen = { old: [], fresh: [] }", "{old, fresh}", "seen.old = value"),
        ("let seen; seen = new Set()", "Set", "seen.add(value)"),
    ],
)
def test_a_local_variable_without_a_name(declared: str, class_name: str, adds: str) -> None:
    waits = "while (await next())"
    inner = "class Inner { at = new Map(); }\nfunction other() { const none = new Map(); }"
    function = f"async function main(key, value) {{\n{declared};\n{waits} {adds};\n}}\n{inner}"
    in_function = Local(class_name, CodePlace(MAIN, 1, 1), MAIN)
    assert lines(asked(function, [in_function], [class_name]).adds) == ["main.js:3"]
    in_module = Local(class_name, None, MAIN)
    module = f"{declared};\n{inner}\n{waits} {adds};"
    assert lines(asked(module, [in_module], [class_name]).adds) == ["main.js:4"]
    twin = f"{module}\n{declared.replace('seen', 'other')};"
    assert lines(asked(twin, [in_module], [class_name]).adds) == []


def test_listeners_of_several_events_in_one_text() -> None:
    code = """
const map = new MapView();
function follow(order) {
  map.on('drag zoom', () => order);
}
function leave(listener) {
  map.off('drag', listener);
}
"""
    hops: list[Hop] = [in_module("map"), Property("_events"), Property("zoom")]
    found = asked(code, hops, ["MapView", "Object", "Array"])
    assert (lines(found.adds), lines(found.removes)) == (["main.js:4"], [])


@pytest.mark.parametrize("listening", ["on", "once", "addListener", "prependListener"])
def test_listeners_of_one_event(listening: str) -> None:
    code = f"""
const bus = new EventEmitter();
function follow(order) {{
  bus.on('other', () => order);
  bus.{listening}('price', () => order);
}}
function leave(listener) {{ bus.off('price', listener); }}
"""
    hops: list[Hop] = [
        in_module("bus"),
        Property("_events", None, "EventEmitter"),
        Property("price"),
    ]
    found = asked(code, hops, ["EventEmitter", "Object", "Array"])
    assert lines(found.adds) == ["main.js:5"]
    assert lines(found.removes) == ["main.js:7"]


def test_a_private_field_through_an_alias() -> None:
    code = """
class Uploads {
  #open = new Map();
  start(id) {
    const open = this.#open;
    open.set(id, {});
  }
}
class Downloads {
  #open = new Map();
  start(id) { this.#open.set(id, {}); this.#open.delete(id); }
}
"""
    found = asked(code, [Property("#open", CodePlace(MAIN, 2, 1), "Uploads")], ["Map"])
    assert lines(found.adds) == ["main.js:6"]
    assert found.removes == ()
    assert found.is_complete


def test_a_property_that_is_taken_out_of_this() -> None:
    code = """
class Cart {
  constructor() { this.items = []; }
  put(item) {
    const { items } = this;
    items.push(item);
  }
}
"""
    found = asked(code, [Property("items", CodePlace(MAIN, 2, 1), "Cart")], ["Array"])
    assert lines(found.adds) == ["main.js:6"]


def test_the_same_name_elsewhere_is_another_object() -> None:
    code = """
const cache = new Map();
function remember(key, value) { cache.set(key, value); }
function local(key) {
  const cache = new Map();
  cache.set(key, 1);
  cache.delete(key);
}
function given(cache) { cache.clear(); }
"""
    found = asked(code, [in_module("cache")], ["Map"])
    assert lines(found.adds) == ["main.js:3"]
    assert found.removes == ()
    assert found.is_complete


def test_a_parameter_that_receives_the_object() -> None:
    code = """
const cache = new Map();
function sweep(entries) { entries.delete('a'); }
function remember(key) { cache.set(key, 1); sweep(cache); }
"""
    found = asked(code, [in_module("cache")], ["Map"])
    assert lines(found.adds) == ["main.js:4"]
    assert lines(found.removes) == ["main.js:3"]


@pytest.mark.parametrize(
    "dynamic",
    [
        "const how = (name, key) => cache[name](key);",
        "const give = () => unknown(cache);",
        "const show = () => [cache];",
        "const keep = (other) => { other.kept = cache; };",
    ],
)
def test_what_cannot_be_followed_may_remove(dynamic: str) -> None:
    code = f"const cache = new Map();\nfunction f(k) {{ cache.set(k, 1); }}\n{dynamic}\n"
    found = asked(code, [in_module("cache")], ["Map"])
    assert lines(found.adds) == ["main.js:2"]
    assert not found.is_complete


def test_imports_across_files() -> None:
    files = {
        "/srv/app/bus.mjs": "export const bus = new Emitter();\n",
        "/srv/app/user.mjs": (
            "import { bus as shared } from './bus.mjs';\n"
            "export function follow(order) {\n  shared.on('price', () => order);\n}\n"
        ),
        "/srv/app/other.mjs": (
            "const bus = new Emitter();\nexport const f = () => bus.on('price', () => 1);\n"
        ),
        "/srv/app/again.mjs": (
            "import * as all from './bus.mjs';\nexport const g = (f) => all.bus.off('price', f);\n"
        ),
    }
    hops: list[Hop] = [in_module("bus", "/srv/app/bus.mjs"), Property("_events"), Property("price")]
    found = asked(files, hops, ["Emitter", "Object", "Array"])
    assert lines(found.adds) == ["user.mjs:3"]
    assert lines(found.removes) == ["again.mjs:2"]


def test_exports_of_a_commonjs_module() -> None:
    files = {
        "/srv/app/history.js": "exports.recent = {};\n",
        "/srv/app/main.js": (
            "const history = require('./history.js');\n"
            "function f(text) { history.recent[text] = 1; }\n"
            "const { recent } = require('./history');\n"
            "function g(text) { delete recent[text]; }\n"
        ),
    }
    hops: list[Hop] = [Exports("/srv/app/history.js"), Property("recent")]
    found = asked(files, hops, ["Object", "Object"])
    assert lines(found.adds) == ["main.js:2"]
    assert lines(found.removes) == ["main.js:4"]


def test_globals_and_shadows() -> None:
    code = """
function f() { measurements = []; }
function g(one) { measurements.push(one); globalThis.measurements.push(one); }
function h(measurements) { measurements.push(1); }
"""
    found = asked(code, [Global("measurements")], ["Array"])
    assert lines(found.adds) == ["main.js:3", "main.js:3"]
    assert lines(found.removes) == ["main.js:2"]


def test_a_collection_in_a_collection() -> None:
    code = """
const byTenant = new Map();
function of(tenant) {
  let list = byTenant.get(tenant);
  if (!list) byTenant.set(tenant, (list = []));
  return list;
}
function add(tenant, one) {
  of(tenant).push(one);
}
function leave(tenant) { byTenant.delete(tenant); }
"""
    found = asked(code, [in_module("byTenant"), Element()], ["Map", "Array"])
    assert lines(found.adds) == ["main.js:9"]
    assert lines(found.removes) == ["main.js:11"]


def test_what_a_listener_is_given_to_without_a_way_to_it() -> None:
    code = """
class Client {
  ping() {
    this.timer = setInterval(() => { this.pinged = true; }, 1000);
  }
  stop() { clearInterval(this.timer); }
}
"""
    place = CodePlace(MAIN, 4, 30)
    found = asked(code, [], [], member_class="Timeout", functions=(place,))
    assert lines(found.adds) == ["main.js:4"]
    assert lines(found.removes) == ["main.js:6"]


def test_bounds_and_lifetimes_remove() -> None:
    code = """
const cache = new LRUCache({ max: 100 });
function f(key, value) { cache.set(key, value); }
"""
    found = asked(code, [in_module("cache"), Property("#list")], ["LRUCache", "Array"])
    assert lines(found.adds) == ["main.js:3"]
    assert lines(found.removes) == ["main.js:2"]
    assert not found.is_complete or found.removes


def test_old_classes_and_compiled_private_fields() -> None:
    code = """
var _Box_items;
function Basket(owner) { this.owner = owner; this.lines = []; }
Basket.prototype.add = function (line) {
  this.lines.push(line);
};
class Box { send(x) { __classPrivateFieldGet(this, _Box_items, "f").push(x); } }
"""
    found = asked(code, [Property("lines", CodePlace(MAIN, 3, 16), "Basket")], ["Array"])
    assert lines(found.adds) == ["main.js:5"]
    hop = Property("#items", CodePlace(MAIN, 7, 1), "Box", "_Box_items")
    assert lines(asked(code, [hop], ["Array"]).adds) == ["main.js:7"]


def test_typescript_and_jsx() -> None:
    typescript = """
export class Store<T> {
  constructor(private readonly entries: Map<string, T> = new Map()) {}
  put(key: string, value: T): void {
    (this.entries as Map<string, T>).set(key, value!);
  }
}
"""
    file = "/srv/src/store.ts"
    hop = Property("entries", CodePlace(file, 2, 8), "Store")
    assert lines(asked({file: typescript}, [hop], ["Map"]).adds) == ["store.ts:5"]
    jsx = """
const seen = new Set();
export const Row = ({ id }) => {
  seen.add(id);
  return <li onClick={() => seen.delete(id)}>{id}</li>;
};
"""
    found = asked({"/srv/row.jsx": jsx}, [in_module("seen", "/srv/row.jsx")], ["Set"])
    assert lines(found.adds) == ["row.jsx:4"]
    assert lines(found.removes) == ["row.jsx:5"]


@pytest.mark.parametrize(
    "text", ["", "\x00", "}{)(", "import {", "class {", "const a = `${", "🙂 a"]
)
def test_what_is_no_program(text: str) -> None:
    found = asked(text + "\n", [in_module("cache"), Property("a")], ["Object", "Map"])
    assert found.adds == ()


def test_circles_of_imports_and_aliases_end() -> None:
    files = {
        "/a.mjs": "import { x } from './b.mjs'; export { x }; x.push(1); let p = x; p = p;\n",
        "/b.mjs": "import { x } from './a.mjs'; export { x }; const f = () => f(x);\n",
    }
    assert asked(files, [in_module("x", "/a.mjs"), Property("y")], ["Object", "Array"]).adds == ()


# -- properties ---------------------------------------------------------------------------------

PROGRAMS = (
    (
        (
            "class Task {}\nclass Queue {\n  waiting = [];\n"
            "  add(job) { this.waiting.push(job); }\n"
            "  next() { return this.waiting.shift(); }\n}\nconst queue = new Queue();\n"
        ),
        [in_module("queue"), Property("waiting", CodePlace(MAIN, 2, 1), "Queue")],
        ["Queue", "Array"],
        ("queue", "waiting", "job", "Task", "add", "next"),
    ),
    (
        (
            "const sessions = new Map();\nfunction open(id, user) {\n  sessions.set(id, user);\n}"
            "\n"
            "function close(id) { sessions.delete(id); }\n"
        ),
        [in_module("sessions")],
        ["Map"],
        ("sessions", "open", "close", "user", "id"),
    ),
)

NAMES = st.text(string.ascii_lowercase, min_size=4, max_size=9).map(lambda text: f"{text}_q")


def renamed(text: str, names: dict[str, str]) -> str:
    pattern = re.compile("|".join(rf"\b{name}\b" for name in names))
    return pattern.sub(lambda match: names[match[0]], text)


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(PROGRAMS), st.data())
def test_renaming_keeps_the_lines(
    program: tuple[str, list[Hop], list[str], tuple[str, ...]], data: st.DataObject
) -> None:
    code, hops, classes, old = program
    fresh = data.draw(st.lists(NAMES, min_size=len(old), max_size=len(old), unique=True))
    names = dict(zip(old, fresh, strict=True))
    # `add` and `next` are methods of the program: what they are called must not matter.
    again = [
        Variable(names[hop.name], hop.seen_from)
        if isinstance(hop, Variable)
        else Property(names[hop.name], hop.owner)
        for hop in hops
        if isinstance(hop, Variable | Property)
    ]
    before = asked(code, hops, classes)
    after = asked(renamed(code, names), again, classes)
    assert lines(before.adds) == lines(after.adds) != []
    assert lines(before.removes) == lines(after.removes) != []


UNRELATED = (
    "function other_q(list) { list.push(1); list.delete(2); }",
    "const table_q = new Map(); table_q.set(1, 2); table_q.clear();",
    "class Other_q { #waiting = []; waiting2() { this.#waiting.push(1); } }",
    "export const noise_q = (sessions) => sessions.clear();",
    "{ const queue = []; queue.push(1); let sessions = new Set(); sessions.add(2); }",
    "// sessions.delete(1); this.waiting.pop()",
    "const text_q = 'sessions.set(1)' + `this.waiting.push(${1})`;",
)


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(PROGRAMS), st.lists(st.sampled_from(UNRELATED), max_size=6))
def test_unrelated_code_changes_nothing(
    program: tuple[str, list[Hop], list[str], tuple[str, ...]], added: list[str]
) -> None:
    code, hops, classes, _ = program
    before = asked(code, hops, classes)
    more = "\n".join([code, *added, ""])
    after = asked({MAIN: more, "/srv/app/more.js": "\n".join(added)}, hops, classes)
    assert lines(before.adds) == lines(after.adds)
    assert lines(before.removes) == lines(after.removes)
