"""Multicast paging between processes: who hears a page, whose page takes over, what becomes of a call; and what stands on the wire."""
import socket
import struct
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case  # noqa: E402
from support.phone_api import PhoneApi  # noqa: E402
from support.process import wait_until  # noqa: E402

FIRE, LUNCH = "224.1.1.1:5000", "224.1.1.2:5010"
SENDS = {"multicast.paging_address.1.ip_address": FIRE, "multicast.paging_address.1.label": "Fire",
         "multicast.paging_address.2.ip_address": LUNCH, "multicast.paging_address.2.label": "Lunch"}
LISTENS = {"multicast.listen_address.1.ip_address": FIRE, "multicast.listen_address.1.label": "Fire",
           "multicast.listen_address.2.ip_address": LUNCH, "multicast.listen_address.2.label": "Lunch"}


class Watcher(threading.Thread):
    """Keeps the UDP datagrams of loopback that go to a multicast group: (group, port, DSCP, TTL, bytes)."""

    def __init__(self):
        super().__init__(daemon=True)
        self.seen, self.over = [], False
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
        self.socket.bind(("lo", 0))
        self.socket.settimeout(0.1)

    def run(self):
        with self.socket:
            while True:
                try:
                    packet = self.socket.recv(4096)
                except socket.timeout:
                    if self.over:
                        return
                    continue
                head = (packet[0] & 15) * 4
                if packet[9] == socket.IPPROTO_UDP and 224 <= packet[16] < 240:
                    port = struct.unpack("!H", packet[head + 2:head + 4])[0]
                    self.seen.append((socket.inet_ntoa(packet[16:20]), port, packet[1] >> 2, packet[8], packet[head + 8:]))

    def finish(self):
        """All that has come, once nothing more does."""
        self.over = True
        self.join()
        return self.seen


class Paging(case.Case):
    def setUp(self):
        super().setUp()
        self.proxy(*(word for n in (1001, 1002, 1003, 1004) for word in ("--user", f"{n}:{n}")), "--listen", "udp:127.0.0.1:5060", "--store", "memory")

    def one(self, number, settings, tone):
        """A phone with an API; it knows the tones of all four."""
        others = [word for hz in (500, 600, 700, 800) if hz != tone for word in ("--hear", hz)]
        port = 8080 + int(number) - 1000  # and SIP ports so far apart that the RTP ports are the phone's own
        phone = self.phone(number, port=5000 + 100 * (int(number) - 1000), settings=settings, arguments=["--api", f"127.0.0.1:{port}", "--audio-in", f"tone:{tone}", *others])
        phone.api = PhoneApi(port, number)
        return phone

    def hears(self, phone, *tones):
        wanted = [f"{hz} Hz" for hz in tones]
        wait_until(lambda: phone.api.view()["hears"] == wanted, f"{phone.name} hears {wanted or 'nobody'}")

    def page_of(self, phone):
        page = phone.api.view()["page"]
        return page and (page["direction"], page["label"])

    def test_the_highest_page_is_heard(self):
        alice, dora = self.one("1001", SENDS, 500), self.one("1004", SENDS, 800)
        bob, carol = self.one("1002", LISTENS, 600), self.one("1003", {**LISTENS, "multicast.receive_priority.enable": 0}, 700)
        alice.api.act("page", group="Lunch")
        for each in (bob, carol):
            self.hears(each, 500)
            self.assertEqual(self.page_of(each), ("heard", "Lunch"))
        bob.wait_for(r"\[page from Lunch\]")
        dora.api.act("page", group=1)
        self.hears(bob, 800)
        self.assertEqual(self.page_of(bob), ("heard", "Fire"))
        self.assertEqual(carol.api.view()["hears"], ["500 Hz"])
        dora.api.act("endpage")
        self.hears(bob, 500)
        alice.api.act("endpage")
        for each in (bob, carol):
            self.hears(each)
            wait_until(lambda each=each: self.page_of(each) is None, "the page is over")

    def test_a_call_waits_for_the_page(self):
        alice, bob, dora = self.one("1001", SENDS, 500), self.one("1002", {**LISTENS, "multicast.receive_priority.priority": 1}, 600), self.one("1004", {}, 800)
        dora.api.act("dial", number="1002")
        bob.wait_for(r"\[\d+ ringing 1004")
        bob.api.act("answer")
        self.hears(bob, 800)
        alice.api.act("page", group="Lunch")
        alice.api.act("endpage")
        alice.api.act("page", group="Fire")
        self.hears(bob, 500)
        self.assertEqual(bob.api.view()["calls"][0]["state"], "held")
        wait_until(lambda: dora.api.view()["calls"][0]["state"] == "held-by-remote", "the other side is on hold")
        self.hears(dora)
        alice.api.act("endpage")
        wait_until(lambda: bob.api.view()["calls"][0]["state"] == "talking", "the call goes on")
        self.hears(bob, 800)
        self.hears(dora, 600)
        self.assertNotIn("page from Lunch", bob.text())

    def test_on_the_wire(self):
        """One way, marked, by a static payload type, and nothing else: no RTCP, no answer."""
        alice, bob = self.one("1001", SENDS, 500), self.one("1002", LISTENS, 600)
        watcher = Watcher()
        watcher.start()
        alice.api.act("page", group="Lunch")
        self.hears(bob, 500)
        wait_until(lambda: len(watcher.seen) > 300, "six seconds, in which RTCP would come")
        alice.api.act("endpage")
        self.hears(bob)
        seen = watcher.finish()
        for group, port, dscp, ttl, rtp in seen:
            self.assertEqual((group, port, dscp, ttl), ("224.1.1.2", 5010, 46, 32))
            self.assertEqual((rtp[0], rtp[1] & 127, len(rtp)), (0x80, 9, 172))
        numbers = [struct.unpack("!H", rtp[2:4])[0] for *_, rtp in seen]
        self.assertEqual({b - a & 0xFFFF for a, b in zip(numbers, numbers[1:])}, {1})
        self.assertEqual(sum(rtp[1] >> 7 for *_, rtp in seen), 1, "the first packet has the marker")


if __name__ == "__main__":
    case.main()
