"""Run a program as a process of its own; print its exit code, wall time, CPU time and peak memory.

What the kernel reports as a child's peak memory starts at that of the process which started it.
So this imports next to nothing, and the measuring program, however large, starts it.

    python -I -S launch.py TIMEOUT_SECONDS PROGRAM [ARGUMENT…]
"""

from __future__ import annotations

import os
import signal
import sys
import time


def main() -> None:
    """Start, wait, print."""
    timeout = float(sys.argv[1])
    command = sys.argv[2:]
    started = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ)

    def give_up(_signal: int, _frame: object) -> None:
        os.kill(child, signal.SIGKILL)
        timed_out.append(True)

    timed_out: list[bool] = []
    signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, timeout)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - started
    code = 124 if timed_out else os.waitstatus_to_exitcode(status)
    peak_bytes = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    cpu_seconds = usage.ru_utime + usage.ru_stime
    os.write(2, f"\n{code} {seconds:.6f} {cpu_seconds:.6f} {peak_bytes}\n".encode())


if __name__ == "__main__":
    main()
