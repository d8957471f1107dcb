"""Encrypted calls: two desk phones by way of the proxy in each pair of settings, and baresip with keys in the description (SDES), optional and compulsory."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case, secured  # noqa: E402
from support.baresip import Baresip  # noqa: E402
from support.phone_api import PhoneApi  # noqa: E402
from support.process import wait_until  # noqa: E402
from support.secured import FIRST_HZ, SECOND_HZ, encrypted  # noqa: E402

OFF, OPTIONAL, COMPULSORY = 0, 1, 2


def keys(encryption, **more):
    return {"srtp_encryption": encryption, **more}


class Phones(secured.Phones):
    def test_optional_and_compulsory(self):
        self.start_both(keys(OPTIONAL), keys(COMPULSORY))
        self.talk(True)
        mark = self.callee.mark()
        self.first.act("hold")
        self.callee.wait_for(r"^1002: hears nobody$", after=mark)
        self.first.act("resume")
        self.callee.wait_for(rf"^1002: hears {FIRST_HZ} Hz$", after=mark)
        self.assertEqual(encrypted(self.second), [True])
        self.first.act("hangup")

    def test_the_strongest_suite_and_a_short_lifetime(self):
        self.start_both(*2 * [keys(COMPULSORY, **{"srtp.offer": 2, "srtp_lifetime": 7})])  # 128 packets: new keys every two seconds
        self.talk(True)
        texts = lambda: [self.first.ask("GET", f"/api/messages/{m['number']}")[1]["text"]  # noqa: E731
                         for m in self.first.ask("GET", "/api/messages")[1]["messages"] if m["summary"].startswith("INVITE ")]
        wait_until(lambda: len(texts()) >= 4, "two renewals, sent by each phone")
        self.assertIn(" AEAD_AES_256_GCM inline:", texts()[-1])
        self.assertIn("|2^7\r\n", texts()[-1])
        self.assertEqual(encrypted(self.first), [True])
        mark = self.callee.mark()
        self.first.act("hold")
        wait_until(lambda: self.first.view()["calls"][0]["state"] == "held", "held")
        # What is resumed before it is missed is not told when it is back.
        self.callee.wait_for(r"^1002: hears nobody$", after=mark)
        mark = self.callee.mark()
        self.first.act("resume")
        self.callee.wait_for(rf"^1002: hears {FIRST_HZ} Hz$", after=mark)
        self.first.act("hangup")

    def test_optional_meets_a_plain_phone(self):
        self.start_both(keys(OPTIONAL), keys(OFF))
        self.talk(False)
        self.first.act("hangup")

    def test_compulsory_refuses_a_plain_phone(self):
        self.start_both(keys(OFF), keys(COMPULSORY))
        self.first.act("dial", number="1002")
        self.caller.wait_for(r"\[\d+ ended 1002")
        self.assertEqual(self.second.view()["calls"], [])
        self.second.act("dial", number="1001")
        self.callee.wait_for(r"\[\d+ ended 1001")
        self.assertEqual([call["note"] for call in self.second.view()["calls"]], ["Not Acceptable Here"])


class WithBaresip(secured.WithBaresip):
    def test_optional(self):
        self.start_pair(keys(OPTIONAL), modules=["srtp.so"], account="mediaenc=srtp")
        self.calls_both_ways()

    def test_compulsory(self):
        self.start_pair(keys(COMPULSORY), modules=["srtp.so"], account="mediaenc=srtp-mand")
        self.calls_both_ways()

    def test_compulsory_meets_a_plain_baresip(self):
        self.proxy("--digest", "MD5", "--user", "1001:1001", "--user", "bari:tone")
        phone = self.start_phone("1001", 5071, 8081, FIRST_HZ, SECOND_HZ, keys(COMPULSORY))
        api = PhoneApi(8081, "1001")
        baresip = Baresip(self, "bari", "tone", SECOND_HZ)
        baresip.wait_registered()
        baresip.command("dial", "sip:1001@127.0.0.1")
        baresip.process.wait_for(r"488 Not Acceptable Here")
        self.assertEqual(api.view()["calls"], [])
        self.assertTrue(phone.alive())


if __name__ == "__main__":
    case.main()
