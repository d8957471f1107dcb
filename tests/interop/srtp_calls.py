"""Encrypted calls: two desk phones by way of the proxy in each pair of settings, and baresip with keys in the description (SDES), optional and compulsory."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case  # noqa: E402
from support.baresip import Baresip  # noqa: E402
from support.phone_api import PhoneApi  # noqa: E402
from support.process import wait_until  # noqa: E402

OFF, OPTIONAL, COMPULSORY = 0, 1, 2
FIRST_HZ, SECOND_HZ = 500, 700


def encrypted(api):
    return [call["encrypted"] for call in api.view()["calls"] if call["state"] != "ended"]


class Secured(case.Case):
    def start_phone(self, user, port, api, hz, hear, encryption, **settings):
        return self.phone(user, port=port, arguments=["--api", f"127.0.0.1:{api}", "--audio-in", f"tone:{hz}", "--hear", str(hear)],
                          settings={"account.1.srtp_encryption": encryption, **{f"account.1.{name}": value for name, value in settings.items()}})


class Phones(Secured):
    def start_both(self, of_caller, of_callee, **settings):
        self.proxy("--user", "1001:1001", "--user", "1002:1002")
        self.caller = self.start_phone("1001", 5071, 8081, FIRST_HZ, SECOND_HZ, of_caller, **settings)
        self.callee = self.start_phone("1002", 5072, 8082, SECOND_HZ, FIRST_HZ, of_callee, **settings)
        self.first, self.second = PhoneApi(8081, "1001"), PhoneApi(8082, "1002")

    def talk(self, expect):
        self.first.act("dial", number="1002")
        self.callee.wait_for(r"\[\d+ ringing 1001")
        self.second.act("answer")
        self.caller.wait_for(rf"^1001: hears {SECOND_HZ} Hz$")
        self.callee.wait_for(rf"^1002: hears {FIRST_HZ} Hz$")
        self.assertEqual((encrypted(self.first), encrypted(self.second)), ([expect], [expect]))

    def test_optional_and_compulsory(self):
        self.start_both(OPTIONAL, COMPULSORY)
        self.talk(True)
        mark = self.callee.mark()
        self.first.act("hold")
        self.callee.wait_for(r"^1002: hears nobody$", after=mark)
        self.first.act("resume")
        self.callee.wait_for(rf"^1002: hears {FIRST_HZ} Hz$", after=mark)
        self.assertEqual(encrypted(self.second), [True])
        self.first.act("hangup")

    def test_the_strongest_suite_and_a_short_lifetime(self):
        self.start_both(COMPULSORY, COMPULSORY, **{"srtp.offer": 2, "srtp_lifetime": 7})  # 128 packets: new keys every two seconds
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
        self.first.act("resume")
        self.callee.wait_for(rf"^1002: hears {FIRST_HZ} Hz$", after=mark)
        self.first.act("hangup")

    def test_optional_meets_a_plain_phone(self):
        self.start_both(OPTIONAL, OFF)
        self.talk(False)
        self.first.act("hangup")

    def test_compulsory_refuses_a_plain_phone(self):
        self.start_both(OFF, COMPULSORY)
        self.first.act("dial", number="1002")
        self.caller.wait_for(r"\[\d+ ended 1002")
        self.assertEqual(self.second.view()["calls"], [])
        self.second.act("dial", number="1001")
        self.callee.wait_for(r"\[\d+ ended 1001")
        self.assertEqual([call["note"] for call in self.second.view()["calls"]], ["Not Acceptable Here"])


class WithBaresip(Secured):
    def start_pair(self, of_phone, of_baresip, **settings):
        self.proxy("--digest", "MD5", "--user", "1001:1001", "--user", "bari:tone")
        self.phone_a = self.start_phone("1001", 5071, 8081, FIRST_HZ, SECOND_HZ, of_phone, **settings)
        self.api = PhoneApi(8081, "1001")
        self.baresip = Baresip(self, "bari", "tone", SECOND_HZ, modules=["srtp.so"], account=f"mediaenc={of_baresip}")
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
        # What baresip 1.0 hears after a hold it does not write down any more, encrypted or not.
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

    def test_optional(self):
        self.start_pair(OPTIONAL, "srtp")
        self.calls_both_ways()

    def test_compulsory(self):
        self.start_pair(COMPULSORY, "srtp-mand")
        self.calls_both_ways()

    def test_compulsory_meets_a_plain_baresip(self):
        self.proxy("--digest", "MD5", "--user", "1001:1001", "--user", "bari:tone")
        phone = self.start_phone("1001", 5071, 8081, FIRST_HZ, SECOND_HZ, COMPULSORY)
        api = PhoneApi(8081, "1001")
        baresip = Baresip(self, "bari", "tone", SECOND_HZ)
        baresip.wait_registered()
        baresip.command("dial", "sip:1001@127.0.0.1")
        baresip.process.wait_for(r"488 Not Acceptable Here")
        self.assertEqual(api.view()["calls"], [])
        self.assertTrue(phone.alive())


if __name__ == "__main__":
    case.main()
