"""Records of calls: whoever was told 200 to his BYE finds the call in the records, whatever kills the proxy, and once."""
import json
import os
import random
import select
import sqlite3
import subprocess
import sys
import time
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case, sip  # noqa: E402
from support.admin_api import AdminApi  # noqa: E402

PROXY = ("127.0.0.1", 5060)
SEED, WINDOW, CALLS = 11, 20, 300
# More of them: OFFHOOK_KILLS=1000 tools/in-namespace tests/interop/call_records.py
KILLS = int(os.environ.get("OFFHOOK_KILLS", "25"))


class Phones:
    """A caller and a callee that make calls one after the other, WINDOW at a time, and hang up as soon as they are answered. What gets no answer is sent
    again, also to a proxy that has been started anew."""

    def __init__(self, callers=1):
        """`callers`: the sockets that calls come from."""
        self.callers, self.callee = [sip.Client(name=f"a{number}-") for number in range(callers)], sip.Client(name="b")
        self.hung_up = set()  # Call-IDs whose BYE was answered with 200
        self.under_way = {}   # Call-ID: [datagram to repeat, its time, "INVITE" or "BYE"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for caller in self.callers:
            caller.socket.close()
        self.callee.socket.close()

    def caller(self, call_id):
        return self.callers[zlib.crc32(call_id.encode()) % len(self.callers)]

    def invite(self, call_id):
        return self.caller(call_id).request("INVITE", "sip:bob@127.0.0.1", user="alice", call_id=call_id)

    def follow(self, ok, method, cseq):
        routes = [("Route", value) for value in reversed(ok.all("record-route"))]
        call_id = ok.header("call-id")
        return self.caller(call_id).request(method, f"sip:bob@127.0.0.1:{self.callee.port}", to="sip:bob@127.0.0.1", user="alice", call_id=call_id, cseq=cseq,
                                            to_tag="b", headers=routes)

    def answer(self, request):
        if request.method in ("INVITE", "BYE"):
            contact = [("Contact", f"<sip:bob@127.0.0.1:{self.callee.port}>")]
            self.callee.send(self.callee.respond(request, 200, tag="b", headers=contact), PROXY)

    def hear(self, response):
        call_id, cseq = response.header("call-id"), response.header("cseq")
        if response.status < 200 or call_id not in self.under_way:
            return
        if "INVITE" in cseq and response.status == 200:
            self.caller(call_id).send(self.follow(response, "ACK", 1), PROXY)
            if self.under_way[call_id][2] == "INVITE":
                self.under_way[call_id] = [self.follow(response, "BYE", 2), 0.0, "BYE"]
        elif "BYE" in cseq:
            del self.under_way[call_id]
            if response.status == 200:
                self.hung_up.add(call_id)
        elif response.status >= 300:
            del self.under_way[call_id]

    def run(self, names, stop=lambda: False, patience=60.0):
        """Until every call is over or `stop` says so."""
        todo, deadline = list(reversed(names)), time.monotonic() + patience
        while (todo or self.under_way) and not stop():
            if time.monotonic() > deadline:
                raise AssertionError(f"{len(self.under_way)} calls are not over within {patience:g} s")
            while todo and len(self.under_way) < WINDOW:
                name = todo.pop()
                self.under_way[name] = [self.invite(name), 0.0, "INVITE"]
            for name, entry in self.under_way.items():
                if time.monotonic() - entry[1] > 1.0:
                    self.caller(name).send(entry[0], PROXY)
                    entry[1] = time.monotonic()
            ready = select.select([client.socket for client in (*self.callers, self.callee)], [], [], 0.05)[0]
            if self.callee.socket in ready and (request := self.callee.receive(0.1)) is not None and request.method:
                self.answer(request)
            for caller in self.callers:
                if caller.socket in ready and (response := caller.receive(0.1)) is not None and response.status:
                    self.hear(response)


