"""Options for recording a program."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from heapnb.capture.program import (
    DEFAULT_ROUNDS,
    DEFAULT_TIMEOUT,
    Program,
    record_program,
)
from heapnb.capture.supervising import OutputCallback

_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Recording:
    """How a program is run, and where its snapshots go.

    Parameters
    ----------
    rounds : int
        How often ``load`` is called before the first snapshot, and between it and the second.
    timeout : float
        Seconds after which the program is ended.
    node : str or None
        The ``node`` to use; None for the one on the path.
    keep : str or None
        The folder that snapshots stay in, if they are to stay.
    environment : tuple of str
        Names of environment variables that the program gets, or ``NAME=VALUE``.
    """

    rounds: int
    timeout: float
    node: str | None
    keep: str | None
    environment: tuple[str, ...]

    def run(self, program: Program, out: str, *, name: str, output: OutputCallback) -> list[Path]:
        """Record a program.

        Parameters
        ----------
        program : str, PathLike or sequence of str
            See `heapnb.record`.
        out : str
            The folder that snapshots go to.
        name : str
            What snapshots call the file that JavaScript stands in.
        output : callable
            Gets what the program prints.

        Returns
        -------
        list of Path
            The snapshots.
        """
        return record_program(
            program,
            rounds=self.rounds,
            timeout=self.timeout,
            node=self.node,
            out=out,
            environment=variables_of(self.environment),
            name=name,
            output=output,
        )


def variables_of(environment: Sequence[str]) -> dict[str, str]:
    """Return the variables that ``--env`` names, with values of our own where it has none."""
    return dict(map(_variable, environment))


@contextlib.contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """End the block in order when the process is told to terminate, as by Ctrl-C.

    A build that is cancelled must not leave the programs running that heapnb started.
    """

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    return name, value if equals else os.environ.get(name, "")


node_option = click.option("--node", metavar="PATH", help="The Node.js to use.  [default: node]")
keep_option = click.option(
    "--keep", metavar="DIR", help="Keep the snapshots, in a new or empty folder."
)
environment_option = click.option(
    "--env",
    "environment",
    multiple=True,
    metavar="NAME[=VALUE]",
    help="An environment variable for the program; snapshots may hold its value.",
)
rounds_option = click.option(
    "--rounds",
    type=click.IntRange(min=1),
    default=DEFAULT_ROUNDS,
    show_default=True,
    metavar="N",
    help="Call load(round) N times before the first snapshot, N times before the second, "
    "and twice as often before the third.",
)


def recording_options(function: _Function) -> _Function:
    """Add the options that say how a program is recorded; it gets ``recording: Recording``."""

    @rounds_option
    @click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        default=DEFAULT_TIMEOUT,
        show_default=True,
        metavar="SECONDS",
        help="End the program after this time.",
    )
    @node_option
    @keep_option
    @environment_option
    @functools.wraps(function)
    def wrapper(
        *,
        rounds: int,
        timeout: float,
        node: str | None,
        keep: str | None,
        environment: tuple[str, ...],
        **others: object,
    ) -> object:
        recording = Recording(rounds, timeout, node, keep, environment)
        return function(recording=recording, **others)

    return wrapper  # type: ignore[return-value]
