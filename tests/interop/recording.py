"""What a phone keeps and tells of a call: a recording of both sides that is right however the phone ends, figures over HTTP, a report to a collector."""
import array
import json
import signal
import socket
import sys
import urllib.request
import wave
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import audio, case  # noqa: E402
from support.phone_api import PhoneApi  # noqa: E402
from support.process import wait_until  # noqa: E402


def sides(path):
    """(left, right, rate) of a stereo file."""
    with wave.open(str(path), "rb") as source:
        assert source.getnchannels() == 2 and source.getsampwidth() == 2, path
        samples = array.array("h")
        samples.frombytes(source.readframes(source.getnframes()))
        return samples[::2], samples[1::2], source.getframerate()


class Recording(case.Case):
    def call(self, settings=None):
        """Two phones that talk: 500 Hz and 700 Hz."""
        self.proxy("--user", "1001:1001", "--user", "1002:1002", "--listen", "udp:127.0.0.1:5060", "--store", "memory")
        self.path = self.folder / "both.wav"
        caller = self.phone("1001", port=5071, settings=settings, arguments=["--api", "127.0.0.1:8081", "--audio-in", "tone:500", "--hear", "700", "--record", self.path,
                                                                      "--calls", self.folder / "calls.jsonl"])
        callee = self.phone("1002", port=5072, arguments=["--api", "127.0.0.1:8082", "--audio-in", "tone:700", "--hear", "500"])
        PhoneApi(8081, "1001").act("dial", number="1002")
        callee.wait_for(r"\[\d+ ringing 1001")
        PhoneApi(8082, "1002").act("answer")
        caller.wait_for(r"^1001: hears 700 Hz$")
        callee.wait_for(r"^1002: hears 500 Hz$")
        return caller

    def wait_for_a_second(self):
        """It is on disk once the head of the file says so."""
        def head_says():
            with open(self.path, "rb") as file:
                head = file.read(44)
            return len(head) == 44 and int.from_bytes(head[40:44], "little") > 0
        wait_until(head_says, "a second of the recording")

    def both_are_there(self, least):
        left, right, rate = sides(self.path)
        self.assertGreaterEqual(audio.seconds_with_tone(left, rate, 500), least)
        self.assertGreaterEqual(audio.seconds_with_tone(right, rate, 700), least)
        self.assertEqual(audio.seconds_with_tone(left, rate, 700), 0)
        self.assertEqual(audio.seconds_with_tone(right, rate, 500), 0)

    def test_sigterm_in_the_call(self):
        caller = self.call()
        self.wait_for_a_second()
        self.assertEqual(caller.stop(signal.SIGTERM), 0, caller.log())
        self.both_are_there(0.2)

    def test_killed_in_the_call(self):
        caller = self.call()
        self.wait_for_a_second()
        caller.kill()
        self.both_are_there(0.2)

    def metrics(self):
        with urllib.request.urlopen("http://127.0.0.1:8081/metrics", timeout=30) as page:
            return page.read().decode()

    def test_a_record_of_a_call_that_sigterm_ends(self):
        caller = self.call()
        PhoneApi(8081, "1001").act("hangup")
        with_quality = []

        def told():
            with_quality[:] = PhoneApi(8081, "1001").ask("GET", "/api/calls")[1]["calls"]
            return len(with_quality) == 1
        wait_until(told, "the call among those that are over")
        self.assertIn("offhook_phone_calls_total{end=\"answered\"} 1\n", self.metrics())
        PhoneApi(8081, "1001").act("dial", number="1002")
        caller.wait_for(r"\[2 ringback 1002")
        self.assertEqual(caller.stop(signal.SIGTERM), 0, caller.log())
        lines = [json.loads(line) for line in (self.folder / "calls.jsonl").read_text().splitlines()]
        self.assertEqual(lines[0], with_quality[0])
        self.assertEqual([line["id"] for line in lines], [1, 2])
        self.assertGreater(lines[0]["quality"]["received"]["packets"], 0)
        self.assertIn("answered", lines[0])
        self.assertNotIn("answered", lines[1])

    def test_figures_over_http(self):
        self.call()
        found = []

        def measured():
            quality = PhoneApi(8081, "1001").view()["calls"][0].get("quality", {})
            if "received" not in quality:
                return False
            found.append(quality["received"])
            return True
        wait_until(measured, "figures of the call")
        received = found[0]
        self.assertEqual(received["codec"], "G722")  # the first of the guide's order
        self.assertGreater(received["packets"], 0)
        self.assertLess(abs(received["level_dbm0"] + 16), 1.5)
        self.assertGreater(received["estimate"]["mos_lq"], 1)
        self.assertLessEqual(received["estimate"]["mos_lq"], 4.5)

    def test_a_collector_gets_a_report_of_a_call_that_sigterm_ends(self):
        collector = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(collector.close)
        collector.bind(("127.0.0.1", 0))
        collector.settimeout(30)
        caller = self.call({"account.1.vq_rtcpxr.collector_server_host": "127.0.0.1", "account.1.vq_rtcpxr.collector_server_port": collector.getsockname()[1],
                            "account.1.vq_rtcpxr.collector_name": "vq", "phone_setting.vq_rtcpxr.session_report.enable": 1})
        caller.send_signal(signal.SIGTERM)
        publish, source = collector.recvfrom(65536)
        head, _, body = publish.decode().partition("\r\n\r\n")
        self.assertTrue(head.startswith("PUBLISH sip:vq@127.0.0.1:"), head)
        self.assertIn("Event: vq-rtcpxr", head)
        self.assertTrue(body.startswith("VQSessionReport: CallTerm\r\nCallID: "), body)
        self.assertRegex(body, r"\r\nQualityEst: RCQ=\d+ MOSLQ=\d\.\d MOSCQ=\d\.\d")
        wanted = ("via", "from", "to", "call-id", "cseq")
        answer = ["SIP/2.0 200 OK"] + [line for line in head.split("\r\n")[1:] if line.split(":")[0].lower() in wanted] + ["Content-Length: 0", "", ""]
        collector.sendto("\r\n".join(answer).encode(), source)
        self.assertEqual(caller.wait_exit(), 0, caller.log())


if __name__ == "__main__":
    case.main()
