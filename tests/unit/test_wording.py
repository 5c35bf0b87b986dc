"""Every fact that a detector returns has a sentence, and every sentence is reached."""

from __future__ import annotations

import ast
import itertools
import pickle
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from types import FrameType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from heapnb.analysis.diagnosis.detectors import DETECTORS
from heapnb.analysis.diagnosis.detectors.other import OtherFacts
from heapnb.analysis.diagnosis.detectors.unbounded_collection import CollectionFacts
from heapnb.analysis.diagnosis.facts import Facts, Group, Remark
from heapnb.analysis.diagnosis.names import Anchor
from heapnb.analysis.diagnosis.places import Lines, Place
from heapnb.analysis.rss_findings import HANDLE_KINDS
from heapnb.views import wording
from heapnb.views.wording.handles import CLOSING
from heapnb.views.wording.registry import sentence_for, words_for
from tests.conftest import PACKAGE
from tests.unit.test_report import a_series, a_suspect

ABSTRACT = {Facts, CollectionFacts, Remark}
"""Facts that no detector returns: what several have in common."""

SIZES_OF = (1_000, 5_000, 7_000)
GROUPS = (
    Group("Session", "", "", "lib/app.js:1:2", (20, 100, 260), SIZES_OF),
    Group("Map", "", "Session", None, (20, 100), SIZES_OF, survival=0.4),
    Group("Function", "`poll` closures", "", None, (20, 100), SIZES_OF, survival=0.9),
    Group("(string)", "", "", None, (7,), SIZES_OF, is_content=True),
    Group("Session", "", "", None, (20, 100), SIZES_OF, survival=1.0, released=(0, 100)),
    Group("Session", "", "", None, (20, 100), SIZES_OF, survival=0.5, released=(50, 100)),
)
ANCHORS = (
    Anchor(
        "sessions", "the property `sessions` of an App (`app.sessions`)", "App", "app.sessions", 2
    ),
    Anchor("jobs", "the module variable `jobs` of lib/jobs.js", "system / Context", "jobs", 1),
)
NUMBERS = (0, 1, 3, 250, 60_000, 1000)
TEXTS = ("", "name", "process", "AbortSignal", "Socket", "TCPSocketWrap")


def leaves(kind: type) -> set[type]:
    """Return the classes of facts that detectors return."""
    subclasses: list[type] = kind.__subclasses__()
    found = {kind}.union(*(leaves(below) for below in subclasses))
    return {one for one in found if one.__module__.startswith("heapnb.")} - ABSTRACT


def samples(hint: Any) -> tuple[Any, ...]:
    """Return values of a type: enough of them to reach every sentence."""
    if hint is Group:
        return GROUPS
    if hint is Anchor:
        return ANCHORS
    if hint is Facts:
        # Those of a plug-in, which writes about them.
        return (Facts(GROUPS[0], ANCHORS[0]),)
    if hint is bool:
        return (True, False)
    if hint is int:
        return NUMBERS
    if hint is float:
        return (0.0, 0.25, 1.0)
    if hint is str:
        return TEXTS
    if get_origin(hint) is Literal:
        return get_args(hint)
    if get_origin(hint) is tuple:
        (item, *_) = get_args(hint)
        return ((), *((one,) for one in samples(item) if one), tuple(samples(item)[1:3]))
    if get_origin(hint) is UnionType:
        return (
            None,
            *(one for kind in get_args(hint) if kind is not type(None) for one in samples(kind)),
        )
    assert is_dataclass(hint), hint
    return tuple(made(hint))


def made(kind: Any) -> Iterator[Any]:
    """Make facts: each field takes each of its values, and all pairs of the first few."""
    hints = get_type_hints(kind)
    values = {
        field.name: tuple(
            one for one in samples(hints[field.name]) if one != "" or may_be_empty(kind, field.name)
        )
        for field in fields(kind)
    }
    for few in itertools.product(*(each[:2] for each in values.values())):
        yield kind(*few)
    for name, each in values.items():
        for one in each:
            yield kind(**{key: one if key == name else every[-1] for key, every in values.items()})


def may_be_empty(kind: type, name: str) -> bool:
    """Tell whether the documentation of a field says so."""
    documented = re.search(
        rf"^    {name} : .*\n((?:        .*\n)+)", kind.__doc__ or "", re.MULTILINE
    )
    return documented is not None and "empty" in documented[1].lower()


CAUSES = sorted(leaves(Facts), key=lambda kind: kind.__name__)
REMARKS = sorted(leaves(Remark), key=lambda kind: kind.__name__)


def test_all_facts_have_sentences_and_all_sentences_have_facts() -> None:
    assert set(CAUSES) == {kind for kind in words_for.registry if kind is not object}
    assert set(REMARKS) == {kind for kind in sentence_for.registry if kind is not object}
    assert len(CAUSES) >= len({detector.kind for detector in DETECTORS})


def check(text: str) -> None:
    assert text == text.strip()
    assert text.endswith(".")
    assert "  " not in text
    assert not re.search(r"\bNone\b(?! of)|<|``|(?<!\w)\(\)| \.|\.\.|, ,| ,", text), text
    assert text[0].isupper() or text[0] in "`0123456789", text
    assert text.count("`") % 2 == 0, text


