#!/usr/bin/env python3
"""How the cost of the proxy grows with what it holds, and what a second shard is worth. On loopback, in a network namespace of its own.

  scale.py --build build/bench [--sizes 1000,10000,100000,1000000] [--count 20000] [--rounds 3] [--skip cost,start,instructions,pings,shards]
           [--json FILE]

  cost          CPU µs of a new registration, a refresh and a call beside that many bindings, in memory; what the process has grown to meanwhile
  start         a start with that many bindings in SQLite: seconds, CPU, resident memory then and at the most, octets a binding; a durable refresh
  instructions  in user space, of the same three, by callgrind (valgrind); 1,000,000 bindings take some minutes
  pings         what it costs to keep 100,000 phones behind NATs reachable by UDP: a ping each, every 30 s
  shards        calls and registrations with one and with two threads on all cores, which the load generator shares

CPU time is that of all threads of the process (schedstat), user and system. Users are taken in strides, so that no cache is warm by order alone.
What the figures mean: docs/performance.md. Standard library only."""
import argparse
import glob
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

DOMAIN, PORT, STRIDE = "bench.test", 5600, 7919
CALLERS, CALLEES = 6000, 7000  # ports from there on
FORGET = 36  # seconds after which no transaction is left: their ends are part of the price, and none of the next step's
CORES = sorted(os.sched_getaffinity(0))


def in_namespace(arguments):
    """This script again where the ports are its own; without namespaces it goes on here."""
    if os.environ.get("OFFHOOK_SCALE") == "inside":
        return
    tool = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools", "in-namespace")
    os.environ["OFFHOOK_SCALE"] = "inside"
    status = subprocess.run([tool, sys.executable, os.path.abspath(__file__), *arguments]).returncode
    if status != 77:
        sys.exit(status)


