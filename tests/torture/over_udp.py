"""The torture messages of RFC 4475 and RFC 5118, and seeded mutations of them, thrown at a running proxy and a running phone over UDP.

After each message an OPTIONS ping must be answered, and at the end a call must go through: the process lives and still does its work. Run on a sanitizer
build, a report is a failure too. The messages lie beside this file."""
import random
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case, sip  # noqa: E402
from support.process import SANITIZER  # noqa: E402

HERE = Path(__file__).resolve().parent
MESSAGES = sorted(HERE.glob("rfc*/*.dat"))
SEED, MUTATIONS = 4475, 2000
PROXY, PHONE = ("127.0.0.1", 5060), ("127.0.0.1", 5061)


def flip_bits(rng, data, _):
    out = bytearray(data)
    for _ in range(rng.choice((1, 2, 8, 64))):
        at = rng.randrange(len(out))
        out[at] ^= 1 << rng.randrange(8)
    return bytes(out)


def truncate(rng, data, _):
    return data[:rng.randrange(len(data))]


def repeat_piece(rng, data, _):
    start = rng.randrange(len(data))
    piece = data[start:start + rng.choice((1, 10, 100, 1000))]
    at = rng.randrange(len(data))
    return data[:at] + piece * rng.choice((1, 2, 20)) + data[at:]


def repeat_line(rng, data, _):
    lines = data.split(b"\r\n")
    at = rng.randrange(len(lines))
    return b"\r\n".join(lines[:at] + [lines[at]] * rng.choice((2, 3, 50)) + lines[at:])


def drop_line(rng, data, _):
    lines = data.split(b"\r\n")
    del lines[rng.randrange(len(lines))]
    return b"\r\n".join(lines)


def splice(rng, data, other):
    return data[:rng.randrange(len(data))] + other[rng.randrange(len(other)):]


def mutations(seed, count):
    """The same datagrams for the same seed."""
    rng = random.Random(seed)
    sources = [path.read_bytes() for path in MESSAGES]
    for _ in range(count):
        change = rng.choice((flip_bits, flip_bits, truncate, repeat_piece, repeat_line, drop_line, splice))
        yield change.__name__, change(rng, rng.choice(sources), rng.choice(sources))[:65000]


class TortureCase(case.Case):
    def setUp(self):
        super().setUp()
        self.assertGreaterEqual(len(MESSAGES), 49 + 12 + 12, "messages are missing")

    def throw(self, process, target, messages, ping_every=1):
        """Sends each message from one socket and pings from another, so that answers to torture cannot pass for the ping's."""
        with sip.Client(name="torture") as thrower, sip.Client(name="ping") as pinger:
            for number, (name, data) in enumerate(messages):
                try:
                    thrower.send(data, target)
                    if (number + 1) % ping_every == 0:
                        answer = pinger.options(target)
                        self.assertEqual(answer.status, 200, f"OPTIONS after {name}: {answer.start}")
                except AssertionError as failure:
                    raise AssertionError(f"after message {number} ({name}) to {process.name}: {failure}\n{data[:2000]!r}") from None
                self.assertTrue(process.alive(), f"{process.name} ended after message {number} ({name})\n{data!r}")
            self.assertEqual(pinger.options(target).status, 200)
        self.assertIsNone(SANITIZER.search(process.text()), process.name)

    def originals(self):
        return [(str(path.relative_to(HERE)), path.read_bytes()) for path in MESSAGES]


OURS = ["--domain", "127.0.0.1", "--domain", "example.com"]


class ProxyCase(TortureCase):
    def call_through_proxy(self):
        """Registers a callee and calls it: INVITE, 200, ACK, BYE."""
        with sip.Client(name="callee") as callee, sip.Client(name="caller") as caller:
            self.assertEqual(callee.register("bob", PROXY).status, 200)
            self.assertEqual(caller.register("alice", PROXY).status, 200)
            uri, call_id = "sip:bob@127.0.0.1", "after-torture"

            def answer_call():
                invite = callee.wait(lambda m: m.method == "INVITE", "INVITE")
                callee.send(callee.respond(invite, 200, tag="b", headers=[("Contact", f"<sip:bob@127.0.0.1:{callee.port}>")],
                                           body=sip.offer("127.0.0.1", 30000)), PROXY)
                callee.wait(lambda m: m.method == "ACK", "ACK")
                bye = callee.wait(lambda m: m.method == "BYE", "BYE")
                callee.send(callee.respond(bye, 200), PROXY)

            other = threading.Thread(target=answer_call, daemon=True)
            other.start()
            invite = lambda headers, cseq: caller.request("INVITE", uri, user="alice", call_id=call_id, cseq=cseq, headers=headers,
                                                          body=sip.offer("127.0.0.1", 30002))
            answer = caller.with_digest(invite, PROXY, "alice", "alice")
            self.assertEqual(answer.status, 200, answer.start)
            to_tag = answer.header("to").rsplit("tag=", 1)[1]
            route = [("Route", value) for value in reversed(answer.all("record-route"))]
            target = answer.header("contact").strip("<>")
            caller.send(caller.request("ACK", target, to=uri, user="alice", call_id=call_id, cseq=2, to_tag=to_tag, headers=route), PROXY)
            bye = caller.request("BYE", target, to=uri, user="alice", call_id=call_id, cseq=3, to_tag=to_tag, headers=route)
            self.assertEqual(caller.exchange(bye, PROXY).status, 200)
            other.join(30)
            self.assertFalse(other.is_alive(), "the callee saw no end of the call")


class Proxy(ProxyCase):
    def torture(self, *arguments):
        proxy = self.proxy(*OURS, *arguments)
        self.throw(proxy, PROXY, self.originals())
        self.call_through_proxy()

    def test_open(self):
        self.torture("--no-auth")

    def test_with_digest(self):
        self.torture("--user", "alice:alice", "--user", "bob:bob")

    def test_with_store(self):
        self.torture("--no-auth", "--store", f"sqlite:{self.folder / 'store.db'}")


class ProxyMutations(ProxyCase):
    def test_mutations(self):
        proxy = self.proxy("--no-auth", *OURS)
        self.throw(proxy, PROXY, mutations(SEED, MUTATIONS))
        self.call_through_proxy()


class PhoneCase(TortureCase):
    def start_phone(self):
        self.proxy("--no-auth")
        return self.phone(settings={"call_waiting.enable": 1})

    def takes_a_call(self, phone):
        before = phone.mark()
        with sip.Client(name="late") as caller:
            invite = caller.request("INVITE", "sip:1001@127.0.0.1:5061", user="late", call_id="late", body=sip.offer("127.0.0.1", 30004))
            caller.send(invite, PHONE)
            caller.wait(lambda m: m.status == 180, "180 Ringing")
            phone.wait_for(r"ringing late", after=before)
            branch = sip.Message(invite).branch()
            caller.send(caller.request("CANCEL", "sip:1001@127.0.0.1:5061", user="late", call_id="late", branch=branch, contact=False), PHONE)
            refusal = caller.wait(lambda m: m.status == 487, "487 after CANCEL")
            caller.send(caller.acknowledge(invite, refusal), PHONE)


class Phone(PhoneCase):
    def test_originals(self):
        phone = self.start_phone()
        self.throw(phone, PHONE, self.originals())
        self.takes_a_call(phone)


class PhoneMutations(PhoneCase):
    def test_mutations(self):
        phone = self.start_phone()
        self.throw(phone, PHONE, mutations(SEED + 1, MUTATIONS))
        self.takes_a_call(phone)


if __name__ == "__main__":
    case.main()
