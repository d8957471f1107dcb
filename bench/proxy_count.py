#!/usr/bin/env python3
"""Instructions (user space) of the proxy and its peer for a call and a registration, by callgrind: the figure that a busy machine does not disturb.

  proxy_count.py --offhook BINARY --load BINARY [--targets offhook,kamailio] [--state FOLDER] [--json FILE]

Each figure is the difference of two runs of the same server, one of which did COUNT more of the work, divided by COUNT: start-up, and the
registrations before the calls, fall out. The kernel's work is not in it. Standard library only."""
import argparse
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import targets

COUNT = 2000
USERS = 1000
# What is done more than registering USERS once: (row, variant, load generator's arguments).
WORK = (("call", "plain", ("call", "--users", str(USERS))), ("registration", "plain", ("register", "--users", str(USERS))),
        ("registration, digest", "digest", ("register", "--users", str(USERS))))


def load(program, port, what, *more):
    # A small window: under valgrind a server is slow, and nothing is to be sent again.
    out = subprocess.run([program, what, "--proxy-port", str(port), "--window", "8", "--max-s", "120", *more], capture_output=True, text=True)
    result = json.loads(out.stdout)
    if result["completed"] != result["started"]:
        raise RuntimeError(f"{what}: {result}")
    return result["retransmissions"]


def instructions(options, name, command, variant, arguments, state):
    """Of all processes of one server that registers USERS, then does the work, if any, and rests until its transactions are over."""
    folder = os.path.join(state, "run")
    under = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/profile.%p"]
    target = targets.Target(name, command, variant, 5700, folder, USERS, under)
    try:
        load(options.load, 5700, "register", "--users", str(USERS), "--count", str(USERS))
        again = load(options.load, 5700, *arguments, "--count", str(COUNT)) if arguments else 0
        time.sleep(7)
    finally:
        target.stop()
    total = 0
    for profile in glob.glob(folder + "/profile.*"):
        with open(profile) as text:
            total += sum(int(n) for n in re.findall(r"^totals: (\d+)", text.read(), re.M))
    shutil.rmtree(folder)
    if again:
        print(f"  {name}: {again} sent again", file=sys.stderr)
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--offhook", required=True)
    parser.add_argument("--load", required=True)
    parser.add_argument("--targets")
    parser.add_argument("--state")
    parser.add_argument("--json")
    options = parser.parse_args()
    commands = {n: c for n, c in targets.available(options.offhook).items() if not options.targets or n in options.targets.split(",")}
    targets.own_network()
    state = os.path.abspath(tempfile.mkdtemp(prefix="count.", dir=options.state))
    results, base = {}, {}
    try:
        for row, variant, arguments in WORK:
            for name, command in commands.items():
                if (name, variant) not in base:
                    base[name, variant] = instructions(options, name, command, variant, (), state)
                more = instructions(options, name, command, variant, arguments, state)
                results.setdefault(row, {})[name] = round((more - base[name, variant]) / COUNT)
    finally:
        shutil.rmtree(state, ignore_errors=True)
    for row, figures in results.items():
        ratio = f"   ratio {figures['offhook'] / figures['kamailio']:.2f}" if len(figures) == 2 else ""
        print(f"{row:24}" + ", ".join(f"{name} {figure}" for name, figure in figures.items()) + " instructions" + ratio)
    if options.json:
        with open(options.json, "w") as out:
            json.dump(results, out, indent=1)
    return 0


sys.exit(main())
