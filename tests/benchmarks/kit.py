"""Measure what the kit costs an idle program: ``python -m tests.benchmarks.kit [NODE …]``.

Each program runs for half a minute, with and without the kit. The columns are the share of one CPU
after the start, and the memory at the end: private, and pages of files (Node's own code), which
processes share.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Final

from tests.capture.kit.running import KIT

SECONDS: Final = 30

_IDLE: Final = """
const start = process.cpuUsage();
setTimeout(() => {
  const { user, system } = process.cpuUsage(start);
  const status = require("node:fs").readFileSync("/proc/self/status", "utf8");
  const mb = (name) => Number(new RegExp(name + ":[^0-9]+([0-9]+)").exec(status)[1]) / 1000;
  const [anonymous, file] = [mb("RssAnon"), mb("RssFile")];
  console.log(JSON.stringify({ cpu: (user + system) / 1e6, anonymous, file }));
}, %d);
"""


def main() -> None:
    """Print a line for each Node."""
    print(  # noqa: T201
        f"{'node':10} {'more CPU':>9} {'more private memory':>20} {'more pages of files':>20}"
    )
    for node in sys.argv[1:] or ["node"]:
        source = _IDLE % (SECONDS * 1000)
        commands = [[node, "-e", source], [node, "--require", str(KIT), "-e", source]]
        programs = [
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for command in commands
        ]
        before, after = (json.loads(program.communicate()[0]) for program in programs)
        version = subprocess.check_output([node, "--version"], text=True).strip()
        more = {name: after[name] - before[name] for name in before}
        print(  # noqa: T201
            f"{version:10} {more['cpu'] / SECONDS:9.2%} {more['anonymous']:17.1f} MB "
            f"{more['file']:17.1f} MB"
        )


if __name__ == "__main__":
    main()
