"""The files of a program: which mention a name, and which import what from which."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from heapnb.analysis.source_code.parse import SourceFile, parse, text_of
from heapnb.analysis.source_code.scopes import Binding, binding_of, is_variable, visible_at
from heapnb.analysis.source_code.syntax import assigned_to, object_entries, pattern_entries

if TYPE_CHECKING:
    from tree_sitter import Node

_ENDINGS: Final = (
    *("", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"),
    *("/index.js", "/index.mjs", "/index.cjs", "/index.ts", "/index.tsx"),
)
_COMPILED: Final = {".js": (".ts", ".tsx"), ".mjs": (".mts",), ".cjs": (".cts",)}
"""TypeScript names the compiled file in its imports."""

DEFAULT: Final = "default"
WHOLE: Final = "*"
"""By which a module's exports as an object are meant."""


@dataclass
class Program:
    """Texts by name, parsed when something first asks for a name in them.

    Parameters
    ----------
    texts : mapping of str to str
        By the path or URL that locations name.
    is_of_package : callable, optional
        Tells whether a place in a text, as file, line and column, is code of a package: bundles
        have that in the same file.
    """

    texts: Mapping[str, str]
    is_of_package: Callable[[str, int, int], bool] | None = None
    _files: dict[str, SourceFile | None] = field(default_factory=dict)

    def file(self, name: str) -> SourceFile | None:
        """Return a parsed file, None if it is not there or cannot be parsed."""
        if name not in self._files:
            text = self.texts.get(name)
            self._files[name] = None if text is None else parse(name, text)
        return self._files[name]

    def mentioning(self, word: str) -> Iterator[SourceFile]:
        """Parse the files that contain a word; the others are not looked at any further."""
        for name, text in self.texts.items():
            if word in text and (file := self.file(name)) is not None:
                yield file

    def is_own(self, file: SourceFile, node: Node) -> bool:
        """Tell whether code is the program's, and not a package's in the same bundle."""
        return self.is_of_package is None or not self.is_of_package(file.name, *file.place_of(node))

    @property
    def unread(self) -> list[str]:
        """Files that were too large or no JavaScript, so that nothing is known of them."""
        return [name for name, file in self._files.items() if file is None and name in self.texts]

    def module(self, importer: SourceFile, specifier: str) -> SourceFile | None:
        """Find the file that an import names; None for packages and what is not there."""
        if not specifier.startswith("."):
            return None
        head, separator, path = _split_scheme(importer.name)
        base = posixpath.normpath(posixpath.join(posixpath.dirname(path), specifier))
        stem, ending = posixpath.splitext(base)
        for candidate in (
            *(base + one for one in _ENDINGS),
            *(stem + one for one in _COMPILED.get(ending, ())),
        ):
            if (name := head + separator + candidate) in self.texts:
                return self.file(name)
        return None

    # -- exports ------------------------------------------------------------------------------

    def importers(self, file: SourceFile) -> Iterator[Imported]:
        """Find what other files import from a file."""
        stem = posixpath.splitext(posixpath.basename(file.name.partition("?")[0]))[0]
        word = posixpath.basename(posixpath.dirname(file.name)) if stem == "index" else stem
        for other in self.mentioning(word):
            if other is not file:
                for one in imports_of(other):
                    if self.module(other, one.specifier) is file:
                        yield one

    def exported(self, file: SourceFile, name: str, depth: int = 3) -> Binding | None:
        """Find what an exported name is called in its own file, through what is exported again."""
        for exported, local in exports_of(file):
            if exported == name and local.type in {"identifier", "shorthand_property_identifier"}:
                return binding_of(file, local)
        if depth:
            for node in _children(file.root, "export_statement"):
                source = _specifier(node)
                other = None if source is None else self.module(file, source)
                if other is None:
                    continue
                clause = next(iter(_children(node, "export_clause")), None)
                inner = name if clause is None else _inner_name(clause, name)
                if inner is not None:
                    found = self.exported(other, inner, depth - 1)
                    if found is not None:
                        return found
        return None

    def imported(self, binding: Binding) -> Binding | None:
        """Follow an imported name, or one that `require` gave, to its declaration."""
        for one in imports_of(binding.file):
            if one.binding == binding and one.name != WHOLE:
                file = self.module(binding.file, one.specifier)
                return None if file is None else self.exported(file, one.name)
        return None

    def package_of(self, binding: Binding) -> str | None:
        """Return the package or module of the runtime that a name was imported from."""
        for one in imports_of(binding.file):
            if one.binding == binding:
                return one.specifier
        return None


