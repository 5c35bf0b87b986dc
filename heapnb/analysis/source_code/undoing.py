"""What undoes an addition by the value that it returned: ``stop()``, ``clearInterval(timer)``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from heapnb.analysis.source_code.method_names import REMOVING_VERBS
from heapnb.analysis.source_code.parse import SourceFile, text_of
from heapnb.analysis.source_code.search import Operation
from heapnb.analysis.source_code.syntax import mark_of

if TYPE_CHECKING:
    from tree_sitter import Node

_UNDOING: Final = re.compile(r"(?i)un|off|stop|dispos|cancel|remov|clear|clos|releas|destroy|end")
_NAMES: Final = frozenset({"identifier", "property_identifier", "private_property_identifier"})


def undoing(adds: Iterable[Operation]) -> list[Operation]:
    """Find the calls that undo additions.

    Parameters
    ----------
    adds : iterable of Operation
        The additions.

    Returns
    -------
    list of Operation
        All of them remove.
    """
    found = []
    for add in adds:
        above = add.node.parent
        if above is None:
            continue
        handle = above.child_by_field_name("name") or above.child_by_field_name("left")
        if handle is not None and handle != add.node:
            found += [
                Operation("remove", add.file, call, mark_of(call), 1.0)
                for call in _calls_with(add.file, handle)
            ]
    return found


def _calls_with(file: SourceFile, handle: Node) -> Iterator[Node]:
    """Find ``handle()``, ``clearTimeout(handle)`` and ``handle.close()`` in a file."""
    name = handle.child_by_field_name("property") or handle
    if name.type not in _NAMES:
        return
    for node in file.occurrences(text_of(name)):
        whole = node.parent if handle.type == "member_expression" else node
        if whole is None or text_of(whole) != text_of(handle) or whole == handle:
            continue
        above = whole.parent
        if above is None:
            continue
        if above.type == "call_expression" and above.child_by_field_name("function") == whole:
            if _UNDOING.match(text_of(name)):
                yield above
        elif above.type == "arguments" and above.parent is not None:
            if text_of(mark_of(above.parent)).startswith("clear"):
                yield above.parent
        elif above.type == "member_expression" and above.parent is not None:
            method = above.child_by_field_name("property")
            is_undoing = method is not None and text_of(method) in REMOVING_VERBS
            if is_undoing and above.parent.type == "call_expression":
                yield above.parent


__all__ = ["undoing"]
