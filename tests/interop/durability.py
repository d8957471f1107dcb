"""What the proxy has acknowledged is on disk: registrations answered with 200 are there after kill -9 and a new start."""
import contextlib
import itertools
import os
import random
import re
import select
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case, sip  # noqa: E402

PROXY = ("127.0.0.1", 5060)
USERS, SEED, WINDOW = 1000, 9, 50
# More of them: OFFHOOK_KILLS=1000 tools/in-namespace tests/interop/durability.py … (docs/performance.md)
KILLS = int(os.environ.get("OFFHOOK_KILLS", "30"))


def contact(user, port):
    return f"sip:{user}@127.0.0.1:{port}"


def request(client, user, port, cseq=1):
    return client.request("REGISTER", "sip:127.0.0.1", to=f"sip:{user}@127.0.0.1", user=user, contact=False, cseq=cseq, call_id=f"{user}@load",
                          headers=[("Contact", f"<{contact(user, port)}>"), ("Expires", "3600")])


class Load:
    """Registers users, up to WINDOW at a time, and notes which were answered with 200. Each goes by one of the clients' sockets."""

    def __init__(self, clients):
        self.clients = {client.socket: client for client in clients}
        for client in clients:
            client.socket.setblocking(False)
        self.acknowledged = {}  # user: contact port

    def run(self, users, stop=lambda: False, timeout=60.0):
        """Until all have their 200, or `stop` says so after an answer, or nothing is heard for the patience of the test."""
        waiting, todo, turns = {}, list(reversed(users)), itertools.cycle(self.clients.values())
        deadline = time.monotonic() + timeout
        while (todo or waiting) and time.monotonic() < deadline:
            while todo and len(waiting) < WINDOW:
                user = todo.pop()
                port = 10000 + len(self.acknowledged) % 50000
                client = next(turns)
                waiting[user] = [port, request(client, user, port), 0.0, client]
            for entry in waiting.values():
                if time.monotonic() - entry[2] > 1.0:
                    entry[3].socket.sendto(entry[1], PROXY)
                    entry[2] = time.monotonic()
            for ready in select.select(list(self.clients), [], [], 0.5)[0]:
                try:
                    answer = sip.Message(ready.recv(65536))
                except (BlockingIOError, ConnectionRefusedError):
                    continue
                user = re.search(r"sip:([^@]+)@", answer.header("to")).group(1)
                if answer.status == 200 and user in waiting:
                    self.acknowledged[user] = waiting.pop(user)[0]
                if stop():
                    return
        if todo or waiting:
            raise AssertionError(f"{len(waiting)} registrations not answered within {timeout:g} s")