@dataclass(frozen=True)
class Imported:
    """A name that a file imports, or an expression for all that a module exports.

    Parameters
    ----------
    file : SourceFile
        The importing file.
    specifier : str
        As the file writes it.
    name : str
        What is imported; ``*`` for all of it as an object.
    binding : Binding or None
        What it is called here.
    node : tree_sitter.Node or None
        The expression, where it has no name.
    """

    file: SourceFile
    specifier: str
    name: str
    binding: Binding | None = None
    node: Node | None = None


def imports_of(file: SourceFile) -> list[Imported]:
    """Find all imports and calls of `require` in a file; once for each file."""
    found: list[Imported] | None = file.known.get("imports")
    if found is None:
        found = [*_import_statements(file), *_requires(file)]
        file.known["imports"] = found
    return found


def _import_statements(file: SourceFile) -> Iterator[Imported]:
    for statement in _children(file.root, "import_statement"):
        specifier = _specifier(statement)
        if specifier is None:
            continue
        for clause in _children(statement, "import_clause"):
            for part in clause.named_children:
                if part.type == "identifier":
                    yield _named(file, specifier, DEFAULT, part)
                elif part.type == "namespace_import":
                    yield from (
                        _named(file, specifier, WHOLE, one) for one in _children(part, "identifier")
                    )
                elif part.type == "named_imports":
                    for one in part.named_children:
                        name = one.child_by_field_name("name")
                        local = one.child_by_field_name("alias") or name
                        if name is not None and local is not None:
                            yield _named(file, specifier, text_of(name), local)


def _named(file: SourceFile, specifier: str, name: str, local: Node) -> Imported:
    return Imported(file, specifier, name, visible_at(file, local, text_of(local)))


def _requires(file: SourceFile) -> Iterator[Imported]:
    for word in ("require", "import", "getBuiltinModule", "__importDefault", "__importStar"):
        for call in _calls(file, word):
            arguments = call.child_by_field_name("arguments")
            first = arguments.named_children[0] if arguments and arguments.named_children else None
            if first is None or first.type != "string":
                continue
            specifier = text_of(first)[1:-1]
            node = _unwrapped(call)
            above = node.parent
            target = None
            if above is not None and above.type == "variable_declarator":
                target = above.child_by_field_name("name")
            if target is None:
                yield Imported(file, specifier, WHOLE, node=node)
            elif target.type == "identifier":
                yield _named(file, specifier, WHOLE, target)
            elif target.type == "object_pattern":
                for key, local in pattern_entries(target):
                    yield _named(file, specifier, key, local)


def _calls(file: SourceFile, word: str) -> Iterator[Node]:
    """Find calls of a function by its name: ``require(…)``, ``process.getBuiltinModule(…)``."""
    if word == "import":
        yield from dynamic_imports(file)
        return
    for node in file.occurrences(word):
        called = node.parent if node.parent and node.parent.type == "member_expression" else node
        above = called.parent
        if above is not None and above.type == "call_expression":
            yield above


def dynamic_imports(file: SourceFile) -> Iterator[Node]:
    """Find ``import(…)``, whose name is a keyword."""
    start = 0
    while (at := file.text.find(b"import(", start)) >= 0:
        start = at + 1
        node = file.root.descendant_for_byte_range(at, at + len("import"))
        while node is not None and node.type == "import":
            node = node.parent
        if node is not None and node.type == "call_expression":
            yield node


