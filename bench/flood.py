#!/usr/bin/env python3
"""Good calls beside a flood of junk, on loopback in a network namespace: how many fail, what the proxy's memory does.

  flood.py --build build/bench [--seconds 30] [--junk 100000] [--calls 200] [--json FILE]

First the calls alone, then the same with the junk (bench/load/junk.cpp). Exit 1 when more than 0.1 % of the calls failed. Standard library only."""
import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

PORT = 5600


def in_namespace(arguments):
    """This script again where the ports are its own; without namespaces it goes on here."""
    if os.environ.get("OFFHOOK_FLOOD") == "inside":
        return
    tool = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools", "in-namespace")
    os.environ["OFFHOOK_FLOOD"] = "inside"
    os.execv(tool, [tool, sys.executable, os.path.abspath(__file__), *arguments])


class Proxy:
    def __init__(self, binary, folder, core):
        config = os.path.join(folder, "proxy.toml")
        with open(config, "w") as out:
            out.write(f'listen = ["udp:127.0.0.1:{PORT}"]\ndomains = ["bench.test"]\nauth = false\n')
        self.child = subprocess.Popen([binary, "proxy", "--config", config], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                      preexec_fn=lambda: core is not None and os.sched_setaffinity(0, {core}))
        for line in self.child.stdout:
            if line.strip() == "ready":
                return
        raise RuntimeError("the proxy does not start")

    def memory(self):
        with open(f"/proc/{self.child.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) * 1024

    def cpu(self):
        with open(f"/proc/{self.child.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def drops(self):
        """Datagrams that the kernel has thrown away because the socket's buffer was full."""
        with open("/proc/net/udp") as table:
            rows = [line.split() for line in table.readlines()[1:]]
        return sum(int(row[12]) for row in rows if row[1].endswith(f":{PORT:04X}"))

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        self.child.wait(30)


class Watch(threading.Thread):
    """The highest memory of the proxy while it runs."""

    def __init__(self, proxy):
        super().__init__(daemon=True)
        self.proxy, self.highest, self.over = proxy, 0, threading.Event()

    def run(self):
        while not self.over.wait(0.2):
            self.highest = max(self.highest, self.proxy.memory())


def load(tools, *arguments):
    command = [tools["load"], *arguments, "--proxy-port", str(PORT)]
    return subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)


def phase(name, options, tools, proxy, with_junk):
    count = options.calls * options.seconds
    drops, cpu, watch = proxy.drops(), proxy.cpu(), Watch(proxy)
    watch.start()
    began = time.monotonic()
    junk = subprocess.Popen([tools["junk"], "--proxy-port", str(PORT), "--rate", str(options.junk), "--seconds", str(options.seconds)], stdout=subprocess.PIPE,
                            text=True) if with_junk else None
    calls = load(tools, "call", "--users", options.users, "--count", count, "--window", 2048, "--rate", options.calls, "--max-s", options.seconds + 40)
    out = json.loads(calls.communicate()[0])
    sent = json.loads(junk.communicate()[0]) if junk else {"sent": 0, "rate": 0}
    took = time.monotonic() - began
    watch.over.set()
    watch.join()
    row = {"phase": name, "calls": out["started"], "failed": out["failed"] + out["unfinished"], "retransmissions": out["retransmissions"],
           "calls_s": round(out["completed"] / out["elapsed_s"], 1), "junk": sent["sent"], "junk_s": round(sent["rate"]),
           "dropped_by_kernel": proxy.drops() - drops, "cpu_percent": round(100 * (proxy.cpu() - cpu) / took), "memory_peak": watch.highest,
           "memory_after": proxy.memory()}
    print("{phase:12} {calls:7} calls, {failed:4} failed, {retransmissions:6} sent again | {junk_s:7}/s junk, {dropped_by_kernel:8} lost in the socket | "
          "{cpu_percent:3} % CPU, peak {mb:.1f} MB".format(mb=row["memory_peak"] / 1e6, **row), flush=True)
    return row


def main():
    in_namespace(sys.argv[1:])
    parser = argparse.ArgumentParser(description="Good calls beside a flood of junk")
    parser.add_argument("--build", default="build/bench")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--junk", type=int, default=100_000)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--users", type=int, default=1000)
    parser.add_argument("--json")
    options = parser.parse_args()
    tools = {"offhook": f"{options.build}/apps/offhook/offhook", "load": f"{options.build}/bench/sip_load", "junk": f"{options.build}/bench/sip_junk"}
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        proxy = Proxy(tools["offhook"], folder, None)
        try:
            registered = json.loads(load(tools, "register", "--users", options.users, "--count", options.users).communicate()[0])
            if registered["completed"] != options.users:
                raise RuntimeError("the users cannot be registered")
            rows = [phase("calls alone", options, tools, proxy, False), phase("with junk", options, tools, proxy, True)]
        finally:
            proxy.stop()
    if options.json:
        with open(options.json, "w") as out:
            json.dump(rows, out, indent=1)
    return 1 if any(row["failed"] > row["calls"] / 1000 for row in rows) else 0


sys.exit(main())
