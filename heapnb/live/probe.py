"""What `hn.watch` asks of a program: constants of our own, evaluated by its inspector.

An observer of garbage collections and a histogram of the event loop's delay are installed in the
program, and removed in the end. The program's code does not change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from heapnb.capture.targets import Target
from heapnb.errors import InspectorError

GC_TYPES: Final = {1: "minor", 2: "minor", 4: "major", 8: "incremental", 16: "weak_callbacks"}
"""Node's numbers of kinds of garbage collection; 2 is the minor mark-sweep of newer engines."""

_KEY: Final = 'Symbol.for("heapnb.watch")'

_MOST_EVENTS: Final = 512
"""Collections that are kept between two samples, in a ring: what watches must not grow itself."""

# Another watch of the same program reads the same events, each from its own position. If nobody
# asks for a minute, because heapnb was killed, everything is removed.
_INSTALL: Final = """(() => {
  const key = %(key)s;
  const load = typeof require === "function" ? require : globalThis.process?.getBuiltinModule;
  if (globalThis[key] === undefined) {
    const state = { users: 0, count: 0, events: new Float64Array(4 * %(most)d), asked: Date.now() };
    const remove = () => {
      state.observer?.disconnect();
      state.delay?.disable();
      clearInterval(state.timer);
      delete globalThis[key];
    };
    state.remove = remove;
    try {
      const { PerformanceObserver, monitorEventLoopDelay } = load("node:perf_hooks");
      const { getHeapStatistics } = load("node:v8");
      const note = (entry) => {
        const kind = entry.detail?.kind ?? entry.kind;
        const isFull = kind === 4;
        const used = isFull ? getHeapStatistics().used_heap_size : -1;
        state.events.set([Date.now(), kind, entry.duration, used], 4 * (state.count %% %(most)d));
        state.count += 1;
      };
      state.observer = new PerformanceObserver((list) => list.getEntries().forEach(note));
      state.observer.observe({ entryTypes: ["gc"] });
      state.delay = monitorEventLoopDelay({ resolution: 20 });
      state.delay.enable();
    } catch {
      // Deno and pages: memory only.
    }
    state.timer = setInterval(() => Date.now() - state.asked > 60_000 && remove(), 10_000);
    state.timer.unref?.();
    Object.defineProperty(globalThis, key, { value: state, configurable: true });
  }
  const state = globalThis[key];
  state.users += 1;
  return {
    position: state.count,
    has_gc: state.observer !== undefined,
    version: globalThis.process?.versions?.node ?? null,
    program: globalThis.process?.argv?.[1] ?? null,
  };
})()"""

_SAMPLE: Final = """(() => {
  const position = %(position)d;
  const state = globalThis[%(key)s];
  const load = typeof require === "function" ? require : globalThis.process?.getBuiltinModule;
  const answer = { time: Date.now(), position, events: [] };
  if (state !== undefined) {
    state.asked = answer.time;
    for (let i = Math.max(position, state.count - %(most)d); i < state.count; i++) {
      answer.events.push([...state.events.subarray(4 * (i %% %(most)d), 4 * (i %% %(most)d) + 4)]);
    }
    answer.position = state.count;
    if (state.delay !== undefined && state.delay.max > 0) {
      const ms = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - 20);
      const [p50, p99] = [50, 99].map((share) => ms(state.delay.percentile(share)));
      answer.delay = { p50, p99, max: ms(state.delay.max) };
      state.delay.reset();
    }
  }
  const memory = globalThis.Deno?.memoryUsage?.() ?? globalThis.process?.memoryUsage?.();
  if (memory !== undefined) {
    answer.memory = {
      rss: memory.rss, heap_total: memory.heapTotal, heap_used: memory.heapUsed,
      external: memory.external, array_buffers: memory.arrayBuffers ?? null,
    };
  }
  try {
    const v8 = load("node:v8");
    answer.heap_limit = v8.getHeapStatistics().heap_size_limit;
    answer.spaces = v8.getHeapSpaceStatistics().map((one) => ({
      name: one.space_name, size: one.space_size, used: one.space_used_size,
    }));
  } catch {
    answer.heap_limit = globalThis.performance?.memory?.jsHeapSizeLimit ?? null;
  }
  return answer;
})()"""

