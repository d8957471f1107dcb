"""Encrypted calls between desk phones, and of a desk phone with baresip: by whichever way the keys come."""
from support import case
from support.baresip import Baresip
from support.phone_api import PhoneApi
from support.process import wait_until

FIRST_HZ, SECOND_HZ = 500, 700


def encrypted(api):
    return [call["encrypted"] for call in api.view()["calls"] if call["state"] != "ended"]


class Secured(case.Case):
    def start_phone(self, user, port, api, hz, hear, settings):
        """`settings`: those of its account, without "account.1."."""
        return self.phone(user, port=port, arguments=["--api", f"127.0.0.1:{api}", "--audio-in", f"tone:{hz}", "--hear", str(hear)],
                          settings={f"account.1.{name}": value for name, value in settings.items()})


class Phones(Secured):
    """1001 and 1002 at the proxy."""

    def start_both(self, of_caller, of_callee):
        self.proxy("--user", "1001:1001", "--user", "1002:1002")
        self.caller = self.start_phone("1001", 5071, 8081, FIRST_HZ, SECOND_HZ, of_caller)
        self.callee = self.start_phone("1002", 5072, 8082, SECOND_HZ, FIRST_HZ, of_callee)
        self.first, self.second = PhoneApi(8081, "1001"), PhoneApi(8082, "1002")

    def talk(self, expect=True):
        self.first.act("dial", number="1002")
        self.callee.wait_for(r"\[\d+ ringing 1001")
        self.second.act("answer")
        self.caller.wait_for(rf"^1001: hears {SECOND_HZ} Hz$")
        self.callee.wait_for(rf"^1002: hears {FIRST_HZ} Hz$")
        self.assertEqual((encrypted(self.first), encrypted(self.second)), ([expect], [expect]))


class WithBaresip(Secured):
    """1001 and baresip at the proxy."""

    def start_pair(self, of_phone, **of_baresip):
        self.proxy("--digest", "MD5", "--user", "1001:1001", "--user", "bari:tone")
        self.phone_a = self.start_phone("1001", 5071, 8081, FIRST_HZ, SECOND_HZ, of_phone)
        self.api = PhoneApi(8081, "1001")
        self.baresip = Baresip(self, "bari", "tone", SECOND_HZ, **of_baresip)
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
