"""Leaks through Node's own mechanisms, in small programs that are run and captured."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from heapnb.analysis.diagnosis.suspects import Suspect
from tests.detectors.conftest import DEFAULT_UNITS, Diagnose

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Case:
    """What is to be said about a program.

    ``said`` are texts that the explanation or the fix has to have; ``source`` is what stands in
    the line of the program that the location names.
    """

    program: str
    kind: str
    class_name: str
    anchor: str
    source: str
    said: tuple[str, ...] = ()
    per_unit: int = 1
    units: int = DEFAULT_UNITS

    def __str__(self) -> str:
        return self.program


CASES = (
    Case(
        "emitter",
        "event-listeners",
        "Function",
        "`price` listeners of an EventEmitter (`bus._events.price`)",
        "bus.on('price'",
        ("MaxListenersExceededWarning", "`bus.off('price', listener)`"),
    ),
    Case(
        "once",
        "event-listeners",
        "Function",
        "`drain` listeners of an EventEmitter (`pool._events.drain`)",
        "function retry()",
        ("`once` would remove them, but `drain` has not fired",),
    ),
    Case(
        "event_target",
        "event-listeners",
        "Function",
        "`resize` listeners of an EventTarget (`target`)",
        "addEventListener('resize'",
        ("removeEventListener",),
    ),
    Case(
        "abort_signal",
        "event-listeners",
        "Function",
        "`abort` listeners of an AbortSignal (`shutdown.signal`)",
        "addEventListener('abort'",
        ("`shutdown.signal.removeEventListener('abort', listener)`", "its own signal"),
    ),
    Case(
        "process_on",
        "event-listeners",
        "Function",
        "`exit` listeners of process (`process._events.exit`)",
        "process.on('exit'",
        ("at startup",),
    ),
    Case(
        "keep_alive_listeners",
        "keep-alive-listeners",
        "Function",
        "`timeout` listeners of a Socket (`_events.timeout`) in `agent.freeSockets`",
        "socket.on('timeout'",
        ("reusedSocket", "keep-alive"),
    ),
    Case(
        "interval",
        "timers",
        "Timeout",
        "running timers (`timerListMap`)",
        "setInterval(",
        ("1,000 s", "`clearInterval(timer)`"),
    ),
    Case(
        "timeout_chain",
        "timers",
        "Timeout",
        "running timers",
        "const again",
        ("start them again", "20 ms"),
    ),
    Case("timeout_delays", "timers", "Timeout", "running timers", "setTimeout("),
    Case(
        "timers_promises",
        "timers",
        "Timeout",
        "running timers",
        "async function renewTomorrow",
        ("`renewTomorrow`", "1 d"),
    ),
    Case(
        "pending_promise",
        "pending-promise",
        "Generator",
        "module variable `ready`",
        "await ready;",
        ("`handle`",),
    ),
    Case(
        "property_names",
        "unbounded-dictionary",
        "(string)",
        "module variable `seen`",
        "seen[`user-",
        ("accumulates property names", "`delete seen[key]`"),
    ),
    Case(
        "small_values",
        "unbounded-dictionary",
        "Array",
        "module variable `listeners`",
        "listeners[event]",
    ),
    Case(
        "promise_chain",
        "pending-promise",
        "Promise",
        "module variable `arrive`",
        "then(function handle",
        ("A chain of pending promises", "`handle`", "`while`"),
    ),
    Case("promise_race", "pending-promise", "Batch", "module variable `stopped`", ""),
    Case(
        "suspended",
        "pending-promise",
        "Function",
        "module variable `waiting`",
        "waiting.push(resolve)",
        ("`transfer`", "pending promises"),
    ),
    Case(
        "generators",
        "suspended-calls",
        "rowsOf",
        "module variable `cursors`",
        "cursors.add(cursor)",
        ("`rowsOf`", "have not finished"),
    ),
    Case(
        "als_store",
        "async-local-storage",
        "AsyncResource",
        "module variable `idle`",
        "",
        ("RequestContext",),
    ),
    Case(
        "als_bag",
        "async-local-storage",
        "Note",
        "property `notes`",
        "notes.push(new Note(number))",
        ("Timeout",),
    ),
    Case(
        "async_hooks_map",
        "async-hooks",
        "Span",
        "module variable `spans`",
        "spans.set(asyncId",
        ("`destroy`",),
    ),
    Case(
        "agent_hosts",
        "http-agent",
        "Socket",
        "`freeSockets` of an Agent (`agent.freeSockets`)",
        "",
        ("the number of hosts", "`maxFreeSockets`"),
        per_unit=2,
    ),
    Case(
        "agent_requests",
        "http-agent",
        "ClientRequest",
        "`requests` of an Agent (`agent.requests`)",
        "http.get(",
        ("unbounded backlog", "timeout"),
    ),
    Case(
        "writable_backlog",
        "backlog",
        "LogRecord",
        "the write buffer of a Writable (`archive._writableState",
        "archive.write(",
        ("unbounded backlog", "'drain'"),
    ),
    Case(
        "readable_backlog",
        "backlog",
        "Tick",
        "the read buffer of a Readable (`feed._readableState.buffer",
        "feed.push(",
        ("unbounded backlog", "`feed`"),
    ),
    Case(
        "web_stream_backlog",
        "backlog",
        "Update",
        "the read buffer of a ReadableStream (`updates[",
        "controller.enqueue(",
        ("unbounded backlog", "`desiredSize`"),
    ),
    Case(
        "watchers",
        "native-handles",
        "FSWatcher",
        "open file watchers (`Node / FSEventWrap`)",
        "fs.watch(",
        ("`watcher.close()`",),
    ),
    Case(
        "message_ports",
        "native-handles",
        "MessagePort",
        "open message ports",
        "new MessageChannel()",
        ("`port.close()`",),
        per_unit=2,
    ),
    Case(
        "open_sockets",
        "native-handles",
        "Socket",
        "open TCP connections",
        "on('data'",
        ("destroy",),
        per_unit=2,
    ),
    Case(
        "udp_sockets",
        "native-handles",
        "Socket",
        "open UDP sockets",
        "dgram.createSocket(",
        ("`socket.close()`",),
    ),
    Case(
        "children",
        "native-handles",
        "ChildProcess",
        "open child processes",
        "child.on('exit'",
        ("`child.kill()`",),
        units=12,
    ),
    Case(
        "router",
        "middleware-stack",
        "Layer",
        "`stack` of a Router (`app._router.stack`)",
        "this.stack.push(",
        ("once, at startup",),
    ),
    Case(
        "diagnostics_channel",
        "diagnostics-channel",
        "Function",
        "channel `database:query` (`queries._subscribers`)",
        "queries.subscribe(",
        ("`channel.unsubscribe(listener)`",),
    ),
    Case(
        "performance_marks",
        "performance-entries",
        "PerformanceMark",
        "the `mark` entries of the performance timeline (`markEntryBuffer`)",
        "",
        ("`performance.clearMarks(name)`", "such as `query "),
    ),
    Case(
        "performance_measures",
        "performance-entries",
        "PerformanceMeasure",
        "the `measure` entries of the performance timeline (`measureEntryBuffer`)",
        "",
        ("`performance.clearMeasures(name)`", "such as `upload "),
    ),
    Case("private_field", "unbounded-array", "Visit", "`tracker.#visits`", "this.#visits.push("),
    Case(
        "symbol_property",
        "unbounded-map",
        "Session",
        "gateway[Symbol(sessions)]",
        "new Session(number)",
    ),
    Case(
        "abort_any",
        "abort-signals",
        "EventTarget",
        "dependent signals of the AbortSignal `shutdown.signal`",
        "",
        ("`AbortSignal.any`",),
    ),
)

KINDS = frozenset(case.kind for case in CASES)
"""Causes that are tested here."""

PROGRAMS = "tests/detectors/programs"


def first_suspect(diagnosed: Diagnose, case: Case) -> Suspect:
    diagnosis = diagnosed(case.program, case.units)
    assert diagnosis.verdict == "leak", diagnosis.reason
    return diagnosis.suspects[0]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_names_the_cause(diagnosed: Diagnose, case: Case) -> None:
    suspect = first_suspect(diagnosed, case)
    assert suspect.kind == case.kind
    assert suspect.class_name == case.class_name
    assert case.anchor in suspect.anchor
    # The runtime may have one or two of its own.
    grown = case.per_unit * case.units
    steps = suspect.count_per_snapshot
    assert abs(steps[1] - steps[0] - grown) <= grown // 10
    assert abs(steps[2] - steps[1] - 3 * grown) <= 3 * grown // 10
    for text in case.said:
        assert text in suspect.explanation + suspect.fix


def test_a_queue_that_drains_too_slowly_is_a_backlog(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed("slow_consumer")
    assert diagnosis.verdict == "leak"
    suspect = diagnosis.suspects[0]
    assert (suspect.kind, suspect.class_name) == ("backlog", "Job")
    assert "module variable `queue`" in suspect.anchor
    assert suspect.count_per_snapshot == (40, 80, 200)
    assert "unbounded backlog" in suspect.explanation


@pytest.mark.parametrize("case", [case for case in CASES if case.source], ids=str)
def test_leads_to_the_line(diagnosed: Diagnose, case: Case) -> None:
    location = first_suspect(diagnosed, case).location
    assert location is not None
    path, line, _ = location.rsplit(":", 2)
    assert path.endswith(f"{PROGRAMS}/{case.program}.cjs")
    program = Path(path).read_text(encoding="utf-8")
    assert case.source in program.splitlines()[int(line) - 1]
