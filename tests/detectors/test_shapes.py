"""Programs that leak by the shape of what they keep are diagnosed as their author knows them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

import heapnb as hn
from tests.detectors.conftest import Capture, Diagnose

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Expected:
    """What the first suspect has to say."""

    kind: str
    class_name: str
    anchor: str
    explanation: str = ""


EXPECTED = {
    "buffer_slices": Expected("buffers", "Buffer", "`headers` of a HeaderIndex", "20,000 bytes"),
    "buffer_pool": Expected("buffers", "Buffer", "`keys`", "keeps the whole slab"),
    "external_memory": Expected("buffers", "Uint8Array", "`uploads`", "3,000 bytes"),
    "sliced_strings": Expected("sliced-strings", "{title}", "`titles`", "30,016 bytes"),
    "ropes": Expected("growing-string", "(concatenated string)", "`text` of a Transcript"),
    "duplicate_strings": Expected(
        "unbounded-array", "{id, country}", "`rows`", "299 strings repeat another one"
    ),
    "weak_map": Expected(
        "unbounded-set",
        "Connection",
        "`connections`",
        "300 of them are keys of the WeakMap `statistics`, which keeps a Statistics for each",
    ),
    "weak_map_value": Expected(
        "weak-map", "AccessRecord", "the WeakMap `accessOf` keeps for a Server", "`server`"
    ),
    "weak_refs": Expected(
        "unbounded-map", "WeakRef", "`cache`", "A WeakRef does not keep its target alive"
    ),
    "finalization_registry": Expected(
        "finalization-registry", "FileHandle", "`registry`", "second argument of `register`"
    ),
    "errors": Expected(
        "errors-and-stacks", "RequestError", "`failures` of a Monitor", "Until `stack` is read"
    ),
    "call_sites": Expected("errors-and-stacks", "Array", "`traces`", "call sites"),
    "metric_labels": Expected(
        "metric-labels", "{value, labels}", "`hashMap` of a Counter", "The label `path` has 300"
    ),
    "compiled_templates": Expected("compiled-code", "Function", "`compiled`", "300 scripts"),
    "schemas": Expected("compiled-code", "SchemaEnv", "`_cache` of a Validator", "300 scripts"),
    "regexps": Expected("compiled-code", "RegExp", "`patterns`", "Regular expressions"),
    "trace_buffer": Expected(
        "unbounded-array", "{name, tags}", "`finishedSpans` of a Tracer", "is a log"
    ),
    "globals": Expected("undeclared-global", "Order", "`lastOrders` of the global object"),
    "grown_builtin": Expected("unbounded-array", "Plugin", "`plugins` of an Intl"),
    "hidden_classes": Expected("unbounded-map", "Object", "`sessions`", "300 hidden classes"),
}
"""By program."""

HEALTHY = ("warm_up", "deleted_entries")


@pytest.mark.parametrize("program", EXPECTED)
def test_first_suspect(program: str, diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(program)
    expected = EXPECTED[program]
    assert diagnosis.verdict == "leak"
    suspect = diagnosis.suspects[0]
    assert (suspect.kind, suspect.class_name) == (expected.kind, expected.class_name)
    assert expected.anchor in suspect.anchor
    assert expected.explanation in suspect.explanation
    assert suspect.location is not None
    assert f"{program}.cjs" in suspect.location
    assert suspect.count_delta in {0, 240}


@pytest.mark.parametrize("program", EXPECTED)
def test_no_one_else_is_accused(program: str, diagnosed: Diagnose) -> None:
    confident = [s for s in diagnosed(program).suspects if s.confidence >= 0.5]
    assert len(confident) == 1


@pytest.mark.parametrize("program", HEALTHY)
def test_nothing_is_suspected_in_a_healthy_program(program: str, diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(program)
    assert diagnosis.verdict == "no-leak"
    assert diagnosis.suspects == ()


def test_warming_up_is_said_to_be_that(diagnosed: Diagnose) -> None:
    assert "modules loaded on first use" in diagnosed("warm_up").reason


def test_duplicate_strings_of_a_program(capture: Capture) -> None:
    table = hn.load(capture("duplicate_strings")[-1], progress=False).duplicate_strings()
    row = table[table["text"].str.startswith("the United Kingdom")].iloc[0]
    assert row["count"] == 300
    assert row["wasted_size"] == row["size"] * 299 // 300
