"""What a target says about its own memory: fixed expressions, evaluated through its inspector.

The expressions are constants of this module. Nothing that was read from a file or an argument ever
becomes part of one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from heapnb.capture.targets import Target

_NODE: Final = """(() => {
  const v8 = require("node:v8"), os = require("node:os"), threads = require("node:worker_threads");
  const attempt = (read) => { try { return read() ?? null; } catch { return null; } };
  const handles = {};
  for (const name of attempt(() => process.getActiveResourcesInfo()) ?? [])
    handles[name] = (handles[name] ?? 0) + 1;
  return {
    memory: process.memoryUsage(),
    heap: v8.getHeapStatistics(),
    spaces: v8.getHeapSpaceStatistics(),
    resources: attempt(() => process.resourceUsage()),
    uptime: process.uptime(),
    versions: { node: process.version, v8: process.versions.v8 },
    arch: process.arch,
    platform: process.platform,
    flags: process.execArgv,
    program: attempt(() => process.argv[1]),
    thread: threads.threadId,
    constrained: attempt(() => process.constrainedMemory()),
    available: attempt(() => process.availableMemory()),
    free: os.freemem(),
    handles,
  };
})()"""

_DENO: Final = """({
  memory: Deno.memoryUsage(),
  versions: { node: Deno.version.deno, v8: Deno.version.v8 },
  arch: Deno.build.arch,
  platform: Deno.build.os,
})"""

_HANDLES: Final = "globalThis.process?.getActiveResourcesInfo?.().length ?? null"

_PLAIN_FLAG: Final = re.compile(r"--[\w-]+(=\d+)?")
_FLAG_WITH_VALUE: Final = re.compile(r"(--[\w-]+)=.*", re.DOTALL)


@dataclass(frozen=True)
class ProcessFacts:
    """What a target says about itself; None and empty where it does not.

    Parameters
    ----------
    heap_used, heap_total : int
        Bytes of its V8 heap.
    answer : mapping
        What Node or Deno answered; empty for pages.
    """

    heap_used: int
    heap_total: int
    answer: Mapping[str, Any]

    def number(self, group: str, name: str) -> int | None:
        """Return a number of the answer."""
        value = (self.answer.get(group) or {}).get(name)
        return int(value) if isinstance(value, int | float) else None

    @property
    def rss(self) -> int | None:
        """Resident bytes of the process."""
        return self.number("memory", "rss")

    @property
    def heap_limit(self) -> int | None:
        """Bytes at which V8 ends the process."""
        return self.number("heap", "heap_size_limit")

    @property
    def available(self) -> int | None:
        """Bytes that the process can still get, as Node itself counts them (Node 20 and later)."""
        value = self.answer.get("available")
        return value if isinstance(value, int) and value > 0 else None

    @property
    def flags(self) -> list[str]:
        """The flags of Node and V8. Values other than numbers may be secret, and are left out."""
        flags = [flag for flag in self.answer.get("flags") or [] if isinstance(flag, str)]
        return [
            flag if _PLAIN_FLAG.fullmatch(flag) else _FLAG_WITH_VALUE.sub(r"\1=…", flag)
            for flag in flags
            if flag.startswith("--")
        ]


def facts_of(target: Target) -> ProcessFacts:
    """Ask a target about its memory."""
    expressions = {"node": _NODE, "worker": _NODE, "deno": _DENO}
    expression = expressions.get(target.kind)
    is_program = expression is not None and target.pid is not None
    answer = target.evaluate(expression) if is_program and expression is not None else None
    usage = target.call("Runtime.getHeapUsage")
    return ProcessFacts(
        heap_used=int(usage["usedSize"]),
        heap_total=int(usage["totalSize"]),
        answer=answer if isinstance(answer, dict) else {},
    )


def active_handles(target: Target) -> int | None:
    """Return how many handles and requests keep a Node program busy; None elsewhere."""
    value = target.evaluate(_HANDLES) if target.kind in {"node", "worker"} else None
    return value if isinstance(value, int) else None
