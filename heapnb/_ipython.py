"""IPython magics: ``%heap`` runs commands; ``%%heap_record`` captures a cell of JavaScript.

`heapnb.load_ipython_extension` loads this module.
"""

from __future__ import annotations

import copy
import glob
import keyword
import os
import re
import sys
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from functools import cache
from numbers import Number
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeGuard

import click
from click.shell_completion import ShellComplete
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import (
    Magics,
    cell_magic,
    line_magic,
    magics_class,
    no_var_expand,
    output_can_be_silenced,
)
from IPython.display import display
from IPython.utils.text import DollarFormatter

from heapnb.cli.app import application
from heapnb.cli.complaints import complaint_about
from heapnb.cli.frontend import Frontend
from heapnb.cli.options import HelpfulGroup, reading_options, snapshot_argument
from heapnb.cli.output import EXIT_LEAK, print_result
from heapnb.cli.reading import STDIN, Reading
from heapnb.cli.recording import Recording, recording_options
from heapnb.errors import CommandError, HeapnbError
from heapnb.views.fmt import visible

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.suspects import Diagnosis
    from heapnb.capture.supervising import Stream
    from heapnb.cli.frontend import Table

_PACKED: Final = ("", ".gz", ".zst")
SNAPSHOT_ENDINGS: Final = (
    *(f".{kind}{packed}" for kind in ("heapsnapshot", "heaptimeline") for packed in _PACKED),
    ".json",
)

_NAMES_OF_ANSWERS: Final = {
    "load": "snap",
    "diff": "diff",
    "diagnose": "diagnosis",
    "record": "diagnosis",
}
"""The variable to which a command assigns its answer; other commands assign none."""

_ESCAPE: Final = r"\\." if os.name == "posix" else r"(?!)"
_BRACES: Final = r"\{[^{}]*\}"
_PIECE: Final = re.compile(
    rf"""'(?P<literal>[^']*)'|"(?P<quoted>(?:{_ESCAPE}|[^"])*)"|(?P<bare>(?:{_ESCAPE}|{_BRACES}|[^\s'"])+)""",
    re.DOTALL,
)
_WORD: Final = re.compile(f"(?:{re.sub('[?]P<[a-z]+>', '?:', _PIECE.pattern)})+", re.DOTALL)
_VARIABLE: Final = re.compile(r"\$(\w+)|\{(\w+)\}")
_RECORDED_AS: Final = "cell.js"


class MagicError(HeapnbError):
    """A magic failed; IPython shows one line without a traceback."""

    def _render_traceback_(self) -> list[str]:
        """Return the line of the command line, without the name of the error."""
        return [visible(self.message)]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Add the magics and their completions to a shell.

    Parameters
    ----------
    shell : InteractiveShell
        The shell of the notebook.
    """
    shell.register_magics(HeapMagics)
    for word in ("%heap", "heap", "%%heap_record"):
        shell.set_hook(  # type: ignore[no-untyped-call]
            "complete_command", _complete, str_key=word
        )


class NotebookFrontend(Frontend):
    """Accepts variables as snapshots, and keeps answers as objects.

    Parameters
    ----------
    shell : InteractiveShell
        The shell that holds the variables.
    cell : str, optional
        The text below the magic.
    """

    default_rows = 0
    is_brief = False
    wants_frames = True

    def __init__(self, shell: InteractiveShell, cell: str = "") -> None:
        self._shell = shell
        self.cell = cell
        self.answers: list[Any] = []
        self.name: str | None = None

    def note(self, text: str) -> None:
        """See `heapnb.cli.frontend.Frontend`."""
        print(visible(text))  # noqa: T201  shown below the cell

    def show_table(self, frame: Table, result: object = None, **_: object) -> None:
        """See `heapnb.cli.frontend.Frontend`."""
        self.answers.append(frame if result is None else result)

    def show_result(self, result: object) -> None:
        """See `heapnb.cli.frontend.Frontend`."""
        self.answers.append(result)

    def show_diagnosis(self, diagnosis: Diagnosis, *, in_full: bool) -> None:
        """See `heapnb.cli.frontend.Frontend`."""
        del in_full
        self.answers.append(diagnosis)

    def heaps(self, sources: Sequence[str]) -> list[Any]:
        """Return files and, for words that name variables, the values of these."""
        return [heap for source in sources for heap in self._heaps(source)]

    def _heaps(self, source: str) -> Iterator[Any]:
        variables = self._shell.user_ns
        if source == STDIN:
            raise CommandError(
                "A notebook cannot read from stdin.", hint="name a file or a variable."
            )
        name = source.removeprefix("$")
        if name in variables and (name != source or _is_heap(variables[name])):
            yield from _flattened(name, variables[name])
        elif name != source:
            raise CommandError(f"{source}: variable not found.", hint="run the cell that sets it.")
        elif isinstance(variables.get(source), str | os.PathLike) and not Path(source).exists():
            yield variables[source]
        else:
            yield str(Path(source).expanduser()) if source.startswith("~") else source


def _is_heap(value: object) -> bool:
    from heapnb.analysis.series.series import Series
    from heapnb.graph import HeapGraph
    from heapnb.snapshot import Snapshot

    if _is_list(value):
        return bool(value) and all(
            isinstance(one, str | os.PathLike) or _is_heap(one) for one in value
        )
    return isinstance(value, Snapshot | HeapGraph | Series) or hasattr(value, "series")


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray)


def _flattened(name: str, value: Any) -> Iterator[Any]:
    if _is_list(value):
        for one in value:
            yield from _flattened(name, one)
    elif isinstance(value, str | os.PathLike):
        yield value
    elif not _is_heap(value):
        raise CommandError(
            f"{name}: is a {type(value).__name__}, not a snapshot.",
            hint="name a file, or a variable that holds the result of heapnb.load.",
        )
    else:
        # A diagnosis stands for its snapshots.
        yield getattr(value, "series", value)


# -- commands ------------------------------------------------------------------------------------


def _check_name(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Check the name of the variable for the answer; a callback of a parameter."""
    if value is not None and (not value.isidentifier() or keyword.iskeyword(value)):
        message = f"{value!r} is not a valid variable name."
        raise click.BadParameter(message, ctx, param)
    front = ctx.find_object(NotebookFrontend)
    if value is not None and front is not None:
        front.name = value
    return value


