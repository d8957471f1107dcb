#!/usr/bin/env python3
"""CPU time and memory of the proxy beside a peer, on loopback. What the figures mean: docs/performance.md.

  proxy_bench.py --offhook BINARY --load BINARY [--full] [--only plain,digest,durable] [--targets offhook,kamailio] [--json FILE]

Servers run on core 0, the load generator on core 1, all in a network namespace of their own. Both servers of a variant live at the same time
and are measured in turns (A B A B …), so that a change of the machine's mood hits both. Standard library only."""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import targets

QUICK = {"rounds": 3, "registrations": 30000, "durable": {"offhook": 10000, "kamailio": 2500}, "callees": 10000, "calls": 12000, "warm": 12000, "call_variants": ("plain",)}
FULL = {"rounds": 5, "registrations": 40000, "durable": {"offhook": 30000, "kamailio": 8000}, "callees": 10000, "calls": 30000, "warm": 30000, "call_variants": ("plain", "digest")}


class Bench:
    def __init__(self, options, size):
        self.options, self.size = options, size
        self.rows = {}  # (what, target) to a list of measurements
        self.memory = {}  # (what, target) to bytes

    def load(self, target, what, count, first=1, users=None):
        # A server that syncs for each registration must not be so slow that requests are sent again.
        window = min(32, self.options.window) if "durable" in target.state else self.options.window
        command = [self.options.load, what, "--proxy-port", str(target.port), "--users", str(users or count), "--first", str(first),
                   "--count", str(count), "--window", str(window), "--max-s", "90"]
        core = {1} if os.cpu_count() > 1 else {0}
        run = subprocess.run(command, capture_output=True, text=True, timeout=150, preexec_fn=lambda: os.sched_setaffinity(0, core))
        if not run.stdout:
            raise RuntimeError("load generator: " + run.stderr)
        return json.loads(run.stdout)

    def measure(self, row, target, drain, *arguments, **more):
        user, system = target.cpu()
        result = self.load(target, *arguments, **more)
        result["peak"] = target.memory()
        time.sleep(drain)  # what a server puts off (freeing of transactions) is part of the price
        user2, system2 = target.cpu()
        done = max(1, result["completed"])
        result.update(user_us=(user2 - user) * 1e6 / done, total_us=(user2 - user + system2 - system) * 1e6 / done)
        result["bad"] = (result["started"] - result["completed"] + result["retransmissions"]) / max(1, result["started"])
        self.rows.setdefault((row, target.name), []).append(result)
        print(f"  {row:26} {target.name:9} {result['total_us']:7.1f} µs, user {result['user_us']:6.1f} µs, {result['rate']:8.0f}/s"
              + (f", {100 * result['bad']:.2f} % bad" if result["bad"] else ""), file=sys.stderr, flush=True)

    def variant(self, variant, running):
        size = self.size
        row = {"plain": "registration", "digest": "registration, digest", "durable": "registration, durable"}[variant]
        if variant == "digest":  # accounts are few: all of them are bound once before, so that every run is one of refreshes
            for target in running:
                self.load(target, "register", size["registrations"])
        if variant == "plain":  # what transactions of REGISTERs take is taken and free again (Timer J): from here on only bindings grow
            for target in running:
                self.load(target, "register", size["registrations"], first=1 + size["rounds"] * size["registrations"])
            time.sleep(self.options.forget)
        for number in range(size["rounds"]):
            for target in running:
                before = target.memory()
                count = size["durable"][target.name] if variant == "durable" else size["registrations"]
                self.measure(row, target, 1, "register", count, first=1 if variant == "digest" else 1 + number * count)
                if number == 0 and variant == "plain":
                    self.memory[("binding", target.name)] = (target.memory() - before) / count
        if variant not in size["call_variants"]:
            return
        row = "call" if variant == "plain" else "call, digest"
        for target in running:
            before = target.memory()
            self.load(target, "call", size["warm"], users=size["callees"])
            if variant == "plain":
                self.memory[("call just made", target.name)] = (target.memory() - before) / size["warm"]
        time.sleep(self.options.drain)
        for _ in range(size["rounds"]):
            for target in running:
                self.measure(row, target, self.options.drain, "call", size["calls"], users=size["callees"])

    def run(self, variants, commands, state):
        for variant in variants:
            running = []
            try:
                for index, (name, command) in enumerate(commands.items()):
                    folder = os.path.join(state, f"{variant}-{name}")
                    accounts = self.size["registrations"] if variant == "digest" else 0
                    running.append(targets.Target(name, command, variant, 5600 + index, folder, accounts))
                self.variant(variant, running)
            except RuntimeError as error:
                print(f"offhook: {variant}: {error}", file=sys.stderr)
            finally:
                for target in running:
                    target.stop()

    def results(self):
        out = {"rows": {}, "memory": {}}
        for (row, name), runs in self.rows.items():
            middle = {key: statistics.median(run[key] for run in runs) for key in ("user_us", "total_us", "rate", "bad")}
            middle["total_us_runs"] = [round(run["total_us"], 1) for run in runs]
            out["rows"].setdefault(row, {})[name] = middle
        for (what, name), size in self.memory.items():
            out["memory"].setdefault(what, {})[name] = round(size)
        return out