def _unwrapped(call: Node) -> Node:
    """Climb out of ``await``, parentheses and what compilers put around `require`."""
    node = call
    while (above := node.parent) is not None:
        if above.type in {"await_expression", "parenthesized_expression"}:
            node = above
        elif (
            above.type == "arguments"
            and above.parent is not None
            and (function := above.parent.child_by_field_name("function")) is not None
            and "__import" in text_of(function)
        ):
            node = above.parent
        else:
            return node
    return node


def exports_of(file: SourceFile) -> list[tuple[str, Node]]:
    """Find what a file exports: names, and the expressions or identifiers behind them."""
    found: list[tuple[str, Node]] | None = file.known.get("exports")
    if found is None:
        found = [*_export_statements(file), *_assigned_exports(file)]
        file.known["exports"] = found
    return found


def exported_names(binding: Binding) -> set[str]:
    """Find the names by which a file exports a name of its own."""
    return {
        name
        for name, local in exports_of(binding.file)
        if is_variable(local) and binding_of(binding.file, local) == binding
    }


def _export_statements(file: SourceFile) -> Iterator[tuple[str, Node]]:
    for statement in _children(file.root, "export_statement"):
        declaration = statement.child_by_field_name("declaration")
        value = statement.child_by_field_name("value")
        is_default = any(child.type == "default" for child in statement.children)
        if declaration is not None:
            declared = (
                [one.child_by_field_name("name") for one in declaration.named_children]
                if declaration.type.endswith("_declaration")
                and declaration.type.startswith(("lexical", "variable"))
                else [declaration.child_by_field_name("name")]
            )
            for name in declared:
                if name is not None and name.type in {"identifier", "type_identifier"}:
                    yield (DEFAULT if is_default else text_of(name)), name
        elif value is not None:
            yield DEFAULT, value
        elif _specifier(statement) is None:
            for clause in _children(statement, "export_clause"):
                for one in clause.named_children:
                    name = one.child_by_field_name("name")
                    alias = one.child_by_field_name("alias") or name
                    if name is not None and alias is not None:
                        yield text_of(alias), name


def _assigned_exports(file: SourceFile) -> Iterator[tuple[str, Node]]:
    """Find ``exports.a = …``, ``module.exports.a = …`` and ``module.exports = {a, b: …}``."""
    for node in file.occurrences("exports"):
        above = node.parent
        whole = node
        if above is not None and above.type == "member_expression":
            member = above.child_by_field_name("property")
            if member == node:
                whole = above
                above = above.parent
        elif node.type != "identifier":
            continue
        if above is None:
            continue
        if above.type == "member_expression" and above.child_by_field_name("object") == whole:
            name = above.child_by_field_name("property")
            value = assigned_to(above)
            if name is not None and value is not None:
                yield text_of(name), value
        elif above.type == "assignment_expression" and whole != node:
            value = above.child_by_field_name("right")
            if value is None:
                continue
            if value.type == "object":
                yield from object_entries(value)
            yield WHOLE, value
            yield DEFAULT, value


def _inner_name(clause: Node, name: str) -> str | None:
    for one in clause.named_children:
        inner = one.child_by_field_name("name")
        alias = one.child_by_field_name("alias") or inner
        if inner is not None and alias is not None and text_of(alias) == name:
            return text_of(inner)
    return None


def _specifier(statement: Node) -> str | None:
    source = statement.child_by_field_name("source")
    return None if source is None else text_of(source)[1:-1]


def _children(node: Node, kind: str) -> list[Node]:
    return [child for child in node.named_children if child.type == kind]


def _split_scheme(name: str) -> tuple[str, str, str]:
    head, separator, path = name.partition("://")
    return (head, separator, path) if separator else ("", "", name)