_as_option = click.Option(
    ["--as", "answer_name"],
    metavar="NAME",
    callback=_check_name,
    expose_value=False,
    help="Assign the answer to the variable NAME.",
)


@click.command("load", params=[_as_option])
@snapshot_argument
@click.argument("name", metavar="[NAME]", required=False, callback=_check_name, expose_value=False)
@reading_options
def _load(snapshot: str, reading: Reading) -> None:
    """Open a snapshot and assign it to NAME (default: snap)."""
    print_result(reading.open(snapshot, with_warnings=False))


@click.command("heap_record", params=[_as_option], add_help_option=True)
@recording_options
@click.pass_context
def _record(context: click.Context, recording: Recording) -> None:
    """Run the JavaScript of the cell in Node.js, capture snapshots, and diagnose them.

    If the cell defines load(round), which may be asynchronous, heapnb calls it in rounds and takes
    three snapshots between them. Or call await heapSnapshot() where you want a snapshot. Otherwise
    heapnb takes one at the start and one at the end.

    The diagnosis is assigned to the variable diagnosis.
    """
    from heapnb.analysis.diagnosis.diagnose import diagnose
    from heapnb.analysis.series.series import load_series

    source = context.obj.cell
    if not source.strip():
        raise CommandError("The cell is empty.", hint="write JavaScript below the magic.")
    folder = None if recording.keep else tempfile.TemporaryDirectory(prefix="heapnb-")
    out = recording.keep or (folder.name if folder else "")
    try:
        files = recording.run(source, out, name=_RECORDED_AS, output=_pass_on)
        series = load_series(list(files), cache=recording.keep is not None)
    except BaseException:
        if folder is not None:
            folder.cleanup()
        raise
    if folder is not None:
        # The series may read earlier snapshots again as long as it lives.
        weakref.finalize(series, folder.cleanup)
    print_result(diagnose(series))


def _pass_on(stream: Stream, text: str) -> None:
    print(text, end="", file=getattr(sys, stream), flush=True)


@cache
def _heap_command() -> click.Group:
    """Return the command line as a magic, with the same commands and options."""
    group = HelpfulGroup(
        "heap",
        sections=application.sections,
        context_settings=application.context_settings,
        help="Analyse heap snapshots with the commands of `heapnb`.\n\n"
        "FILE is a file (plain or compressed), a URL, a pattern such as *.heapsnapshot, or a "
        "variable that holds a snapshot, a series or paths: snap or $snap. Each answer is an "
        "object: x = %heap diff a b.",
        epilog="{expression} and $name are replaced by their values, as in every magic, except in "
        "single quotes.",
    )
    group.add_command(_load)
    for command in application.commands.values():
        if isinstance(command, click.Group):
            group.add_command(command)
            continue
        with_name = copy.copy(command)
        with_name.params = [*command.params, _as_option]
        group.add_command(with_name)
    return group


