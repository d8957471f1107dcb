#!/usr/bin/env python3
"""Instructions of a call in the proxy's engine, by how much is known of it: no table of calls, the table, a watcher here, a watcher at another node.

  call_path.py PROGRAM [--count 500]

Each figure is the difference of two runs under callgrind, of COUNT and of twice as many calls. Its two ends, which PROGRAM plays as well, are in it: what
counts is the difference between two rows. Standard library only."""
import argparse
import re
import subprocess
import tempfile

VARIANTS = (("off", "no table of calls ([events] calls = false)"), ("on", "the table of calls"), ("watched", "and a lamp of the callee, at this node"),
            ("elsewhere", "and a lamp of the callee, at another node"))


def instructions(program, variant, count):
    with tempfile.NamedTemporaryFile(prefix="callgrind.") as profile:
        subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile.name}", program, variant, str(count)], check=True, capture_output=True)
        with open(profile.name, encoding="utf-8", errors="replace") as text:
            return sum(int(n) for n in re.findall(r"^totals: (\d+)", text.read(), re.M))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("program")
    parser.add_argument("--count", type=int, default=500)
    options = parser.parse_args()
    base = None
    for variant, what in VARIANTS:
        figure = (instructions(options.program, variant, 2 * options.count) - instructions(options.program, variant, options.count)) / options.count
        base = figure if base is None else base
        print(f"{variant:10} {figure:10.0f} {figure - base:+10.0f}   {what}")


if __name__ == "__main__":
    main()