@pytest.mark.parametrize("kind", CAUSES, ids=lambda kind: kind.__name__)
def test_what_is_said_of_a_cause(kind: Any) -> None:
    for facts in made(kind):
        explanation, fix = words_for(facts)
        check(explanation)
        check(fix)
        series = (facts.group.counts, facts.group.sizes)
        assert any(" → ".join(f"{n:,}" for n in one) in explanation for one in series)


@pytest.mark.parametrize("kind", REMARKS, ids=lambda kind: kind.__name__)
def test_what_is_said_beside_a_cause(kind: Any) -> None:
    for remark in made(kind):
        check(sentence_for(remark))


def test_every_sentence_is_reached() -> None:
    folder = Path(wording.__file__).parent
    families = {str(folder / f"{name}.py") for name in wording.families.__all__}
    reached: dict[str, set[int]] = {name: set() for name in families}

    def follow(frame: FrameType, event: str, _argument: object) -> Callable[..., Any] | None:
        name = frame.f_code.co_filename
        if name not in families:
            return None
        if event == "line":
            reached[name].add(frame.f_lineno)
        return follow

    before = sys.gettrace()
    sys.settrace(follow)
    try:
        for kind in CAUSES:
            for facts in made(kind):
                words_for(facts)
        for kind in REMARKS:
            for remark in made(kind):
                sentence_for(remark)
    finally:
        sys.settrace(before)
    missed = [
        f"{Path(name).name}:{node.lineno}"
        for name in sorted(families)
        for function in ast.walk(ast.parse(Path(name).read_text()))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Return | ast.Assign | ast.AugAssign)
        and not reached[name] & set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    ]
    assert not missed


@pytest.mark.parametrize("kind", [*CAUSES, *REMARKS], ids=lambda kind: kind.__name__)
def test_a_detector_returns_each_kind(kind: type) -> None:
    source = Path(sys.modules[kind.__module__].__file__ or "").read_text()
    uses = re.findall(rf"(?<!class )\b{kind.__name__}\b", source)
    assert uses, "facts that nothing returns"


def test_facts_are_plain() -> None:
    """No facts hold a graph: a suspect can be stored, and compared, without its heap."""
    for kind in (*CAUSES, *REMARKS, Group, Anchor):
        hints = get_type_hints(kind)
        for hint in hints.values():
            assert all(plain(each) for each in samples(hint)), (kind, hint)


def plain(value: object) -> bool:
    if isinstance(value, tuple):
        return all(plain(each) for each in value)
    if is_dataclass(value):
        return all(plain(getattr(value, field.name)) for field in fields(value))
    return value is None or isinstance(value, str | int | float)


def test_facts_survive_storage_and_are_compared_by_value() -> None:
    for kind in (*CAUSES, *REMARKS):
        for facts in made(kind):
            again = pickle.loads(pickle.dumps(facts))
            assert again == facts
            assert hash(again) == hash(facts)


ADDED = Place("/srv/app/lib/cache.mjs:23:5", "upload", "receipts.set(…)")
REMOVED = Place("/srv/app/lib/cache.mjs:40:5", None, "receipts.delete(…)")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (Lines(), ""),
        (Lines(searched_files=12), ""),
        (Lines((ADDED,), (), 3), " at `lib/cache.mjs:23` in `upload()`."),
        (
            Lines((ADDED,), (), 12, nothing_removes=True),
            "in `upload()`; nothing in the 12 files searched removes any.",
        ),
        (Lines((ADDED,), (), 1, nothing_removes=True), "in the one file searched removes any."),
        (
            Lines((ADDED, REMOVED), (REMOVED,), 12),
            "and `lib/cache.mjs:40`, and removed at `lib/cache.mjs:40`, but not as many.",
        ),
    ],
)
@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.class_name)
def test_lines_are_named_as_far_as_the_source_was_searched(
    lines: Lines, said: str, group: Group
) -> None:
    suspect = replace(a_suspect(a_series()), facts=OtherFacts(group, ANCHORS[0]), lines=lines)
    assert said in suspect.explanation
    assert ("searched" in suspect.explanation) == lines.nothing_removes
    assert ("added at" in suspect.explanation) == bool(lines.added_at and not group.is_content)
    check(suspect.explanation)


def test_every_handle_can_be_closed() -> None:
    assert set(CLOSING) == set(HANDLE_KINDS)


def test_no_detector_writes_sentences() -> None:
    """A name of a thing may be written in the analysis; a sentence ends with a full stop."""
    sentence = re.compile(r"[a-z`)] [^.]*\w[`)]*\.(\s|$)")
    for path in sorted((PACKAGE / "analysis/diagnosis/detectors").rglob("*.py")):
        if path.name == "plugged.py":
            # Its sentences are errors for authors of plug-ins.
            continue
        tree = ast.parse(path.read_text())
        docstrings = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                is_prose = id(node) not in docstrings and sentence.search(node.value)
                assert not is_prose, f"{path.name}:{node.lineno}: {node.value!r}"
