"""What the node types of V8 are, and the sets that differ."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from heapnb import vocab
from heapnb.analysis.retention.retaining_tree import USER_TYPES

STRINGS = {"string", "concatenated string", "sliced string"}
ENGINE = {"array", "hidden", "code", "object shape"}
OBJECTS = {"object", "closure", "regexp", "native"}
PRIMITIVES = {*STRINGS, "number", "symbol", "bigint"}


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        (vocab.OBJECT_TYPES, OBJECTS),
        (vocab.STRING_TYPES, STRINGS),
        (vocab.COMPOSED_STRING_TYPES, STRINGS - {"string"}),
        (vocab.PRIMITIVE_TYPES, PRIMITIVES),
        (vocab.LITERAL_TYPES, {"number", "bigint", "symbol", "regexp"}),
        (vocab.PROGRAM_TYPES, OBJECTS | PRIMITIVES),
        (vocab.ENGINE_TYPES, ENGINE),
        (vocab.SYSTEM_TYPES, ENGINE - {"array"}),
        (vocab.OTHER_TYPES, ENGINE | {"synthetic"}),
        (vocab.BACKING_TYPES, {"array", "hidden"}),
        (USER_TYPES, OBJECTS | PRIMITIVES | {"array", "synthetic"}),
    ],
)
def test_what_each_set_selects(types: Collection[str], expected: set[str]) -> None:
    assert set(types) == expected
    assert len(types) == len(expected)
    assert expected <= set(vocab.V8_NODE_TYPES)


def test_a_type_is_either_of_the_program_or_not() -> None:
    assert sorted((*vocab.PROGRAM_TYPES, *vocab.OTHER_TYPES)) == sorted(vocab.V8_NODE_TYPES)


def test_the_order_of_types_is_that_of_v8() -> None:
    assert vocab.V8_NODE_TYPES.index("sliced string") == 11
    assert vocab.STRING_TYPES == ("string", "concatenated string", "sliced string")


def test_classes_of_the_engine() -> None:
    assert set(vocab.ENGINE_CLASSES) == {
        "(system)",
        "(compiled code)",
        "(array)",
        "(object shape)",
        "(internal)",
    }
    assert {name for name, text in vocab.CLASS_OF_TYPE.items() if text is None} == {
        "object",
        "native",
    }
