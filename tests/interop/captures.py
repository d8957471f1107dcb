"""tshark reads the captures that `offhook flow run --pcap` writes, and those of a proxy that runs (`GET /capture`)."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case, sip  # noqa: E402
from support.admin_api import AdminApi  # noqa: E402
from support.dialog import Call  # noqa: E402

PROXY = ("127.0.0.1", 5060)
TOKEN = "0123456789abcdef-token"


class Reader(case.Case):
    """What tshark says of a capture."""

    def tshark(self, path, filter_text, *fields):
        """The chosen fields of the frames that the filter lets through, a tuple a frame. RTP is recognised by its SDP."""
        columns = [word for field in fields for word in ("-e", field)]
        process = self.start("tshark", ["tshark", "-n", "-r", path, "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-Y", filter_text, "-T", "fields", *columns])
        self.assertEqual(process.wait_exit(60), 0, process.log())
        return [tuple(line.split("\t")) for line in process.text("out").splitlines()]

    def sound(self, path):
        """No frame that tshark cannot read, none with a wrong checksum."""
        wrong = self.tshark(path, "_ws.malformed || ip.checksum.status == 0 || udp.checksum.status == 0 || _ws.short", "frame.number", "frame.protocols")
        self.assertEqual(wrong, [])


class Captures(Reader):
    def capture(self, flow):
        path = self.folder / f"{flow}.pcap"
        process = self.run_offhook("flow", "run", flow, "--quiet", "--pcap", path)
        self.assertEqual(process.status, 0, process.log())
        return path

    def test_busy_has_its_messages(self):
        path = self.capture("busy")
        self.sound(path)
        rows = self.tshark(path, "sip", "sip.Method", "sip.Status-Code")
        self.assertIn(("INVITE", ""), rows)
        self.assertIn(("", "486"), rows)
        self.assertIn(("ACK", ""), rows)

    def test_hold_has_messages_and_audio(self):
        path = self.capture("hold")
        self.sound(path)
        methods = [method for method, _ in self.tshark(path, "sip", "sip.Method", "sip.Status-Code")]
        self.assertGreaterEqual(methods.count("INVITE"), 2, "no re-INVITE")
        packets = self.tshark(path, "rtp", "rtp.ssrc", "rtp.p_type", "rtp.version")
        self.assertGreater(len(packets), 10, "RTP")
        self.assertEqual({version for _, _, version in packets}, {"2"})
        self.assertGreaterEqual(len({ssrc for ssrc, _, _ in packets}), 2, "both sides speak")
        attributes = " ".join(row[0] for row in self.tshark(path, "sdp", "sdp.media_attr"))
        self.assertRegex(attributes, "sendonly|inactive", "the hold shows in the SDP")


class CapturesOfAProxy(Reader):
    def start_proxy(self, *more):
        self.config = self.folder / "proxy.toml"
        self.write(*more)
        self.admin = AdminApi(token=TOKEN)
        return self.proxy("--config", self.config)

    def write(self, *more, auth='"register"'):
        self.config.write_text("\n".join(['domains = ["127.0.0.1"]', f"auth = {auth}", 'listen = ["udp:127.0.0.1:5060"]', 'digest = ["MD5"]',
                                          'user = [{ name = "bob", password = "bob" }, { name = "carol", password = "carol" }]', *more,
                                          "[admin]", 'listen = "127.0.0.1:8088"', f'token = "{TOKEN}"', ""]))

    def fetch(self, query):
        status, kind, body = self.admin.raw("GET", f"/capture?{query}")
        self.assertEqual((status, kind), (200, "application/vnd.tcpdump.pcap"))
        path = self.folder / "proxy.pcap"
        path.write_bytes(body)
        return path

    def test_a_users_messages(self):
        self.start_proxy("capture = { megabytes = 4 }")
        with sip.Client(name="c") as other, Call(PROXY) as call:
            call.connect()
            self.assertEqual(other.register("carol", PROXY).status, 200)
            call.hang_up()
            path = self.fetch("user=bob&minutes=5")
            self.sound(path)
            rows = self.tshark(path, "sip", "ip.src", "udp.srcport", "udp.dstport", "sip.Method", "sip.Status-Code", "sip.CSeq.method")
            self.assertEqual(rows[0], ("127.0.0.1", str(call.callee.port), "5060", "REGISTER", "", "REGISTER"))
            self.assertEqual([(method, status) for _, _, _, method, status, cseq in rows if cseq == "REGISTER"],
                             [("REGISTER", ""), ("", "401"), ("REGISTER", ""), ("", "200")])
            self.assertEqual([(source, to, method or status) for _, source, to, method, status, cseq in rows if cseq == "BYE"],
                             [(str(call.caller.port), "5060", "BYE"), ("5060", str(call.callee.port), "BYE"),
                              (str(call.callee.port), "5060", "200"), ("5060", str(call.caller.port), "200")])
            self.assertEqual(self.tshark(path, f"udp.port == {other.port}", "frame.number"), [], "carol's")
            answers = [row[0] for row in self.tshark(path, "sip.auth.digest.response", "sip.auth.digest.response")]
            self.assertEqual(answers, ['"' + 32 * "x" + '"'])
            self.assertNotIn(b"carol", path.read_bytes())

    def test_the_ladder_of_a_call_that_has_ended(self):
        self.start_proxy("capture = {}")
        with Call(PROXY) as call:
            call.connect()
            live = self.admin.raw("GET", f"/calls/{self.admin.get('/calls')['calls'][0]['id']}/ladder")[2].decode()
            self.assertRegex(live, r"\|-+ INVITE -+>\| +\|\n")
            self.assertNotIn("BYE", live)
            call.hang_up()
            status, kind, body = self.admin.raw("GET", f"/calls/{call.call_id}/ladder")
            self.assertEqual((status, kind), (200, "text/plain; charset=utf-8"))
            lines = body.decode().splitlines()
            self.assertRegex(lines[2], f"alice 127.0.0.1:{call.caller.port} +proxy +bob 127.0.0.1:{call.callee.port}")
            self.assertRegex(lines[-1], r"\|<-+ 200 OK \(BYE\) -+\| +\|$")
            messages = self.admin.get(f"/ladder?call_id={call.call_id}&format=json")["messages"]
            self.assertEqual([message["label"] for message in messages if message["method"] == "BYE"], ["BYE", "BYE", "200 OK (BYE)", "200 OK (BYE)"])

    def test_it_is_turned_on_while_the_proxy_runs(self):
        self.start_proxy()
        with Call(PROXY) as call:
            call.connect()
            self.assertEqual(self.admin.ask("GET", "/capture?user=bob")[0], 409)
            self.assertNotIn("offhook_capture_messages", self.admin.metrics())
            self.write("capture = { megabytes = 1, minutes = 1 }")
            self.assertEqual(self.admin.ask("POST", "/reload")[0], 200)
            call.hang_up()
            self.assertEqual(len(self.tshark(self.fetch("user=bob"), "sip", "frame.number")), 4)
            self.assertEqual(self.admin.metrics()["offhook_capture_messages"], 4)
            self.write()
            self.assertEqual(self.admin.ask("POST", "/reload")[0], 200)
            self.assertEqual(self.admin.ask("GET", "/capture?user=bob")[0], 409)

    def test_shards_are_one_capture(self):
        self.start_proxy("shards = 3", "capture = {}")
        with Call(PROXY) as call:
            call.connect()
            call.hang_up()
            path = self.fetch(f"call_id={call.call_id}")
            self.sound(path)
            rows = self.tshark(path, "sip", "sip.Method", "sip.Status-Code")
            self.assertEqual([method or status for method, status in rows if (method or status) != "100"],
                             ["INVITE", "INVITE", "200", "200", "ACK", "ACK", "BYE", "BYE", "200", "200"])

    def test_a_bad_table_is_told_with_its_line(self):
        config = self.folder / "bad.toml"
        config.write_text('domains = ["a"]\n[capture]\nmegabytes = -1\n')
        process = self.run_offhook("proxy", "--check", "--config", config)
        self.assertEqual(process.status, 1)
        self.assertIn(f"megabytes must be a number from 0 to 4096 (-1) ({config}:3)", process.text("err"))


if __name__ == "__main__":
    case.main()
