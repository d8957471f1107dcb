"""Calls whose keys come by DTLS: two desk phones by way of the proxy, and baresip with its dtls_srtp, with RTCP on one port and on two."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case, secured  # noqa: E402

OPTIONAL, COMPULSORY = 1, 2
OFF, TAKEN, OFFERED = 0, 1, 2
FIRST_HZ, SECOND_HZ = secured.FIRST_HZ, secured.SECOND_HZ


def keys(encryption, dtls):
    return {"srtp_encryption": encryption, "srtp.dtls": dtls}


def descriptions(api, setup):
    """The texts of its messages with that role in them."""
    texts = [api.ask("GET", f"/api/messages/{m['number']}")[1]["text"] for m in api.ask("GET", "/api/messages")[1]["messages"]]
    return [text for text in texts if f"a=setup:{setup}\r\n" in text]


class Phones(secured.Phones):
    def test_compulsory_with_hold(self):
        self.start_both(keys(COMPULSORY, OFFERED), keys(COMPULSORY, TAKEN))
        self.talk()
        offer = descriptions(self.first, "actpass")[0]
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
        self.start_both(keys(OPTIONAL, OFFERED), keys(OPTIONAL, OFFERED))
        self.talk()
        offer = descriptions(self.first, "actpass")[0]
        self.assertIn(" RTP/AVP ", offer)
        self.assertIn("a=crypto:1 ", offer)
        answer = descriptions(self.first, "active")[0]
        self.assertIn("a=fingerprint:sha-256 ", answer)
        self.assertNotIn("a=crypto", answer)
        self.first.act("hangup")

    def test_compulsory_meets_a_phone_without(self):
        self.start_both(keys(COMPULSORY, OFFERED), keys(COMPULSORY, OFF))
        self.first.act("dial", number="1002")
        self.caller.wait_for(r"\[\d+ ended 1002")
        self.assertEqual([call["note"] for call in self.first.view()["calls"]], ["Not Acceptable Here"])
        self.assertEqual(self.second.view()["calls"], [])


class WithBaresip(secured.WithBaresip):
    def test_one_port(self):
        self.start_pair(keys(COMPULSORY, OFFERED), modules=["dtls_srtp.so"], account="mediaenc=dtls_srtp", settings="rtcp_mux yes\n")
        self.calls_both_ways()

    def test_two_ports(self):
        self.start_pair(keys(COMPULSORY, OFFERED), modules=["dtls_srtp.so"], account="mediaenc=dtls_srtp", settings="rtcp_mux no\n")
        self.calls_both_ways()


if __name__ == "__main__":
    case.main()
