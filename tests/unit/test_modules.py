from __future__ import annotations

import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from heapnb.workbench.linker import ModuleError, join, link

BROWSER = files("heapnb.workbench").joinpath("static")
MODULES = sorted(item.name for item in BROWSER.iterdir() if item.name.endswith(".js"))


def run(text: str, folder: Path, ending: str) -> str:
    """Run joined modules in Node, with something after them, and return what is printed."""
    node = shutil.which("node")
    assert node is not None
    path = folder / "joined.mjs"
    path.write_text(text + ending, "utf-8")
    return subprocess.run(
        [node, path], capture_output=True, text=True, check=True, timeout=60
    ).stdout.strip()


@pytest.mark.node
def test_names_do_not_collide(tmp_path: Path) -> None:
    # GIVEN three modules that call different things the same
    sources = {
        "low.js": 'const name = "low";\nexport function low() {\n  return name;\n}\n',
        "middle.js": (
            'import { low } from "./low.js";\n'
            'const name = "middle";\n'
            "export const middle = () => `${low()} ${name}`;\n"
        ),
        "top.js": (
            'import { low } from "./low.js";\n'
            'import { middle } from "./middle.js";\n'
            'const name = "top";\n'
            "export class Unused {}\n"
            "export default {\n  say: () => `${middle()} ${low()} ${name}`,\n};\n"
        ),
    }
    # WHEN they are one
    text = join(sources, "top.js")
    # THEN each keeps its own, and the only export is the default
    importing = (
        "\nimport('./joined.mjs').then((all) => console.log(Object.keys(all), all.default.say()));"
    )
    assert run(text, tmp_path, importing) == "[ 'default' ] low middle low top"


@pytest.mark.node
def test_a_module_that_two_import_runs_once(tmp_path: Path) -> None:
    sources = {
        "base.js": 'console.log("base");\nexport const base = { count: 0 };\n',
        "a.js": 'import { base } from "./base.js";\nexport function a() { base.count += 1; }\n',
        "b.js": 'import { base } from "./base.js";\nexport function b() { return base.count; }\n',
        "entry.js": (
            'import { a } from "./a.js";\nimport { b } from "./b.js";\na();\nconsole.log(b());\n'
        ),
    }
    assert run(join(sources, "entry.js"), tmp_path, "").split() == ["base", "1"]


@pytest.mark.node
def test_functions_of_every_form_are_handed_on(tmp_path: Path) -> None:
    sources = {
        "forms.js": (
            "export async function later() { return 1; }\n"
            "export function* many() { yield 2; }\n"
            "export async function* both() { yield 3; }\n"
            "export class Thing { value = 4; }\n"
            "export const five = 5;\n"
        ),
        "entry.js": (
            'import { later, many, both, Thing, five } from "./forms.js";\n'
            "const parts = [await later(), ...many(), new Thing().value, five];\n"
            "for await (const part of both()) parts.push(part);\n"
            'console.log(parts.join(" "));\n'
        ),
    }
    assert run(join(sources, "entry.js"), tmp_path, "") == "1 2 4 5 3"


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ({}, "no module entry.js"),
        ({"entry.js": 'import { a } from "./gone.js";'}, "no module gone.js"),
        (
            {"entry.js": 'import { a, b } from "./a.js";', "a.js": "export const a = 1;"},
            "imports b, which a.js lacks",
        ),
        (
            {
                "entry.js": 'import { a } from "./a.js";',
                "a.js": 'import { b } from "./b.js";\nexport const a = 1;',
                "b.js": 'import { a } from "./a.js";\nexport const b = 1;',
            },
            "entry.js → a.js → b.js → a.js",
        ),
        ({"entry.js": 'import { e } from "./entry.js";'}, "entry.js → entry.js"),
        (
            {
                "entry.js": 'import { a } from "./a.js";',
                "a.js": "export const a = 1;\nexport default a;",
            },
            "not the entry",
        ),
        ({"entry.js": "export default 1;\nexport default 2;"}, "line 2"),
        ({"entry.js": 'const page = "</SCRIPT>";'}, "script"),
        ({"entry.js": 'const page = "<!--";'}, "script"),
        ({"entry.js": "const $modules = 1;"}, "$modules"),
        ({"entry.js": "let $default;"}, "$default"),
    ],
)
def test_what_cannot_be_joined_says_why(sources: dict[str, str], message: str) -> None:
    with pytest.raises(ModuleError) as caught:
        join(sources, "entry.js")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "line",
    [
        'import "./a.js";',
        'import a from "./a.js";',
        'import * as a from "./a.js";',
        'import { a as b } from "./a.js";',
        'import { a } from "https://example.org/a.js";',
        'import { a } from "../a.js";',
        'import { a } from "./a.js"',
        'export { a } from "./a.js";',
        'export * from "./a.js";',
        "export { a };",
        # Whoever imports it would not see it change.
        "export let a = 1;",
        'const a = await import("./a.js");',
        '  import("./a.js");',
    ],
)
def test_other_forms_are_refused(line: str) -> None:
    with pytest.raises(ModuleError, match=r"entry\.js"):
        join({"entry.js": line, "a.js": "export const a = 1;"}, "entry.js")


def test_types_in_comments_are_no_imports() -> None:
    source = '/** @type {import("./a.js").A} */\n//  import("./a.js")\n * {import("./a.js").A} a\n'
    assert source.strip() in join({"entry.js": source}, "entry.js")


@pytest.mark.parametrize("name", MODULES)
def test_every_module_of_ours_joins(name: str) -> None:
    own = BROWSER.joinpath(name).read_text("utf-8")
    assert ("\nexport default $default;" in link(name)) == ("\nexport default " in own)


@pytest.mark.node
def test_the_widget_joined_is_javascript(tmp_path: Path) -> None:
    text = link("widget.js")
    assert "treetable.js" in text
    importing = "\nimport('./joined.mjs').then((all) => console.log(Object.keys(all.default)));"
    assert run(text, tmp_path, importing) == "[ 'render' ]"
