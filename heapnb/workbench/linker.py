"""Our JavaScript modules as one, for places that take a single text: widgets and the report.

Not a bundler: the modules keep to a few forms of ``import`` and ``export``, each on a line of its
own, and whatever else they contain is passed on as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

_IMPORT: Final = re.compile(
    r'import \{ (?P<names>\w+(?:, \w+)*) \} from "\./(?P<module>[\w-]+\.js)";'
)
_EXPORT: Final = re.compile(r"export (?=(?:(?:async )?function\*?|class|const) (?P<name>\w+))")
_DEFAULT: Final = re.compile(r"export default (?=\S)")
_DYNAMIC_IMPORT: Final = re.compile(r"^\s*+(?!\*|//|/\*).*\bimport\s*\(", re.MULTILINE)
_ENDS_SCRIPT: Final = re.compile(r"</script|<!--", re.IGNORECASE)

_OF_VIEWS: Final = ("flame_graph.js",)
"""Modules of `heapnb.views`, which pages without a workbench use as well."""

_MODULES: Final = "$modules"
_DEFAULT_EXPORT: Final = "$default"


class ModuleError(ValueError):
    """Modules cannot be joined: one is missing, or they are written otherwise than agreed."""


@dataclass(frozen=True)
class _Module:
    """A module taken apart.

    Parameters
    ----------
    name : str
        Its file.
    imports : tuple of (str, tuple of str)
        Modules and what is taken from them.
    exports : tuple of str
        Names, the default left out.
    has_default : bool
        Whether it has a default export.
    body : str
        Its text as the inside of a block.
    """

    name: str
    imports: tuple[tuple[str, tuple[str, ...]], ...]
    exports: tuple[str, ...]
    has_default: bool
    body: str


def link(entry: str) -> str:
    """Join a module of the browser with all that it imports.

    Each module stands in a block of its own, so that names cannot collide, after those that it
    imports.

    Parameters
    ----------
    entry : str
        A file of ``heapnb/workbench/static``, such as ``"widget.js"``. Only this one may have
        a default export, which the text keeps; all other exports stay inside.

    Returns
    -------
    str
        The text of one ES module, which may also stand in a ``<script>`` element.

    Raises
    ------
    ModuleError
        For a module or a name that is not there, a cycle, or a form of import or export that is
        not among those agreed on.
    """
    folder = files("heapnb.workbench").joinpath("static")
    sources = {
        item.name: item.read_text("utf-8") for item in folder.iterdir() if item.name.endswith(".js")
    }
    for name in _OF_VIEWS:
        sources[name] = files("heapnb.views").joinpath("static", name).read_text("utf-8")
    return join(sources, entry)


def join(sources: Mapping[str, str], entry: str) -> str:
    """Join modules that are given; see `link`.

    Parameters
    ----------
    sources : mapping of str to str
        Texts by file name.
    entry : str
        Where to begin.

    Returns
    -------
    str
        One ES module.
    """
    modules = _in_order(sources, entry)
    exported = {module.name: module.exports for module in modules}
    blocks = []
    for module in modules:
        for name, names in module.imports:
            if unknown := sorted(set(names) - set(exported[name])):
                raise ModuleError(
                    f"{module.name} imports {', '.join(unknown)}, which {name} lacks."
                )
        if module.has_default and module.name != entry:
            raise ModuleError(f"{module.name} has a default export, and is not the entry.")
        handed_on = f'{_MODULES}["{module.name}"] = {{ {", ".join(module.exports)} }};'
        blocks.append(f"{{ // {module.name}\n{module.body}\n{handed_on}\n}}\n")
    text = f"const {_MODULES} = {{}};\n"
    if modules[-1].has_default:
        text += f"let {_DEFAULT_EXPORT};\n"
    text += "".join(blocks)
    if modules[-1].has_default:
        text += f"export default {_DEFAULT_EXPORT};\n"
    if ending := _ENDS_SCRIPT.search(text):
        raise ModuleError(f"{ending.group()!r} would end, or confuse, the script element around.")
    return text


def _in_order(sources: Mapping[str, str], entry: str) -> list[_Module]:
    """List a module and what it needs, the needed first."""
    done: dict[str, _Module] = {}
    open_modules: list[str] = []

    def visit(name: str) -> None:
        if name in done:
            return
        if name in open_modules:
            raise ModuleError(f"Modules import each other: {' → '.join([*open_modules, name])}.")
        if name not in sources:
            importer = open_modules[-1] if open_modules else "nothing"
            raise ModuleError(f"There is no module {name}, which {importer} imports.")
        open_modules.append(name)
        module = _take_apart(name, sources[name])
        for imported, _ in module.imports:
            visit(imported)
        open_modules.pop()
        done[name] = module

    visit(entry)
    return list(done.values())


def _take_apart(name: str, source: str) -> _Module:
    if _DYNAMIC_IMPORT.search(source):
        raise ModuleError(f"{name} imports while it runs, and there is nothing to import from.")
    for own in (_MODULES, _DEFAULT_EXPORT):
        if own in source:
            raise ModuleError(f"{name} uses the name {own}, which is needed for joining.")
    imports: list[tuple[str, tuple[str, ...]]] = []
    exports: list[str] = []
    has_default = False
    lines = []
    for number, line in enumerate(source.splitlines(), start=1):
        if not re.match(r"(?:import|export)\b", line):
            lines.append(line)
        elif found := _IMPORT.fullmatch(line):
            imported, names = found["module"], found["names"]
            imports.append((imported, tuple(names.split(", "))))
            lines.append(f'const {{ {names} }} = {_MODULES}["{imported}"];')
        elif found := _EXPORT.match(line):
            exports.append(found["name"])
            lines.append(line[found.end() :])
        elif (found := _DEFAULT.match(line)) and not has_default:
            has_default = True
            lines.append(f"{_DEFAULT_EXPORT} = {line[found.end() :]}")
        else:
            raise ModuleError(f"{name}, line {number}: no such import or export here: {line}")
    return _Module(name, tuple(imports), tuple(exports), has_default, "\n".join(lines))