class CallRecords(case.Case):
    SHARDS, CALLERS = 1, 1

    def start_proxy(self, name, folder=None):
        config, folder = self.folder / "proxy.toml", folder or self.folder
        config.write_text(f'shards = {self.SHARDS}\ndomains = ["127.0.0.1"]\nauth = false\nlisten = ["udp:127.0.0.1:5060"]\nstore = "sqlite:{self.folder / "store.db"}"\n'
                          f'[cdr]\nsqlite = "{folder / "cdr.db"}"\njson = "{folder / "cdr.jsonl"}"\n[admin]\nlisten = "127.0.0.1:8088"\n')
        return self.proxy("--config", config, name=name)

    def check(self, hung_up, folder=None):
        folder = folder or self.folder
        rows = sqlite3.connect(folder / "cdr.db").execute("SELECT call_id FROM call WHERE ended_us IS NOT NULL AND reason = 'hangup'").fetchall()
        lines = [json.loads(line)["call_id"] for line in (folder / "cdr.jsonl").read_text().splitlines()]
        ended = {row[0] for row in rows}
        self.assertEqual(hung_up - ended, set(), f"of {len(hung_up)} calls")
        self.assertEqual(len(ended), len(rows), "a call twice in SQLite")
        # The file of lines is written second: a kill between the two leaves a call in the table alone.
        self.assertEqual(len(lines), len(set(lines)), "a call twice in JSON")
        self.assertEqual(set(lines) - ended, set(), "a line of a call that has not ended")

    def test_killed_at_random_moments_under_load(self):
        rng = random.Random(SEED)
        with Phones(self.CALLERS) as phones:
            self.start_proxy("first proxy").kill()
            for number in range(KILLS):
                proxy = self.start_proxy(f"proxy {number}")
                if number == 0:
                    self.assertEqual(phones.callee.register("bob", PROXY).status, 200)
                enough, before = rng.randrange(0, 100), len(phones.hung_up)
                moment, since = rng.uniform(0.0, 0.01), []

                def stop():
                    if len(phones.hung_up) - before >= enough and not since:
                        since.append(time.monotonic())
                    return bool(since) and time.monotonic() - since[0] >= moment

                phones.run([f"{number}-{call}" for call in range(CALLS)], stop=stop)
                proxy.kill()
            # What was under way goes on at the proxy that comes back: its calls are known from the records.
            self.start_proxy("last proxy")
            phones.under_way = {name: entry for name, entry in phones.under_way.items() if entry[2] == "BYE"}
            phones.run([])
            self.check(phones.hung_up)
            print(f"{KILLS} kills, {len(phones.hung_up)} calls whose BYE was answered, none lost and none twice", flush=True)

    def small_disk(self):
        disk = self.folder / "small"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "small", disk], stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("this machine lets nobody mount a small disk")
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=True)
        return disk

    def fill(self, disk):
        """Until not a byte fits; in two files, so that room comes back in two steps."""
        for name in ("ballast", "rest"):
            with open(disk / name, "wb", buffering=0) as file:
                try:
                    while file.write(bytes(4096 if name == "ballast" else 1)):
                        pass
                except OSError:
                    pass

    def test_a_full_disk_ends_no_call_and_loses_no_record(self):
        disk = self.small_disk()
        proxy = self.start_proxy("proxy", disk)
        metrics = AdminApi().metrics
        with Phones(self.CALLERS) as phones:
            self.assertEqual(phones.callee.register("bob", PROXY).status, 200)
            phones.run([f"before-{number}" for number in range(20)])
            self.fill(disk)
            phones.run([f"full-{number}" for number in range(100)])
            proxy.wait_for("records of calls are kept in memory, calls go on: .*(full|No space)")
            self.assertGreater(metrics()['offhook_call_records_total{what="failed"}'], 0)
            self.assertEqual(metrics()['offhook_call_records_total{what="ended"}'], 120)
            (disk / "ballast").unlink()
            proxy.wait_for("records of calls are written again")
            phones.run([f"after-{number}" for number in range(20)])
            self.assertEqual(len(phones.hung_up), 140)
        proxy.kill()
        self.check(phones.hung_up, disk)

    def test_a_proxy_ends_though_the_disk_is_full(self):
        disk = self.small_disk()
        proxy = self.start_proxy("proxy", disk)
        with Phones(self.CALLERS) as phones:
            self.assertEqual(phones.callee.register("bob", PROXY).status, 200)
            phones.run(["before"])
            self.fill(disk)
            phones.run([f"full-{number}" for number in range(30)])
            self.assertEqual(proxy.stop(), 0, proxy.log())
        for name in ("ballast", "rest"):
            (disk / name).unlink()
        self.start_proxy("proxy again", disk)
        with Phones(self.CALLERS) as phones:
            self.assertEqual(phones.callee.register("bob", PROXY).status, 200)
            phones.run(["after"])
        rows = sqlite3.connect(disk / "cdr.db").execute("SELECT call_id FROM call WHERE reason = 'hangup'").fetchall()
        self.assertLessEqual({("before",), ("after",)}, set(rows))
        for line in (disk / "cdr.jsonl").read_text().splitlines():
            json.loads(line)


class ShardsCallRecords(CallRecords):
    """The same with two shards and one log. By so many sockets, each shard gets some of the calls."""
    SHARDS, CALLERS = 2, 16


if __name__ == "__main__":
    case.main()
