"""Two desk phones that have nothing but IPv6: registration, a call, hold and resume, and each hears the other; plain, with SRTP, and with keys by DTLS."""
import socket
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case  # noqa: E402
from support.phone_api import PhoneApi  # noqa: E402


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


@unittest.skipUnless(has_ipv6(), "no IPv6 on loopback")
class Ipv6Calls(case.Case):
    def start_phone(self, user, port, hz, hear, settings):
        api = port + 1000
        process = self.phone(user, port=port, settings={"account.1.sip_server.1.address": "::1", **settings},
                             arguments=["--listen", f"udp:[::1]:{port}", "--api", f"127.0.0.1:{api}", "--audio-in", f"tone:{hz}", "--hear", str(hear)])
        return process, PhoneApi(api, user)

    def call(self, settings):
        self.proxy("--listen", "udp:[::1]:5060", "--user", "1001:1001", "--user", "1002:1002")
        caller, first = self.start_phone("1001", 5071, 500, 700, settings)
        callee, second = self.start_phone("1002", 5072, 700, 500, settings)
        first.act("dial", number="1002")
        callee.wait_for(r"\[\d+ ringing 1001")
        second.act("answer")
        caller.wait_for(r"^1001: hears 700 Hz$")
        callee.wait_for(r"^1002: hears 500 Hz$")
        texts = [first.ask("GET", f"/api/messages/{m['number']}")[1]["text"] for m in first.ask("GET", "/api/messages")[1]["messages"]]
        self.assertTrue(any("c=IN IP6 ::1\r\n" in text for text in texts), texts)
        self.assertFalse(any("IN IP4" in text for text in texts), texts)
        mark = callee.mark()
        first.act("hold")
        callee.wait_for(r"^1002: hears nobody$", after=mark)
        first.act("resume")
        callee.wait_for(r"^1002: hears 500 Hz$", after=mark)
        encrypted = [call["encrypted"] for call in first.view()["calls"]]
        second.act("hangup")
        caller.wait_for(r"\[\d+ ended 1002")
        return encrypted

    def test_plain(self):
        self.assertEqual(self.call({}), [False])

    def test_srtp(self):
        self.assertEqual(self.call({"account.1.srtp_encryption": 2}), [True])

    def test_dtls(self):
        self.assertEqual(self.call({"account.1.srtp_encryption": 2, "account.1.srtp.dtls": 2}), [True])


if __name__ == "__main__":
    case.main()
