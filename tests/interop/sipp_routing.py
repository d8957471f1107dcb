"""What RFC 3261 section 16 asks of a proxy, played by SIPp on both sides."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case, sip, sipp  # noqa: E402
from support.process import wait_until  # noqa: E402

PROXY = ("127.0.0.1", 5060)
FIRST, SECOND, CALLER = 5081, 5082, 5092
PLAIN = {"FIELD": "Server: SIPp"}


class Routing(case.Case):
    def setUp(self):
        super().setUp()
        self.proxy("--no-auth", "--listen", "udp:127.0.0.1:5060", "--listen", "tcp:127.0.0.1:5060")

    def bind(self, user, *contacts):
        with sip.Client(name=f"registrar-{user}") as client:
            answer = client.exchange(client.request("REGISTER", "sip:127.0.0.1", to=f"sip:{user}@127.0.0.1", user=user, contact=False,
                                                    headers=[("Contact", contact) for contact in contacts]), PROXY)
            self.assertEqual(answer.status, 200, answer.start)

    def bind_phones(self, *q):
        """bob at FIRST and SECOND."""
        self.bind("bob", *(f"<sip:bob@127.0.0.1:{port}>;q={value}" for port, value in zip((FIRST, SECOND), q)))

    def refusing(self, port, status, **places):
        return sipp.listen(self, "refuse.xml", port, replace={**PLAIN, "STATUS": status, **places})

    def caller_hears(self, status, header="CSeq", holds="1 INVITE"):
        sipp.run(self, "refused.xml", CALLER, user="bob", replace={"STATUS": status, "HEADER": header, "HOLDS": holds})

    def messages(self, port):
        return (self.folder / f"{port}.messages").read_text()

    # 16.6, 16.7 step 10: both ring, one answers, the other is cancelled and told why.
    def test_parallel_forking(self):
        self.bind_phones("1.0", "1.0")
        loser = sipp.listen(self, "ring.xml", FIRST)
        winner = sipp.listen(self, "answer.xml", SECOND)
        sipp.run(self, "call_routed.xml", CALLER, user="bob")
        sipp.finish(self, winner)
        sipp.finish(self, loser)
        self.assertRegex(self.messages(FIRST), r"CANCEL [^$]*Call completed elsewhere")

    def test_serial_forking_by_q(self):
        self.bind_phones("0.9", "0.2")
        first = self.refusing(FIRST, 486)
        second = sipp.listen(self, "answer.xml", SECOND)
        sipp.run(self, "call_routed.xml", CALLER, user="bob")
        sipp.finish(self, first)
        sipp.finish(self, second)

    # 16.7 step 5: a 6xx ends the search; what still rings is cancelled, what is left is not tried.
    def test_a_6xx_is_the_last_word(self):
        self.bind("bob", f"<sip:bob@127.0.0.1:{FIRST}>;q=1.0", f"<sip:bob@127.0.0.1:{SECOND}>;q=1.0", "<sip:bob@127.0.0.1:5083>;q=0.5")
        ringing = sipp.listen(self, "ring.xml", FIRST)
        declining = self.refusing(SECOND, 603)
        never = sipp.listen(self, "answer.xml", 5083)
        self.caller_hears(603)
        sipp.finish(self, declining)
        sipp.finish(self, ringing)
        never.kill()
        log = self.folder / "5083.messages"
        self.assertNotIn("INVITE", log.read_text() if log.exists() else "")

    # 16.7 step 6: of several refusals the lowest class, and 503 does not leave us as such.
    def test_the_best_of_the_refusals(self):
        self.bind_phones("1.0", "1.0")
        phones = [self.refusing(FIRST, 503), self.refusing(SECOND, 486)]
        self.caller_hears(486)
        for phone in phones:
            sipp.finish(self, phone)

    def test_503_becomes_500(self):
        self.bind("bob", f"<sip:bob@127.0.0.1:{FIRST}>")
        phone = self.refusing(FIRST, 503)
        self.caller_hears(500)
        sipp.finish(self, phone)

    # 16.7 step 7: the caller sees every challenge.
    def test_challenges_are_put_together(self):
        self.bind_phones("1.0", "1.0")
        phones = [self.refusing(FIRST, 407, FIELD='Proxy-Authenticate: Digest realm="first", nonce="1"'),
                  self.refusing(SECOND, 407, FIELD='Proxy-Authenticate: Digest realm="second", nonce="2"')]
        self.caller_hears(407, "Proxy-Authenticate", "realm=")  # SIPp looks into one of the two; which refusal came first is open
        for phone in phones:
            sipp.finish(self, phone)
        answer = self.messages(CALLER)
        self.assertIn('realm="first"', answer)
        self.assertIn('realm="second"', answer)

    # 16.10
    def test_the_caller_gives_up(self):
        self.bind("bob", f"<sip:bob@127.0.0.1:{FIRST}>")
        phone = sipp.listen(self, "ring.xml", FIRST)
        sipp.run(self, "cancel.xml", CALLER, user="bob")
        sipp.finish(self, phone)

    # 16.3 steps 3 to 5
    def test_no_hops_left(self):
        self.bind("bob", f"<sip:bob@127.0.0.1:{FIRST}>")
        sipp.run(self, "request.xml", CALLER, user="bob", replace={**PLAIN, "HOPS": 0, "STATUS": 483, "HEADER": "CSeq", "HOLDS": "OPTIONS"})

    def test_an_extension_that_nobody_knows(self):
        self.bind("bob", f"<sip:bob@127.0.0.1:{FIRST}>")
        sipp.run(self, "request.xml", CALLER, user="bob",
                 replace={"FIELD": "Proxy-Require: time-travel", "HOPS": 70, "STATUS": 420, "HEADER": "Unsupported", "HOLDS": "time-travel"})

    def test_a_loop(self):
        self.bind("bob", "<sip:bob@127.0.0.1:5060>")
        self.caller_hears(482)

    # A request that comes back with another Request-URI has not looped (RFC 5393).
    def test_a_spiral(self):
        self.bind("sales", "<sip:bob@127.0.0.1:5060>")
        self.bind("bob", f"<sip:bob@127.0.0.1:{FIRST}>")
        phone = sipp.listen(self, "answer.xml", FIRST)
        sipp.run(self, "call_routed.xml", CALLER, user="sales")
        sipp.finish(self, phone)

    # RFC 5658: each side finds us where it can reach us.
    def test_two_transports(self):
        self.bind("bob", f"<sip:bob@127.0.0.1:{FIRST};transport=tcp>")
        phone = sipp.start(self, "answer.xml", FIRST, arguments=["-t", "t1"])
        wait_until(lambda: tcp_port_open(FIRST), "the phone's TCP port")
        sipp.run(self, "call_routed.xml", CALLER, user="bob")
        sipp.finish(self, phone)
        invite = self.messages(FIRST)
        self.assertRegex(invite, r"Record-Route: <sip:127\.0\.0\.1:5060;transport=tcp;lr>")
        self.assertRegex(invite, r"Record-Route: .*<sip:127\.0\.0\.1:5060;lr>")

    # 16.4: a strict router before us.
    def test_a_strict_router(self):
        self.bind("bob", f"<sip:bob@127.0.0.1:{FIRST}>")
        phone = sipp.listen(self, "answer.xml", FIRST)
        sipp.run(self, "call_strict.xml", CALLER, user="bob")
        sipp.finish(self, phone)


def tcp_port_open(port):
    """From /proc: a connection would be SIPp's first call."""
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return any(row.split()[1].endswith(f":{port:04X}") and row.split()[3] == "0A" for row in rows)


if __name__ == "__main__":
    case.main()