_REMOVE: Final = """(() => {
  const state = globalThis[%(key)s];
  if (state !== undefined && --state.users <= 0) state.remove();
})()"""

_MEMORY: Final = ("rss", "heap_total", "heap_used", "external", "array_buffers")


@dataclass(frozen=True)
class GcEvent:
    """One garbage collection.

    Parameters
    ----------
    time : float
        When it was reported, in seconds since the epoch.
    gc_type : str
        ``"minor"``, ``"major"``, ``"incremental"`` or ``"weak_callbacks"``.
    pause_ms : float
        How long it took.
    heap_used_after : int or None
        Bytes in use right after it; known for major ones.
    """

    time: float
    gc_type: str
    pause_ms: float
    heap_used_after: int | None

    def to_dict(self) -> dict[str, Any]:
        """Return the keys of a memory log."""
        return {
            "gc_type": self.gc_type,
            "pause_ms": round(self.pause_ms, 3),
            "heap_used_before": None,
            "heap_used_after": self.heap_used_after,
        }


@dataclass(frozen=True)
class Sample:
    """Memory of one isolate at one moment.

    Parameters
    ----------
    time : float
        Seconds since the epoch.
    memory : mapping of str to int or None
        ``rss``, ``heap_total``, ``heap_used``, ``external``, ``array_buffers``, ``heap_limit``, in
        bytes.
    spaces : tuple of mapping
        V8's heap spaces: ``name``, ``size``, ``used``.
    gc : tuple of GcEvent
        Garbage collections since the sample before.
    delay : mapping of str to float or None
        Delay of the event loop since the sample before, in ms: ``p50``, ``p99``, ``max``.
    """

    time: float
    memory: Mapping[str, int | None]
    spaces: tuple[Mapping[str, Any], ...] = ()
    gc: tuple[GcEvent, ...] = ()
    delay: Mapping[str, float] | None = None


@dataclass
class Probe:
    """Samples one isolate.

    Parameters
    ----------
    target : Target
        The isolate.
    """

    target: Target
    version: str | None = None
    program: str | None = None
    has_gc: bool = False
    _position: int = field(default=0, repr=False)

    def install(self) -> None:
        """Start to observe garbage collections and the event loop."""
        answer = self.target.evaluate(_INSTALL % {"key": _KEY, "most": _MOST_EVENTS})
        if isinstance(answer, dict):
            self._position = int(answer["position"])
            self.has_gc = bool(answer["has_gc"])
            self.version = answer["version"]
            self.program = answer["program"]

    def sample(self) -> Sample:
        """Read memory, and what happened since the last call.

        Raises
        ------
        InspectorError
            If the isolate does not answer in time, or is gone.
        """
        answer = self.target.evaluate(
            _SAMPLE % {"key": _KEY, "most": _MOST_EVENTS, "position": self._position}
        )
        if not isinstance(answer, dict):
            raise InspectorError(f"{self.target.title}: does not report its memory.")
        self._position = int(answer["position"])
        memory = answer.get("memory") or self._heap_usage()
        events = tuple(
            GcEvent(
                time / 1000,
                GC_TYPES.get(int(kind), "incremental"),
                float(pause),
                int(used) if used >= 0 else None,
            )
            for time, kind, pause, used in answer["events"]
        )
        return Sample(
            answer["time"] / 1000,
            {name: memory.get(name) for name in _MEMORY} | {"heap_limit": answer["heap_limit"]},
            tuple(answer.get("spaces") or ()),
            events,
            answer.get("delay"),
        )

    def remove(self) -> None:
        """Remove what `install` installed."""
        self.target.evaluate(_REMOVE % {"key": _KEY})

    def _heap_usage(self) -> dict[str, int]:
        """Ask V8 itself where there is no `process`, as in a page."""
        usage = self.target.call("Runtime.getHeapUsage")
        return {"heap_used": int(usage["usedSize"]), "heap_total": int(usage["totalSize"])}
