"""Texts that people read use plain words: no text has one of the phrases below."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import click
import pytest

from heapnb.cli.app import application
from tests.conftest import PACKAGE, ROOT

FORBIDDEN: Final = {
    r"pil(?:e|es|ed|ing)": "accumulate, grow; an accumulation",
    r"courses?": "trend",
    r"turn(?:s|ed|ing)?": "iteration, become, change",
    r"mend(?:s|ed|ing)?": "fix",
    r"what (?:came|comes|went|goes|stayed|stays)(?! wrong)": "name it: added, removed, survivors",
    r"let(?:s|ting)? go": "release, free, remove",
    r"look(?:s|ed|ing)? through": "search",
    r"(?:is|are|was|were) looked for": "heapnb searches for; the filter matches",
    r"as ever": "delete it",
    r"no few": "no small set of",
    r"(?<!there )(?:is|are|was|were) no(?! longer|-)": "say what it is, or what it must be",
    r"(?:take|takes|taken|taking|took)(?: \w+)? off": "remove",
    r"\*\*Looks like": "**In the heap:**",
    r"\*\*Why": "**Cause:**",
    r"(?:last|first|snapshot) but one": "the interval, the second last snapshot",
    r"all through the series": "in every interval",
    r"no whole number": "not a multiple of",
    r"whoever": "name the reader, or use the imperative",
    r"nothing forgotten": "say what it is: an unbounded backlog",
    r"ways? (?:from|up|down|through|round|around|back)": "path",
    r"ways? to (?:the |a )?(?:GC )?roots?": "path",
    r"at hand": "available",
}
"""Regular expressions for whole words, and what to write instead."""

ALLOWED: Final = {
    r"turned into the wind": "an example that shows the form of an entry",
}
"""Text around a phrase in which it may stand, and the reason."""

PATTERN: Final = re.compile(
    "|".join(rf"(?<!\w){phrase}(?!\w)" for phrase in FORBIDDEN), re.IGNORECASE
)
EXCUSED: Final = re.compile("|".join(ALLOWED))
_JS_TOKEN: Final = re.compile(
    r"//[^\n]*|/\*.*?\*/"
    r'|"(?:\\.|[^"\\\n])*"' + r"|'(?:\\.|[^'\\\n])*'" + r"|`(?:\\.|[^`\\])*`",
    re.DOTALL,
)


class Text(NamedTuple):
    """A text and where it is."""

    place: str
    text: str


def found_in(texts: Iterator[Text]) -> list[str]:
    """Return what is found: place, phrase and the words around it."""
    found = []
    for place, text in texts:
        line = " ".join(text.split())
        excused = [range(*match.span()) for match in EXCUSED.finditer(line)]
        for match in PATTERN.finditer(line):
            if not any(match.start() in span for span in excused):
                around = line[max(match.start() - 40, 0) : match.end() + 40]
                found.append(f"{place}: {match[0]!r} in {around!r}")
    return found


def is_public(path: tuple[str, ...]) -> bool:
    return not any(name.startswith("_") and not name.startswith("__") for name in path)


def documented(tree: ast.Module) -> Iterator[tuple[tuple[str, ...], ast.expr]]:
    """Yield each docstring with the names that lead to it."""
    stack: list[tuple[tuple[str, ...], ast.AST]] = [((), tree)]
    while stack:
        path, node = stack.pop()
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield path, first.value
            for child in ast.iter_child_nodes(node):
                name = getattr(child, "name", None)
                stack.append(((*path, name) if isinstance(name, str) else path, child))


def python_texts() -> Iterator[Text]:
    """Yield string literals, and docstrings of public names."""
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text())
        hidden = {id(node) for names, node in documented(tree) if not is_public(names)}
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in hidden
            ):
                yield Text(f"{path.relative_to(PACKAGE.parent)}:{node.lineno}", node.value)


def javascript_texts() -> Iterator[Text]:
    """Yield string literals of the browser's modules."""
    for path in sorted(PACKAGE.rglob("*.js")):
        text = path.read_text()
        for match in _JS_TOKEN.finditer(text):
            if not match[0].startswith("/"):
                line = text.count("\n", 0, match.start()) + 1
                yield Text(f"{path.relative_to(PACKAGE.parent)}:{line}", match[0])


def template_texts() -> Iterator[Text]:
    """Yield lines of templates, without the comments that no reader sees."""
    for pattern in ("*.html", "*.j2", "*.jinja", "*.md"):
        for path in sorted(PACKAGE.rglob(pattern)):
            name = path.relative_to(PACKAGE.parent)
            yield Text(str(name), re.sub(r"\{#.*?#\}", "", path.read_text()))


def document_texts() -> Iterator[Text]:
    for folder in (".", "docs", "docs/site", "notebooks", "sample_snapshots"):
        for path in sorted((ROOT / folder).glob("*.md")):
            yield Text(str(path.relative_to(ROOT)), path.read_text())
    yield Text("Makefile", (ROOT / "Makefile").read_text())


def notebook_texts() -> Iterator[Text]:
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for number, cell in enumerate(json.loads(path.read_text())["cells"]):
            yield Text(f"{path.name}, cell {number}", "".join(cell["source"]))


def help_texts() -> Iterator[Text]:
    """Yield ``--help`` of every command."""
    stack: list[tuple[str, click.Command]] = [("heapnb", application)]
    while stack:
        name, command = stack.pop()
        # A command keeps its help option: made without these settings, it lacks `-h` from then on.
        context = click.Context(command, info_name=name, **application.context_settings)
        yield Text(f"{name} --help", command.get_help(context))
        if isinstance(command, click.Group):
            stack.extend((f"{name} {child}", it) for child, it in command.commands.items())


@pytest.mark.parametrize(
    "texts",
    [
        python_texts,
        javascript_texts,
        template_texts,
        document_texts,
        notebook_texts,
        help_texts,
    ],
    ids=lambda texts: texts.__name__,
)
def test_texts_use_plain_words(texts: object) -> None:
    assert callable(texts)
    found = found_in(texts())
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Objects pile up in a Map.", "pile"),
        ("What came with the first\nwork is suspect.", "What came"),
        ("listeners that nobody takes off", "takes off"),
        ("take it off when done", "take it off"),
        ("0 s is no time to wait for.", "is no"),
        ("after the last snapshot but one", "snapshot but one"),
    ],
)
def test_phrases_are_found(text: str, phrase: str) -> None:
    (found,) = found_in(iter([Text("here", text)]))
    assert f"{phrase!r} in" in found


@pytest.mark.parametrize(
    "text", ["compile", "recommended", "return", "there is no entry", "it is no longer held"]
)
def test_plain_words_pass(text: str) -> None:
    assert not found_in(iter([Text("here", text)]))
