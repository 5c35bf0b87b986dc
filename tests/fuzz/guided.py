"""Let atheris choose inputs by the code that they reach: ``python -m tests.fuzz.guided READER``.

atheris is not among the developer tools, because it has wheels for few platforms: ``pip install
atheris``. It starts from the reader's valid inputs, changes them with the same mutator as
`tests.fuzz.run`, and stops at the first problem. ``--runs`` or ``--seconds`` limits it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import mmap
import os
import random
import struct
import sys
import tempfile
import time
from pathlib import Path
from typing import Final, NoReturn

from tests.fuzz.run import JOURNAL, commit
from tests.fuzz.workers import SECONDS

_COUNT: Final = struct.Struct("=q")


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.guided", description=__doc__)
    parser.add_argument("reader")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--runs", type=int, default=-1)
    parser.add_argument("--dry", action="store_true", help="leave the journal as it is")
    options = parser.parse_args()
    began = time.monotonic()
    counter = mmap.mmap(-1, _COUNT.size)
    # libFuzzer ends its process by itself, so another one writes the journal.
    pid = os.fork()
    if pid == 0:
        _fuzz(options, counter)
    _, status = os.waitpid(pid, 0)
    (count,) = _COUNT.unpack(counter[:])
    line = {
        "date": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%MZ"),
        "commit": commit(),
        "reader": options.reader,
        "engine": "atheris",
        "count": count,
        "seconds": round(time.monotonic() - began, 1),
        "n_problems": int(status != 0),
    }
    if not options.dry:
        with JOURNAL.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    sys.stdout.write(f"{options.reader}: {count:,} inputs\n")
    return os.waitstatus_to_exitcode(status)


def _fuzz(options: argparse.Namespace, counter: mmap.mmap) -> NoReturn:
    """Run inputs until the time is over, or one has a problem."""
    import atheris

    # Only what is imported inside of this block reports which code an input reaches.
    with atheris.instrument_imports(include=["heapnb"]):
        from tests.fuzz.harness import FOLDER_VARIABLE, readers
        from tests.fuzz.mutation import tokens_of

        reader = readers()[options.reader]
    folder = Path(tempfile.mkdtemp(prefix="heapnb-fuzz-"))
    os.environ[FOLDER_VARIABLE] = str(folder)
    seeds = folder / "seeds"
    seeds.mkdir()
    for number, data in enumerate(reader.mutator.inputs):
        (seeds / str(number)).write_bytes(data)

    def run(data: bytes) -> None:
        counter[:] = _COUNT.pack(_COUNT.unpack(counter[:])[0] + 1)
        reader.check(data)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        rng = random.Random(seed)
        return reader.mutator.mutate(tokens_of(data) or [b""], rng)[:most]

    arguments = [
        *(f"-max_total_time={options.seconds}", f"-runs={options.runs}"),
        *(f"-timeout={SECONDS:.0f}", f"-artifact_prefix={folder}/{reader.name}."),
        str(seeds),
    ]
    atheris.Setup([sys.argv[0], *arguments], run, custom_mutator=mutate)
    atheris.Fuzz()
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main())
