"""Source files as syntax trees."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Iterator
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final

from heapnb.errors import MissingExtraError

if TYPE_CHECKING:
    from tree_sitter import Language, Node

EXTRA: Final = "source"

LARGEST: Final = 4 << 20
"""Bytes of a file that is still parsed. Bundles may be larger; their originals are not."""

_TYPESCRIPT: Final = (".ts", ".mts", ".cts")
_TSX: Final = (".tsx",)

_NAMES: Final = frozenset(
    {
        "identifier",
        "property_identifier",
        "private_property_identifier",
        "shorthand_property_identifier",
        "shorthand_property_identifier_pattern",
        "string_fragment",
    }
)
"""Types of the nodes that are a name, or the text of a string that may be one."""

_MOST_BYTES: Final = 64 << 20
"""Of texts whose trees the process remembers."""

_WORD: Final = rb"[\w$#]"

_remembered: OrderedDict[tuple[str, bytes], SourceFile] = OrderedDict()


class SourceFile:
    """A parsed file.

    Parameters
    ----------
    name : str
        Its path, as locations name it.
    text : bytes
        Its text in UTF-8.
    root : tree_sitter.Node
        The tree.
    """

    def __init__(self, name: str, text: bytes, root: Node) -> None:
        self.name = name
        self.text = text
        self.root = root
        self.known: dict[Any, Any] = {}
        """What other modules have found out about the file, to find it out only once."""

    def __repr__(self) -> str:
        return f"SourceFile({self.name!r})"

    @cached_property
    def _starts(self) -> list[int]:
        """At which byte each line begins."""
        return [0, *(match.end() for match in re.finditer(rb"\n", self.text))]

    def occurrences(self, name: str) -> Iterator[Node]:
        """Find the nodes that are a name, in the order of the text.

        Parameters
        ----------
        name : str
            Of a variable or a property, or the text of a string.

        Yields
        ------
        tree_sitter.Node
        """
        wanted = name.encode("utf-8", "surrogatepass")
        if not wanted:
            return
        # `#open` must not be found in `this.#open2`, nor `open` in `#open`.
        before = b"" if wanted[:1] == b"#" else rb"(?<!%b)" % _WORD
        for match in re.finditer(before + re.escape(wanted) + rb"(?!%b)" % _WORD, self.text):
            node = self.root.descendant_for_byte_range(match.start(), match.end())
            if node is not None and node.type in _NAMES and text_of(node) == name:
                yield node

    def node_at(self, line: int, column: int) -> Node | None:
        """Find the smallest node at a place.

        Parameters
        ----------
        line, column : int
            From 1; columns in UTF-16 code units.

        Returns
        -------
        tree_sitter.Node or None
            None if the text has no such place.
        """
        if not 1 <= line <= len(self._starts):
            return None
        content = self._line(line)
        units = content.decode("utf-8", "replace").encode("utf-16-le", "surrogatepass")
        before = units[: 2 * (column - 1)].decode("utf-16-le", "replace")
        if 2 * (column - 1) > len(units):
            return None
        at = self._starts[line - 1] + len(before.encode("utf-8", "surrogatepass"))
        return self.root.descendant_for_byte_range(at, min(at + 1, len(self.text)))

    def place_of(self, node: Node) -> tuple[int, int]:
        """Return line and column of the beginning of a node, as `node_at` takes them."""
        row, at = node.start_point
        # The parser ends lines at `\n` only, and counts bytes.
        start = node.start_byte - at
        line = row + 1
        before = self.text[start : node.start_byte].decode("utf-8", "replace")
        return line, len(before.encode("utf-16-le", "surrogatepass")) // 2 + 1

    def line_text(self, line: int) -> str:
        """Return a line, counted from 1, without the blanks around it."""
        return self._line(line).decode("utf-8", "replace").strip()

    def _line(self, line: int) -> bytes:
        start = self._starts[line - 1]
        end = self._starts[line] if line < len(self._starts) else len(self.text)
        return self.text[start:end]


def text_of(node: Node) -> str:
    """Return the text of a node."""
    return (node.text or b"").decode("utf-8", "replace")


def is_available() -> bool:
    """Tell whether the extra ``source`` is installed."""
    try:
        _languages()
    except MissingExtraError:
        return False
    return True


def parse(name: str, text: str) -> SourceFile | None:
    """Parse a file; remember it, for the case that it is asked for again.

    Parameters
    ----------
    name : str
        Its path; the ending says whether it is TypeScript.
    text : str
        Its text.

    Returns
    -------
    SourceFile or None
        None if it is too large, or mostly no JavaScript.

    Raises
    ------
    MissingExtraError
        Without the extra ``source``.
    """
    content = text.encode("utf-8", "replace")
    if len(content) > LARGEST:
        return None
    key = (name, hashlib.blake2b(content, digest_size=16).digest())
    known = _remembered.get(key)
    if known is None:
        from tree_sitter import Parser

        parser = Parser(_languages()[_language_of(name)])
        known = SourceFile(name, content, parser.parse(content).root_node)
        _remembered[key] = known
        while sum(len(one.text) for one in _remembered.values()) > _MOST_BYTES:
            _remembered.popitem(last=False)
    _remembered.move_to_end(key)
    return None if known.root.type == "ERROR" else known


def _language_of(name: str) -> str:
    path = name.partition("?")[0].lower()
    if path.endswith(_TSX):
        return "tsx"
    return "typescript" if path.endswith(_TYPESCRIPT) else "javascript"


@cache
def _languages() -> dict[str, Language]:
    try:
        import tree_sitter_javascript as javascript
        import tree_sitter_typescript as typescript
        from tree_sitter import Language
    except ImportError:
        raise MissingExtraError("Finding lines in source code", EXTRA) from None
    return {
        "javascript": Language(javascript.language()),
        "typescript": Language(typescript.language_typescript()),
        "tsx": Language(typescript.language_tsx()),
    }


__all__ = ["EXTRA", "LARGEST", "SourceFile", "is_available", "parse", "text_of"]
