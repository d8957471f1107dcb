"""Calls beside junk: all of them come about, and the proxy's memory stays what it was. The small form of bench/flood.py; it asserts nothing about speed."""
import os
import random
import re
import socket
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case, sip  # noqa: E402

PROXY = ("127.0.0.1", 5060)
CALLS = 40
JUNK = 40_000
BURST = 200
MOST_GROWTH = 24 << 20  # bytes; with a transaction for each request of the junk it would be more


def junk(seed):
    """Random octets, broken SIP, sound requests for nobody."""
    dice = random.Random(seed)
    for number in range(JUNK):
        whole = (f"OPTIONS sip:nobody{seed}x{number}@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bK{seed}x{number}\r\n"
                 f"Max-Forwards: 70\r\nFrom: <sip:x@elsewhere.test>;tag=1\r\nTo: <sip:nobody@127.0.0.1>\r\nCall-ID: {seed}x{number}\r\nCSeq: 1 OPTIONS\r\n"
                 "Content-Length: 0\r\n\r\n").encode()
        kind = number % 3
        yield dice.randbytes(dice.randrange(1, 500)) if kind == 0 else whole[:dice.randrange(1, len(whole))] if kind == 1 else whole


class Junk(case.Case):
    def memory(self, process):
        return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text()).group(1)) * 1024

    def flood(self, over):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, sip.Client(name="pace") as pace:
            sender.connect(PROXY)
            for seed in range(1000):
                for number, datagram in enumerate(junk(seed)):
                    if over.is_set():
                        return
                    sender.send(datagram)
                    self.sent += 1
                    if number % BURST == 0:  # no more than the slowest machine takes: one answer says that all before was read
                        pace.options(PROXY)

    def call(self, caller, callee, number):
        call_id = f"flood-{number}"
        invite = caller.request("INVITE", "sip:bob@127.0.0.1", user="alice", call_id=call_id, body=sip.offer("127.0.0.1", 30000))

        def answer():
            asked = callee.wait(lambda m: m.method == "INVITE" and m.header("call-id") == call_id, "INVITE")
            while True:  # what is lost comes again
                callee.send(callee.respond(asked, 200, tag="b", headers=[("Contact", f"<sip:bob@127.0.0.1:{callee.port}>")], body=sip.offer("127.0.0.1", 30002)),
                            PROXY)
                heard = callee.receive(0.5)
                if done.is_set() or (heard is not None and heard.method == "ACK" and heard.header("call-id") == call_id):
                    return

        done = threading.Event()
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        try:
            self.assertEqual(caller.exchange(invite, PROXY).status, 200)
        finally:
            done.set()
            thread.join()

    def test_calls_go_on_and_memory_stays(self):
        proxy = self.proxy("--no-auth")
        self.sent = 0
        over = threading.Event()
        with sip.Client(name="alice") as caller, sip.Client(name="bob") as callee:
            self.assertEqual(callee.register("bob", PROXY).status, 200)
            self.call(caller, callee, "before")
            before = self.memory(proxy)
            flood = threading.Thread(target=self.flood, args=(over,), daemon=True)
            flood.start()
            try:
                for number in range(CALLS):
                    self.call(caller, callee, number)
                while self.sent < JUNK and flood.is_alive():
                    self.call(caller, callee, f"more{self.sent}")
            finally:
                over.set()
                flood.join()
            self.assertGreaterEqual(self.sent, JUNK)
            self.assertEqual(caller.options(PROXY).status, 200)
        growth = self.memory(proxy) - before
        if "asan" not in os.environ.get("OFFHOOK", ""):  # whose quarantine grows by itself
            self.assertLess(growth, MOST_GROWTH)


if __name__ == "__main__":
    case.main()