@magics_class
class HeapMagics(Magics):
    """The magics of heapnb."""

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._shell = shell

    @line_magic
    @no_var_expand
    @output_can_be_silenced
    def heap(self, line: str) -> object:
        """Analyse heap snapshots: ``%heap load FILE``, ``%heap diagnose S1 S2 S3``.

        ``%heap`` lists the commands, and ``%heap COMMAND --help`` the options of one, which are
        those of the command line.
        """
        words = list(self._words(line.rstrip().removesuffix(";")))
        return self._answer(_heap_command(), "%heap", words)

    @cell_magic
    @no_var_expand
    def heap_record(self, line: str, cell: str) -> object:
        """Run a cell of JavaScript in Node.js, capture snapshots, and diagnose them.

        Define ``load(round)``, which heapnb calls in rounds between the snapshots, or call
        ``await heapSnapshot()``. ``%%heap_record --help`` lists the options.
        """
        return self._answer(_record, "%%heap_record", list(self._words(line)), cell)

    def _answer(
        self, command: click.Command, called: str, words: list[str], cell: str = ""
    ) -> object:
        front = NotebookFrontend(self._shell, cell)
        exit_code: object = None
        try:
            settings = application.context_settings
            with command.make_context(called, words, obj=front, **settings) as context:
                exit_code = command.invoke(context)
                subcommand = context.invoked_subcommand or "diagnose"
        except click.exceptions.Exit:
            return None
        except KeyboardInterrupt:
            raise
        except Exception as error:
            complaint = complaint_about(error)
            if complaint is None:
                raise
            raise MagicError(str(complaint)) from None
        if not front.answers:
            return None
        answer, *others = front.answers
        name = front.name or _NAMES_OF_ANSWERS.get(subcommand)
        if name is not None:
            self._shell.push({name: answer})  # type: ignore[no-untyped-call]
        for other in others:
            display(other)  # type: ignore[no-untyped-call]
        if exit_code == EXIT_LEAK:
            display(answer)  # type: ignore[no-untyped-call]
            raise MagicError("heapnb: The verdict is leak (--fail-on-leak).")
        return answer

    def _words(self, line: str) -> Iterator[str]:
        """Split a line as a shell does, variables, patterns and quotation marks included."""
        if _WORD.sub("", line).strip():
            raise MagicError("heapnb: A quotation mark is not closed.")
        for word in _WORD.finditer(line):
            pieces = list(_PIECE.finditer(word[0]))
            text = "".join(map(self._text_of, pieces))
            is_quoted = any(piece["bare"] is None for piece in pieces)
            yield from [text] if is_quoted else _matches(text)

    def _text_of(self, piece: re.Match[str]) -> str:
        if piece["literal"] is not None:
            return piece["literal"]
        text = piece["quoted"] if piece["quoted"] is not None else piece["bare"]
        variables = self._shell.user_ns
        variable = _VARIABLE.fullmatch(text)
        if variable is not None:
            name = variable[1] or variable[2]
            if not isinstance(variables.get(name), str | os.PathLike | Number):
                # The value is not text; `NotebookFrontend.heaps` looks it up.
                return f"${name}"
        unescaped = re.sub(rf"({_ESCAPE})", lambda match: match[0][1:], text)
        try:
            return DollarFormatter().vformat(unescaped, (), variables)
        except Exception:  # noqa: BLE001  as IPython does: an invalid expression stays as it is
            return unescaped


def _matches(text: str) -> list[str]:
    return _expanded(text) or [text] if glob.has_magic(text) else [text]


def _expanded(pattern: str) -> list[str]:
    # Path.glob() takes neither absolute patterns nor `~`.
    return sorted(glob.glob(os.path.expanduser(pattern)))  # noqa: PTH111, PTH207


# -- completion ----------------------------------------------------------------------------------


def _complete(shell: InteractiveShell, event: Any) -> list[str]:
    """Complete commands, options, variables and files; a hook of IPython."""
    called, *words = re.split(r"\s+", event.text_until_cursor.lstrip())
    if not words:
        return []
    *done, incomplete = words
    command: click.Command = _record if "heap_record" in called else _heap_command()
    completion = ShellComplete(command, {}, called, "_UNUSED")
    found = [item.value for item in completion.get_completions(done, incomplete)]
    if found or (command is not _record and not done):
        return found
    heaps = [name for name, value in shell.user_ns.items() if _is_named_heap(name, value)]
    return [name for name in sorted(heaps) if name.startswith(incomplete)] + _files(incomplete)


def _is_named_heap(name: str, value: object) -> bool:
    return not name.startswith("_") and _is_heap(value)


def _files(incomplete: str) -> list[str]:
    found = _expanded(f"{glob.escape(incomplete)}*")
    return [
        f"{path}{os.sep}" if Path(path).is_dir() else path
        for path in found
        if Path(path).is_dir() or path.endswith(SNAPSHOT_ENDINGS)
    ]