# Budgets as shares of the peer: (user, total, rate).
BUDGETS = {"call": (0.3, 0.5, None), "registration, digest": (None, 0.5, None), "registration, durable": (None, 0.1, 10)}
MEMORY_BUDGETS = {"binding": 450}


def table(results):
    lines = [f"{'median of runs':24}{'':10}{'user µs':>9}{'total µs':>10}{'per second':>12}   runs, total µs"]
    for row, by_target in results["rows"].items():
        for name, m in by_target.items():
            warning = f"   {100 * m['bad']:.2f} % failed or sent again: not a result" if m["bad"] > 0.001 else ""
            lines.append(f"{row:24}{name:10}{m['user_us']:9.1f}{m['total_us']:10.1f}{m['rate']:12.0f}   {m['total_us_runs']}{warning}")
        if len(by_target) == 2:
            ours, peer = by_target["offhook"], by_target["kamailio"]
            ratios = [ours[key] / peer[key] if peer[key] else float("nan") for key in ("user_us", "total_us", "rate")]
            verdict = []
            for what, ratio, budget, good in zip(("user", "total", "rate"), ratios, BUDGETS.get(row, (None,) * 3), (1, 1, -1)):
                if budget is not None:
                    verdict.append(f"{what}: budget {budget:g}, {'met' if ratio * good <= budget * good else 'MISSED'}")
            lines.append(f"{'':24}{'ratio':10}{ratios[0]:9.2f}{ratios[1]:10.2f}{ratios[2]:12.2f}   {'; '.join(verdict)}")
    for what, by_target in results["memory"].items():
        budget = f"   (budget {MEMORY_BUDGETS[what]})" if what in MEMORY_BUDGETS else ""
        lines.append(f"memory per {what}: " + ", ".join(f"{name} {size} bytes" for name, size in by_target.items()) + budget)
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--offhook", required=True)
    parser.add_argument("--load", required=True)
    parser.add_argument("--full", action="store_true", help="more and longer runs, and calls with digest")
    parser.add_argument("--only", default=",".join(targets.VARIANTS))
    parser.add_argument("--targets", help="offhook,kamailio: those that are named and installed")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--window", type=int, default=64, help="registrations or calls under way at a time")
    parser.add_argument("--drain", type=float, default=6, help="seconds after a run of calls that still count")
    parser.add_argument("--forget", type=float, default=35, help="seconds after which no transaction of a registration is left")
    parser.add_argument("--state", help="folder for the servers' files; a disk, not tmpfs, or durable means nothing")
    parser.add_argument("--json")
    options = parser.parse_args()
    size = dict(FULL if options.full else QUICK)
    size["rounds"] = options.rounds or size["rounds"]
    commands = targets.available(options.offhook)
    if options.targets:
        commands = {name: command for name, command in commands.items() if name in options.targets.split(",")}
    if "kamailio" not in commands and not options.targets:
        print("kamailio is not installed: no peer to compare with", file=sys.stderr)
    if not targets.own_network():
        print("no network namespace of its own (root may make one): other programs' ports are in the way", file=sys.stderr)
    if os.cpu_count() < 2:
        print("one core only: server and generator disturb each other", file=sys.stderr)
    # Absolute: a server may go to another folder before it opens its files.
    state = os.path.abspath(tempfile.mkdtemp(prefix="proxy.", dir=options.state))
    bench = Bench(options, size)
    try:
        bench.run(options.only.split(","), commands, state)
    finally:
        shutil.rmtree(state, ignore_errors=True)
    results = bench.results()
    results["load_average"] = os.getloadavg()
    print(table(results))
    if options.json:
        with open(options.json, "w") as out:
            json.dump(results, out, indent=1)
    return 0 if results["rows"] else 1


sys.exit(main())
