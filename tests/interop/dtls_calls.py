"""Calls whose keys come by DTLS: two desk phones by way of the proxy, and baresip with its dtls_srtp, with RTCP on one port and on two."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case  # noqa: E402
from support.baresip import Baresip  # noqa: E402
from support.phone_api import PhoneApi  # noqa: E402
from support.process import wait_until  # noqa: E402

OPTIONAL, COMPULSORY = 1, 2
OFF, TAKEN, OFFERED = 0, 1, 2
FIRST_HZ, SECOND_HZ = 500, 700


def encrypted(api):
    return [call["encrypted"] for call in api.view()["calls"] if call["state"] != "ended"]


class Secured(case.Case):
    def start_phone(self, user, port, api, hz, hear, encryption, dtls):
        return self.phone(user, port=port, arguments=["--api", f"127.0.0.1:{api}", "--audio-in", f"tone:{hz}", "--hear", str(hear)],
                          settings={"account.1.srtp_encryption": encryption, "account.1.srtp.dtls": dtls})

    def descriptions(self, api, setup):
        """The texts of its messages with that role in them."""
        texts = [api.ask("GET", f"/api/messages/{m['number']}")[1]["text"] for m in api.ask("GET", "/api/messages")[1]["messages"]]
        return [text for text in texts if f"a=setup:{setup}\r\n" in text]


class Phones(Secured):
    def start_both(self, of_caller, of_callee):
        self.proxy("--user", "1001:1001", "--user", "1002:1002")
        self.caller = self.start_phone("1001", 5071, 8081, FIRST_HZ, SECOND_HZ, *of_caller)
        self.callee = self.start_phone("1002", 5072, 8082, SECOND_HZ, FIRST_HZ, *of_callee)
        self.first, self.second = PhoneApi(8081, "1001"), PhoneApi(8082, "1002")

    def talk(self):
        self.first.act("dial", number="1002")
        self.callee.wait_for(r"\[\d+ ringing 1001")
        self.second.act("answer")
        self.caller.wait_for(rf"^1001: hears {SECOND_HZ} Hz$")
        self.callee.wait_for(rf"^1002: hears {FIRST_HZ} Hz$")
        self.assertEqual((encrypted(self.first), encrypted(self.second)), ([True], [True]))

    def test_compulsory_with_hold(self):
        self.start_both((COMPULSORY, OFFERED), (COMPULSORY, TAKEN))
        self.talk()
        offer = self.descriptions(self.first, "actpass")[0]
        self.assertIn(" UDP/TLS/RTP/SAVP ", offer)
        self.assertIn("a=fingerprint:sha-256 ", offer)
        self.assertNotIn("a=crypto", offer)
        for api, listener, hz in ((self.first, self.callee, FIRST_HZ), (self.second, self.caller, SECOND_HZ)):
            mark = listener.mark()
            api.act("hold")
            listener.wait_for(r"^100\d: hears nobody$", after=mark)
            api.act("resume")
            listener.wait_for(rf"^100\d: hears {hz} Hz$", after=mark)
        self.first.act("hangup")

    def test_optional_is_one_profile_with_both_kinds_of_keys(self):
        self.start_both((OPTIONAL, OFFERED), (OPTIONAL, OFFERED))
        self.talk()
        offer = self.descriptions(self.first, "actpass")[0]
        self.assertIn(" RTP/AVP ", offer)
        self.assertIn("a=crypto:1 ", offer)
        answer = self.descriptions(self.first, "active")[0]
        self.assertIn("a=fingerprint:sha-256 ", answer)
        self.assertNotIn("a=crypto", answer)
        self.first.act("hangup")

    def test_compulsory_meets_a_phone_without(self):
        self.start_both((COMPULSORY, OFFERED), (COMPULSORY, OFF))
        self.first.act("dial", number="1002")
        self.caller.wait_for(r"\[\d+ ended 1002")
        self.assertEqual([call["note"] for call in self.first.view()["calls"]], ["Not Acceptable Here"])
        self.assertEqual(self.second.view()["calls"], [])


class WithBaresip(Secured):
    def start_pair(self, settings):
        self.proxy("--digest", "MD5", "--user", "1001:1001", "--user", "bari:tone")
        self.phone_a = self.start_phone("1001", 5071, 8081, FIRST_HZ, SECOND_HZ, COMPULSORY, OFFERED)
        self.api = PhoneApi(8081, "1001")
        self.baresip = Baresip(self, "bari", "tone", SECOND_HZ, modules=["dtls_srtp.so"], account="mediaenc=dtls_srtp", settings=settings)
        self.baresip.wait_registered()

    def both_hear(self, mark=0):
        self.phone_a.wait_for(rf"^1001: hears {SECOND_HZ} Hz$", after=mark)
        sizes = {path: path.stat().st_size for path in self.baresip.heard()}
        wait_until(lambda: any(path.stat().st_size > sizes.get(path, 0) + 2 * 8000 for path in self.baresip.heard()),
                   f"baresip hears a second more\n{self.baresip.process.log()}")

    def calls_both_ways(self):
        self.api.act("dial", number="bari")
        self.phone_a.wait_for(r"\[\d+ talking bari")
        self.both_hear()
        self.assertEqual(encrypted(self.api), [True])
        mark = self.phone_a.mark()
        self.api.act("hold")
        self.phone_a.wait_for(r"\[\d+ held bari", after=mark)
        self.phone_a.wait_for(r"^1001: hears nobody$", after=mark)
        self.api.act("resume")
        self.phone_a.wait_for(rf"^1001: hears {SECOND_HZ} Hz$", after=mark)
        mark = self.phone_a.mark()
        self.api.act("hangup")
        self.phone_a.wait_for(r"\[\d+ ended bari", after=mark)

        self.baresip.command("dial", "sip:1001@127.0.0.1")
        self.phone_a.wait_for(r"\[\d+ ringing bari", after=mark)
        self.api.act("answer")
        self.both_hear(mark)
        self.assertEqual(encrypted(self.api), [True])
        self.baresip.command("hangup")

    def test_one_port(self):
        self.start_pair("rtcp_mux yes\n")
        self.calls_both_ways()

    def test_two_ports(self):
        self.start_pair("rtcp_mux no\n")
        self.calls_both_ways()


if __name__ == "__main__":
    case.main()