class Proxy:
    """`offhook proxy` without authentication; `seconds` until it was ready."""

    def __init__(self, options, folder, store="memory", shards=1, cores=None, under=()):
        config = os.path.join(folder, "proxy.toml")
        with open(config, "w") as out:
            out.write(f'listen = ["udp:127.0.0.1:{PORT}"]\ndomains = ["{DOMAIN}"]\nauth = false\nstore = "{store}"\nshards = {shards}\n')
        began = time.monotonic()
        self.child = subprocess.Popen([*under, options.offhook, "proxy", "--config", config], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                      preexec_fn=lambda: cores and os.sched_setaffinity(0, cores))
        for line in self.child.stdout:
            if line.strip() == "ready":
                self.seconds = time.monotonic() - began
                return
        raise RuntimeError("the proxy does not start")

    def cpu(self):
        """Seconds of all its threads so far."""
        total = 0
        for file in glob.glob(f"/proc/{self.child.pid}/task/*/schedstat"):
            try:
                with open(file) as stat:
                    total += int(stat.read().split()[0])
            except OSError:
                pass
        return total / 1e9

    def memory(self, what="VmRSS"):
        with open(f"/proc/{self.child.pid}/status") as status:
            return int(re.search(rf"{what}:\s+(\d+)", status.read()).group(1)) * 1024

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        self.child.wait(120)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Scale:
    def __init__(self, options, state):
        self.options, self.state = options, state
        self.folders = 0

    def folder(self):
        self.folders += 1
        out = os.path.join(self.state, str(self.folders))
        os.makedirs(out)
        return out

    def load(self, what, users, count, *more, first=1, window=64, cores=None):
        command = [os.path.join(self.options.build, "bench/sip_load"), what, "--proxy-port", PORT, "--caller-port", CALLERS, "--callee-port", CALLEES,
                   "--users", users, "--first", first, "--count", count, "--window", window, "--max-s", 3600, *more]
        run = subprocess.run([str(word) for word in command], capture_output=True, text=True, preexec_fn=lambda: os.sched_setaffinity(0, cores or {CORES[-1]}))
        if not run.stdout:
            raise RuntimeError("load generator: " + run.stderr)
        result = json.loads(run.stdout)
        result["bad"] = (result["started"] - result["completed"] + result["retransmissions"]) / max(1, result["started"])
        return result

    def measure(self, proxy, what, users, *more, **how):
        """CPU µs of each, by the median of the rounds; every round takes other users, as far as there are."""
        runs, bad = [], 0
        for number in range(self.options.rounds):
            before = proxy.cpu()
            result = self.load(what, users, self.options.count, "--stride", STRIDE, *more, first=1, **how)
            runs.append((proxy.cpu() - before) * 1e6 / max(1, result["completed"]))
            bad = max(bad, result["bad"])
        return {"us": round(statistics.median(runs), 2), "runs": [round(run, 2) for run in runs], "bad": round(bad, 5)}

    def cost(self, size):
        count = min(self.options.count, size)
        with Proxy(self.options, self.folder(), cores={CORES[0]}) as proxy:
            out = {"idle": proxy.memory()}
            if size > count:
                self.load("register", size - count, size - count)
            before = proxy.cpu()
            last = self.load("register", count, count, first=size - count + 1)
            out["new"] = {"us": round((proxy.cpu() - before) * 1e6 / count, 2), "bad": round(last["bad"], 5)}
            out["refresh"] = self.measure(proxy, "register", size)
            out["call"] = self.measure(proxy, "call", size)
            out["most"] = proxy.memory("VmHWM")
        return out

    def stored(self, size, **changed):
        """A folder with a store of that many bindings: as the load generator registers them, written at once. `changed`: columns of all of them."""
        folder = self.folder()
        file = os.path.join(folder, "bindings.db")
        with Proxy(self.options, folder, f"sqlite:{file}") as proxy:
            self.load("register", 1, 1)
        # One row as the proxy has written it, and that one for everybody.
        with sqlite3.connect(file) as database:
            names = [row[1] for row in database.execute("PRAGMA table_info(binding)")]
            row = dict(zip(names, database.execute("SELECT * FROM binding").fetchone())) | changed
            database.execute("DELETE FROM binding")
            rows = ([str(value).replace("u1@", f"u{number}@") if name in ("aor", "contact") else f"{number}-{value}" if name == "call_id" else value
                     for name, value in row.items()] for number in range(1, size + 1))
            database.executemany(f"INSERT INTO binding VALUES ({','.join('?' * len(names))})", rows)
        database.close()
        return folder, f"sqlite:{file}"

    def start(self, size):
        folder, store = self.stored(size)
        with Proxy(self.options, self.folder(), f"sqlite:{self.folder()}/empty.db", cores={CORES[0]}) as empty:
            idle = empty.memory()
        with Proxy(self.options, folder, store, cores={CORES[0]}) as proxy:
            out = {"seconds": round(proxy.seconds, 3), "cpu_s": round(proxy.cpu(), 3), "resident": proxy.memory(), "most": proxy.memory("VmHWM"),
                   "octets": round((proxy.memory() - idle) / size)}
            out["durable refresh"] = self.measure(proxy, "register", size, window=64)
        shutil.rmtree(folder)
        return out

    def instructions(self, size):
        """Counting begins when all are registered: until then the program runs under valgrind without it."""
        folder = self.folder()
        under = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={folder}/profile"]
        count = min(2000, size)
        steps = {"new": ("register", count, size - count + 1), "refresh": ("register", size, 1), "call": ("call", size, 1)}
        with Proxy(self.options, folder, under=under) as proxy:
            def control(*words):
                subprocess.run(["callgrind_control", *words, str(proxy.child.pid)], check=True, capture_output=True)
            if size > count:
                self.load("register", size - count, size - count, window=16)
                time.sleep(FORGET)
            control("-i", "on")
            for step, (what, users, first) in steps.items():
                self.load(what, users, count, *(() if step == "new" else ("--stride", STRIDE)), first=first, window=8)
                time.sleep(FORGET)
                control("-d", step)
        out = {}
        for number, step in enumerate(steps, 1):
            with open(f"{folder}/profile.{number}") as text:
                out[step] = round(sum(int(n) for n in re.findall(r"^totals: (\d+)", text.read(), re.M)) / count)
        shutil.rmtree(folder)
        return out

    def pings(self):
        """CPU µs of a ping, and how many a second there were."""
        size, length = 100_000, 15
        folder, store = self.stored(size, contact="sip:u1@10.0.0.1:5060", received=f"127.0.0.1:{CALLEES}")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phones, Proxy(self.options, folder, store, cores={CORES[0]}) as proxy:
            phones.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            phones.bind(("127.0.0.1", CALLEES))
            phones.settimeout(60)  # the first ping comes when the interval is over
            phones.recv(100)
            before, heard, end = proxy.cpu(), 0, time.monotonic() + length
            while time.monotonic() < end:
                phones.recv(100)
                heard += 1
            return {"us": round((proxy.cpu() - before) * 1e6 / heard, 2), "rate": round(heard / length)}

    def shards(self):
        """One and two threads, everybody on all cores, in turns; calls come from 32 ports on either side, so that each shard gets its part."""
        out, size = {}, 10000
        for what in ("call", "register"):
            by_count = {1: [], 2: []}
            for _ in range(self.options.rounds):
                for count, runs in by_count.items():
                    with Proxy(self.options, self.folder(), shards=count) as proxy:
                        spread = ("--sockets", 32, "--stride", STRIDE)
                        self.load("register", size, size, *spread, cores=set(CORES))
                        self.load(what, size, self.options.count // 4, *spread, cores=set(CORES))
                        before = proxy.cpu()
                        run = self.load(what, size, self.options.count, *spread, window=256, cores=set(CORES))
                        runs.append({"us": (proxy.cpu() - before) * 1e6 / max(1, run["completed"]), "rate": run["rate"], "bad": run["bad"]})
            out[what] = {str(count): {key: round(statistics.median(run[key] for run in runs), 4) for key in ("us", "rate", "bad")} for count, runs in by_count.items()}
        return out


def megabytes(octets):
    return f"{octets / 1e6:,.0f} MB"


def report(results):
    for size, rows in results["sizes"].items():
        print(f"{int(size):,} bindings")
        if "cost" in rows:
            cost = rows["cost"]
            print("  CPU µs: " + ", ".join(f"{what} {cost[what]['us']:.1f}" + (f" ({100 * cost[what]['bad']:.2f} % bad)" if cost[what]["bad"] > 0.001 else "")
                                           for what in ("new", "refresh", "call")) + f"; at most {megabytes(cost['most'])} resident")
        if "start" in rows:
            start = rows["start"]
            print(f"  start: {start['seconds']:.2f} s, CPU {start['cpu_s']:.2f} s, {megabytes(start['resident'])} resident (at most {megabytes(start['most'])}), "
                  f"{start['octets']} octets a binding; durable refresh {start['durable refresh']['us']:.1f} µs")
        if "instructions" in rows:
            print("  instructions: " + ", ".join(f"{what} {count:,}" for what, count in rows["instructions"].items()))
    if "pings" in results:
        print("pings: {rate:,}/s for 100,000 bindings, {us:.2f} µs each".format(**results["pings"]))
    for what, by_count in results.get("shards", {}).items():
        print(f"shards, {what}: " + "; ".join(f"{count}: {row['rate']:,.0f}/s, {row['us']:.1f} µs each" + (f" ({100 * row['bad']:.2f} % bad)" if row["bad"] > 0.001 else "")
                                              for count, row in by_count.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", required=True, help="folder of the preset bench")
    parser.add_argument("--offhook", help="another binary than that of the build")
    parser.add_argument("--sizes", default="1000,10000,100000,1000000")
    parser.add_argument("--count", type=int, default=20000, help="registrations and calls of a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--skip", default="", help="of cost,start,instructions,pings,shards")
    parser.add_argument("--state", help="folder for stores; a disk, not tmpfs, or durable means nothing")
    parser.add_argument("--json")
    options = parser.parse_args()
    in_namespace(sys.argv[1:])
    options.offhook = options.offhook or os.path.join(options.build, "apps/offhook/offhook")
    skip = set(options.skip.split(","))
    if not shutil.which("valgrind"):
        skip.add("instructions")
    state = os.path.abspath(tempfile.mkdtemp(prefix="scale.", dir=options.state))
    scale, results = Scale(options, state), {"sizes": {}, "load_average": [os.getloadavg()]}
    try:
        for size in (int(word) for word in options.sizes.split(",")):
            rows = results["sizes"][str(size)] = {}
            for what in ("cost", "start", "instructions"):
                if what not in skip:
                    rows[what] = getattr(scale, what)(size)
                    print(f"  {size:,}: {what}: {rows[what]}", file=sys.stderr, flush=True)
        if "pings" not in skip:
            results["pings"] = scale.pings()
        if "shards" not in skip:
            results["shards"] = scale.shards()
    finally:
        shutil.rmtree(state, ignore_errors=True)
    results["load_average"].append(os.getloadavg())
    report(results)
    if options.json:
        with open(options.json, "w") as out:
            json.dump(results, out, indent=1)
    return 0


sys.exit(main())
