"""The tool that takes snapshots of a running process; it asks the user first."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from heapnb.errors import RefusedError
from heapnb.literals import cut, visible
from heapnb.mcp import schemas
from heapnb.mcp.answers import Answer
from heapnb.mcp.schemas import described
from heapnb.mcp.toolbox import Call, Tool
from heapnb.views.fmt import plural

_SERIES: Final = 3
_LONGEST_COMMAND: Final = 120


def _question(call: Call) -> str:
    """Write what the user is asked; the process stands still while a snapshot is taken."""
    folder = _folder(call)
    series, seconds = call["series"] or _SERIES, call["seconds_between"] or 0
    apart = f", {seconds:g} s apart" if series > 1 and seconds else ""
    return (
        f"Take {plural(series, 'heap snapshot')} of {_process(call)}{apart}, and write them to "
        f"{folder}? The process stands still meanwhile and needs several times its heap in memory."
    )


def _process(call: Call) -> str:
    pid, port = call["pid"], call["port"]
    if (pid is None) == (port is None):
        raise RefusedError("capture needs pid or port, one of them.", hint="give one.")
    if pid is None:
        return f"the program whose inspector listens on port {port}"
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        raise RefusedError(f"There is no process {pid}.", hint="give the pid of Node.") from None
    return f"process {pid} ({visible(cut(' '.join(words).strip(), _LONGEST_COMMAND))})"


def _folder(call: Call) -> Path:
    return call.desk.roots.folder(call["folder"] or ".")


def _capture(call: Call) -> Answer:
    from heapnb.capture.capturing import capture

    folder = _folder(call)
    _process(call)
    with call.job.working("Capturing"):
        result = capture(
            call["pid"],
            port=call["port"],
            out=folder,
            series=call["series"] or _SERIES,
            after=call["seconds_between"],
            progress=call.job.report,
        )
    roots = call.desk.roots
    files = [roots.shown(path.resolve()) for path in result.files]
    return Answer(
        f"{plural(len(files), 'snapshot')} taken.",
        {"files": files, "warnings": list(result.warnings)},
        [*files, *result.warnings],
        untrusted=("files", "warnings"),
        more="Next: diagnose these files.",
    )


TOOLS = (
    Tool(
        "capture",
        "Capture snapshots",
        "Take snapshots of a running Node process or inspector here. The user is asked first.",
        {
            "pid": {"type": "integer", "minimum": 1},
            "port": {"type": "integer", "minimum": 1, "maximum": 65535},
            "series": {
                "type": "integer",
                "minimum": 1,
                "maximum": 10,
                "description": "Default 3",
            },
            "seconds_between": {"type": "number", "minimum": 0, "maximum": 3600},
            "folder": described(schemas.TEXT, "Where to write, below a root"),
        },
        (),
        {"files": schemas.TEXTS, "warnings": schemas.TEXTS},
        _capture,
        writes=True,
        question=_question,
    ),
)
