"""tshark reads the captures that `offhook flow run --pcap` writes."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case  # noqa: E402


class Captures(case.Case):
    def capture(self, flow):
        path = self.folder / f"{flow}.pcap"
        process = self.run_offhook("flow", "run", flow, "--quiet", "--pcap", path)
        self.assertEqual(process.status, 0, process.log())
        return path

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


if __name__ == "__main__":
    case.main()
