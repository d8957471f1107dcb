"""baresip registers at the proxy with digest, calls a desk phone and is called by it; each side hears the other's tone."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import audio, case  # noqa: E402
from support.baresip import Baresip  # noqa: E402
from support.phone_api import PhoneApi  # noqa: E402
from support.process import wait_until  # noqa: E402

PHONE_HZ, BARESIP_HZ = 500, 700


class Calls(case.Case):
    def setUp(self):
        super().setUp()
        self.proxy("--digest", "MD5", "--user", "1001:1001", "--user", "bari:tone")
        self.recording = self.folder / "phone-hears.wav"
        self.phone_a = self.phone(arguments=["--api", "127.0.0.1:8081", "--audio-in", f"tone:{PHONE_HZ}", "--hear", str(BARESIP_HZ),
                                             "--audio-out", str(self.recording)])
        self.api = PhoneApi(8081, "1001")
        self.baresip = Baresip(self, "bari", "tone", BARESIP_HZ)
        self.baresip.wait_registered()

    def both_hear(self):
        """The phone reports baresip's tone; baresip's dump grows to more than a second of it."""
        self.phone_a.wait_for(rf"^1001: hears {BARESIP_HZ} Hz$")
        wait_until(lambda: any(path.stat().st_size > 2 * 8000 * 2 for path in self.baresip.heard()),
                   f"baresip dumps two seconds of what it hears\n{self.baresip.process.log()}")

    def check_recordings(self):
        heard = self.baresip.heard()
        self.assertEqual(len(heard), 1, heard)
        samples, rate = wait_until(lambda: audio.read_samples(heard[0]), f"baresip finishes {heard[0]}")
        self.assertGreaterEqual(audio.seconds_with_tone(samples, rate, PHONE_HZ), 1.0, "baresip heard the phone")
        self.assertEqual(audio.seconds_with_tone(samples, rate, BARESIP_HZ), 0.0, "baresip heard itself")
        self.assertEqual(self.phone_a.stop(), 0, self.phone_a.log())
        samples, rate = audio.read_samples(self.recording)
        self.assertGreaterEqual(audio.seconds_with_tone(samples, rate, BARESIP_HZ), 1.0, "the phone heard baresip")
        self.assertEqual(audio.seconds_with_tone(samples, rate, PHONE_HZ), 0.0, "the phone heard itself")

    def test_baresip_calls_the_phone(self):
        self.baresip.command("dial", "sip:1001@127.0.0.1")
        self.phone_a.wait_for(r"\[\d+ ringing bari")
        self.api.act("answer")
        self.phone_a.wait_for(r"\[\d+ talking bari")
        self.both_hear()
        self.baresip.command("hangup")
        self.phone_a.wait_for(r"\[\d+ ended bari")
        self.check_recordings()

    def test_digits_both_ways(self):
        """By telephone-event: baresip's are shown once each, ours are in its log."""
        self.api.act("dial", number="bari")
        self.phone_a.wait_for(r"\[\d+ talking bari")
        self.both_hear()

        def digits():
            return next(call["digits"] for call in self.api.view()["calls"] if call["state"] == "talking")

        for number, key in enumerate("4*2", 1):
            self.baresip.command("sndcode", key)
            wait_until(lambda: len(digits()["heard"]) == number, f"{key} is heard")
        self.assertEqual(digits()["heard"], "4*2")
        self.assertEqual({key["way"] for key in digits()["keys"]}, {"event"})
        before = self.baresip.process.mark()
        self.api.act("dtmf", keys="7#")
        for key in "7#":
            self.baresip.process.wait_for(rf"received (DTMF|event): '{key}'", after=before)
        self.assertEqual(digits()["sent"], "7#")
        self.api.act("hangup")

    def test_the_phone_calls_baresip(self):
        self.api.act("dial", number="bari")
        self.phone_a.wait_for(r"\[\d+ talking bari")
        self.both_hear()
        before = self.baresip.process.mark()
        self.api.act("hangup")
        self.baresip.process.wait_for(r"(?i)session closed|terminated", after=before)
        self.check_recordings()

    def test_hold_from_either_side(self):
        self.api.act("dial", number="bari")
        self.phone_a.wait_for(r"\[\d+ talking bari")
        self.both_hear()
        mark = self.phone_a.mark()
        self.api.act("hold")
        self.phone_a.wait_for(r"\[\d+ held bari", after=mark)
        self.phone_a.wait_for(r"^1001: hears nobody$", after=mark)
        self.api.act("resume")
        self.phone_a.wait_for(rf"^1001: hears {BARESIP_HZ} Hz$", after=mark)
        mark = self.phone_a.mark()
        self.baresip.command("hold")
        self.phone_a.wait_for(r"\[\d+ held-by-remote bari", after=mark)
        self.baresip.command("resume")
        self.phone_a.wait_for(r"\[\d+ talking bari", after=mark)
        self.api.act("hangup")


if __name__ == "__main__":
    case.main()
