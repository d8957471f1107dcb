"""What RFC 3261 section 16 asks of a proxy, played by SIPp on both sides."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case, sip, sipp  # noqa: E402
from support.admin_api import AdminApi  # noqa: E402
from support.process import wait_until  # noqa: E402

PROXY = ("127.0.0.1", 5060)
FIRST, SECOND, CALLER = 5081, 5082, 5092
PLAIN = {"FIELD": "Server: SIPp"}


class Bound(case.Case):
    """A proxy, and phones of SIPp at it."""
    SETTINGS = ""  # of proxy.toml, further fields

    def setUp(self):
        super().setUp()
        config = self.folder / "proxy.toml"
        config.write_text(f'domains = ["127.0.0.1"]\nauth = false\nlisten = ["udp:127.0.0.1:5060", "tcp:127.0.0.1:5060"]\n{self.SETTINGS}\n'
                          '[admin]\nlisten = "127.0.0.1:8088"\n')
        self.proxy("--config", config)

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


class Routing(Bound):
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
        # 16.7 step 10: the ACK to a refusal is each hop's own.
        acknowledged = self.messages(FIRST).split("ACK sip:bob@")
        self.assertEqual(len(acknowledged), 2, "one ACK")
        self.assertEqual(acknowledged[1].count("Via:"), 1)

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


    # 16.7 step 4: without redirect = "recurse" it is the caller's affair.
    def test_a_redirection_is_passed_on(self):
        self.bind("bob", f"<sip:bob@127.0.0.1:{FIRST}>")
        phone = self.refusing(FIRST, 302, FIELD=f"Contact: <sip:bob@127.0.0.1:{SECOND}>")
        never = sipp.listen(self, "answer.xml", SECOND)
        self.caller_hears(302, "Contact", f"sip:bob@127.0.0.1:{SECOND}")
        sipp.finish(self, phone)
        never.kill()
        log = self.folder / f"{SECOND}.messages"
        self.assertNotIn("INVITE", log.read_text() if log.exists() else "")

    # RFC 6026: the caller hears each 2xx, also the one that the phone repeats since no ACK has come; the repeated INVITE makes no second call.
    def test_a_2xx_that_is_repeated_goes_up_each_time(self):
        self.bind("bob", f"<sip:bob@127.0.0.1:{FIRST}>")
        phone = sipp.listen(self, "answer.xml", FIRST)
        with sip.Client(name="caller") as caller:
            invite = caller.request("INVITE", "sip:bob@127.0.0.1", user="alice", call_id="again")
            caller.send(invite, PROXY)
            caller.wait(lambda m: m.status == 200, "200")
            caller.send(invite, PROXY)
            ok = caller.wait(lambda m: m.status == 200, "200 again")
            self.assertEqual(len(ok.all("via")), 1)
            follow = {"to": "sip:bob@127.0.0.1", "user": "alice", "call_id": "again", "to_tag": ok.header("to").split("tag=")[1],
                      "headers": [("Route", value) for value in reversed(ok.all("record-route"))]}
            caller.send(caller.request("ACK", f"sip:bob@127.0.0.1:{FIRST}", **follow), PROXY)
            self.assertEqual(caller.exchange(caller.request("BYE", f"sip:bob@127.0.0.1:{FIRST}", cseq=2, **follow), PROXY).status, 200)
        sipp.finish(self, phone)
        self.assertEqual(self.messages(FIRST).count("\nINVITE sip:"), 1)

    # 16.7 step 1, changed by RFC 6026: a response that answers nothing of ours goes nowhere.
    def test_a_stray_response_goes_nowhere(self):
        self.bind("bob", f"<sip:bob@127.0.0.1:{FIRST}>")
        with sip.Client(name="stray") as client:
            client.send(f"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKmadeup\r\nVia: SIP/2.0/UDP 127.0.0.1:{client.port};branch=z9hG4bK1\r\n"
                        "From: <sip:a@127.0.0.1>;tag=1\r\nTo: <sip:bob@127.0.0.1>;tag=2\r\nCall-ID: stray\r\nCSeq: 1 INVITE\r\n"
                        f"Contact: <sip:bob@127.0.0.1:{FIRST}>\r\nContent-Length: 0\r\n\r\n".encode(), PROXY)
            client.send(client.request("OPTIONS", "sip:127.0.0.1", contact=False), PROXY)
            first = client.receive(30.0)
            self.assertEqual((first.status, "OPTIONS" in first.header("cseq")), (200, True))
        self.assertEqual(AdminApi().metrics()["offhook_stray_responses_total"], 1)

    # RFC 5393 section 5.3.3: with a breadth of one, one phone after the other.
    def test_a_narrow_request_forks_serially(self):
        self.bind_phones("1.0", "1.0")
        phones = [self.refusing(FIRST, 486), sipp.listen(self, "answer.xml", SECOND)]
        with sip.Client(name="caller") as caller:
            caller.send(caller.request("INVITE", "sip:bob@127.0.0.1", user="alice", call_id="narrow", headers=[("Max-Breadth", "1")]), PROXY)
            ok = caller.wait(lambda m: m.status >= 200, "an answer")
            self.assertEqual(ok.status, 200, ok.start)
            follow = {"to": "sip:bob@127.0.0.1", "user": "alice", "call_id": "narrow", "to_tag": ok.header("to").split("tag=")[1],
                      "headers": [("Route", value) for value in reversed(ok.all("record-route"))]}
            caller.send(caller.request("ACK", f"sip:bob@127.0.0.1:{SECOND}", **follow), PROXY)
            caller.exchange(caller.request("BYE", f"sip:bob@127.0.0.1:{SECOND}", cseq=2, **follow), PROXY)
        for phone in phones:
            sipp.finish(self, phone)
        for port in (FIRST, SECOND):
            self.assertRegex(self.messages(port), r"Max-Breadth: 1\r?\n")


class Recursing(Bound):
    SETTINGS = 'redirect = "recurse"'

    def test_the_proxy_calls_where_a_redirection_leads(self):
        self.bind("bob", f"<sip:bob@127.0.0.1:{FIRST}>")
        redirecting = self.refusing(FIRST, 302, FIELD=f"Contact: <sip:bob@127.0.0.1:{SECOND}>")
        answering = sipp.listen(self, "answer.xml", SECOND)
        sipp.run(self, "call_routed.xml", CALLER, user="bob")
        sipp.finish(self, redirecting)
        sipp.finish(self, answering)
        self.assertNotIn("SIP/2.0 302", self.messages(CALLER))


class Stateless(Bound):
    SETTINGS = "stateless = true"

    # 16.11
    def test_calls_leave_nothing_behind(self):
        self.bind("bob", f"<sip:bob@127.0.0.1:{FIRST}>")
        phone = sipp.listen(self, "uas", FIRST, calls=20)
        sipp.run(self, "uac", CALLER, calls=20, user="bob", arguments=["-r", 20])
        sipp.finish(self, phone)
        metrics = AdminApi().metrics()
        self.assertEqual(metrics['offhook_requests_total{method="INVITE"}'], 0, "no transaction was made")
        self.assertEqual(metrics["offhook_client_transactions_total"], 0)
        self.assertEqual(metrics["offhook_relays"], 0)
        self.assertGreaterEqual(metrics["offhook_forwarded_requests_total"], 60)
        self.assertNotIn("100 Trying", self.messages(CALLER))


def tcp_port_open(port):
    """From /proc: a connection would be SIPp's first call."""
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return any(row.split()[1].endswith(f":{port:04X}") and row.split()[3] == "0A" for row in rows)


if __name__ == "__main__":
    case.main()