class Durability(case.Case):
    MORE = ()      # arguments of the proxy
    SOCKETS = 1    # that the load comes from

    def start_proxy(self, name):
        return self.proxy("--no-auth", "--store", f"sqlite:{self.folder / 'store.db'}", *self.MORE, name=name)

    @contextlib.contextmanager
    def load(self, name):
        with contextlib.ExitStack() as stack:
            yield Load([stack.enter_context(sip.Client(name=f"{name}s{number}")) for number in range(self.SOCKETS)])

    def check_all(self, acknowledged):
        """Asks for every binding by REGISTER without Contact."""
        lost = []
        with sip.Client(name="asker") as client:
            for user, port in acknowledged.items():
                answer = client.register(user, PROXY, contact=False)
                self.assertEqual(answer.status, 200, answer.start)
                if f"sip:{user}@127.0.0.1:{port}" not in answer.header("contact"):
                    lost.append(user)
        self.assertEqual(lost, [], f"{len(lost)} of {len(acknowledged)} acknowledged registrations are gone")

    def test_killed_after_the_last_answer(self):
        proxy = self.start_proxy("proxy")
        with self.load("load") as load:
            load.run([f"user{number}" for number in range(USERS)])
        proxy.kill()
        self.assertEqual(len(load.acknowledged), USERS)
        self.start_proxy("proxy again")
        self.check_all(load.acknowledged)

    def test_a_restarted_proxy_forwards_to_the_contact(self):
        with sip.Client(name="callee") as callee, sip.Client(name="caller") as caller:
            proxy = self.start_proxy("proxy")
            self.assertEqual(callee.register("bob", PROXY).status, 200)
            proxy.kill()
            self.start_proxy("proxy again")
            caller.send(caller.request("MESSAGE", "sip:bob@127.0.0.1", user="alice"), PROXY)
            message = callee.wait(lambda m: m.method == "MESSAGE", "MESSAGE")
            callee.send(callee.respond(message, 200, tag="b"), PROXY)
            self.assertEqual(caller.wait(lambda m: m.status >= 200, "answer").status, 200)

    def test_killed_at_random_moments_under_load(self):
        rng = random.Random(SEED)
        everybody = {}
        for round_number in range(KILLS):
            proxy = self.start_proxy(f"proxy {round_number}")
            with self.load(f"load{round_number}") as load:
                # After so many answers, and then anywhere within what is under way.
                enough, moment = rng.randrange(0, 100), rng.uniform(0.0, 0.01)
                since = []

                def stop():
                    if len(load.acknowledged) >= enough and not since:
                        since.append(time.monotonic())
                    return bool(since) and time.monotonic() - since[0] >= moment

                load.run([f"user{round_number}x{number}" for number in range(600)], stop=stop)
                proxy.kill()
            everybody.update(load.acknowledged)
            if round_number % 50 == 49 or round_number == KILLS - 1:
                proxy = self.start_proxy(f"proxy after {round_number}")
                self.check_all(everybody)
                proxy.kill()
        print(f"{KILLS} kills, {len(everybody)} acknowledged registrations, none lost", flush=True)

    def refusals(self, client, names):
        """Registers them one by one; those that were kept, and the answers to the others."""
        kept, refused = {}, []
        for name in names:
            answer = client.exchange(request(client, name, 7000), PROXY)
            if answer.status == 200:
                kept[name] = 7000
            else:
                refused.append(answer)
        return kept, refused

    def check_refusals(self, refused):
        self.assertTrue(refused, "nothing was refused")
        for answer in refused:
            self.assertEqual(answer.status, 500, answer.start)
            self.assertGreater(int(answer.header("retry-after")), 0)

    def test_a_full_disk(self):
        disk = self.folder / "small"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "small", disk], stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("this machine lets nobody mount a small disk")
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=True)
        (disk / "ballast").write_bytes(bytes(60_000))
        store = f"sqlite:{disk / 'store.db'}"
        proxy = self.proxy("--no-auth", "--store", store, *self.MORE)
        with sip.Client(name="load") as client:
            kept, refused = self.refusals(client, [f"user{number}" for number in range(200)])
            self.check_refusals(refused)
            (disk / "ballast").unlink()
            more, refused = self.refusals(client, ["late"])
            self.assertEqual(refused, [], "there is room again")
        proxy.kill()
        self.proxy("--no-auth", "--store", store, *self.MORE, name="proxy again")
        self.assertGreater(len(kept), 0)
        self.check_all(kept | more)

    def test_a_locked_database(self):
        proxy = self.start_proxy("proxy")
        with sip.Client(name="load") as client:
            before, _ = self.refusals(client, ["before"])
            holder = sqlite3.connect(self.folder / "store.db", isolation_level=None)
            holder.execute("BEGIN EXCLUSIVE")
            kept, refused = self.refusals(client, ["meanwhile"])
            self.assertEqual(kept, {})
            self.check_refusals(refused)
            holder.execute("ROLLBACK")
            holder.close()
            after, refused = self.refusals(client, ["meanwhile", "after"])
            self.assertEqual(refused, [])
        proxy.kill()
        self.start_proxy("proxy again")
        self.check_all(before | after)


class ShardsDurability(Durability):
    """The same with two shards, which share the one store. By so many sockets, each of them gets some of the load."""
    MORE = ("--shards", "2")
    SOCKETS = 24


if __name__ == "__main__":
    case.main()
