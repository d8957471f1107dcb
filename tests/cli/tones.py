"""What a phone plays to its person, measured in the file that --audio-out writes: dial tone, congestion, a key, and the tones of a country."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import audio, case  # noqa: E402
from support.phone_api import PhoneApi  # noqa: E402
from support.process import wait_until  # noqa: E402

SECOND = 2 * 8000  # bytes


class Tones(case.Case):
    def start_phone(self, settings=None):
        self.proxy("--no-auth")
        self.recording = self.folder / "heard.wav"
        phone = self.phone(settings=settings, arguments=["--api", "127.0.0.1:8081", "--audio-out", str(self.recording)])
        self.api = PhoneApi(8081, "1001")
        return phone

    def more_is_heard(self, seconds):
        before = self.recording.stat().st_size
        wait_until(lambda: self.recording.stat().st_size >= before + seconds * SECOND, f"{seconds} s more are heard")

    def seconds_of(self, first, second):
        """A chord of two holds about half of the power at each of them."""
        samples, rate = audio.read_samples(self.recording)
        return min(audio.seconds_with_tone(samples, rate, hz, share=0.4) for hz in (first, second))

    def test_dial_tone_then_congestion(self):
        phone = self.start_phone()
        self.assertEqual(self.api.act("offhook")["tone"], "dial")
        self.more_is_heard(2)
        self.api.act("dial", number="4711")
        wait_until(lambda: self.api.view()["tone"] == "congestion", "nobody has that number")
        self.more_is_heard(3)
        self.assertEqual(self.api.act("onhook")["tone"], "")
        self.assertEqual(phone.stop(), 0, phone.log())
        self.assertGreaterEqual(self.seconds_of(350, 440), 1.5, "dial tone")
        self.assertGreaterEqual(self.seconds_of(480, 620), 0.5, "congestion: each of six bursts of 250 ms holds a whole step of 100 ms")

    def test_a_country_has_its_own(self):
        phone = self.start_phone({"voice.tone.country": "Great Britain"})
        self.api.act("offhook")
        self.more_is_heard(1)
        self.api.act("dial", number="4711")
        wait_until(lambda: self.api.view()["tone"] == "congestion", "nobody has that number")
        self.more_is_heard(2)
        self.assertEqual(phone.stop(), 0, phone.log())
        samples, rate = audio.read_samples(self.recording)
        self.assertGreaterEqual(audio.seconds_with_tone(samples, rate, 400, share=0.8), 0.5)
        self.assertEqual(self.seconds_of(480, 620), 0.0)

    def test_a_ringer_of_ones_own(self):
        bell = self.folder / "bell.wav"
        audio.write_tone(bell, 900, 0.5)
        self.proxy("--no-auth")
        self.recording = self.folder / "heard.wav"
        phone = self.phone(settings={"phone_setting.ring_type": "bell.wav"}, arguments=["--api", "127.0.0.1:8081", "--audio-out", self.recording, "--ringer", bell])
        self.api = PhoneApi(8081, "1001")
        caller = self.phone("1002", port=5200, arguments=["--api", "127.0.0.1:8082"])
        PhoneApi(8082, "1002").act("dial", number="1001")
        phone.wait_for(r"\[\d+ ringing 1002")
        self.assertEqual(self.api.view()["ringer"], "bell.wav")
        self.more_is_heard(1)
        self.api.act("answer")
        caller.wait_for(r"\[\d+ talking 1001")
        self.assertEqual(phone.stop(), 0, phone.log())
        samples, rate = audio.read_samples(self.recording)
        self.assertGreaterEqual(audio.seconds_with_tone(samples, rate, 900, share=0.8), 0.5)

    def test_a_call_that_is_answered_by_itself_beeps(self):
        self.proxy("--no-auth")
        self.recording = self.folder / "heard.wav"
        phone = self.phone(settings={"account.1.auto_answer": 1}, arguments=["--audio-out", self.recording])
        self.phone("1002", port=5200, arguments=["--do", "call 1001"])
        phone.wait_for(r"\[\d+ talking 1002")
        self.more_is_heard(1)
        self.assertEqual(phone.stop(), 0, phone.log())
        samples, rate = audio.read_samples(self.recording)
        self.assertGreaterEqual(audio.seconds_with_tone(samples, rate, 880), 0.1)

    def test_a_tone_that_is_none_is_named_with_its_line(self):
        config = self.config_file({"account.1.enable": 1, "account.1.user_name": 1001, "account.1.sip_server.1.address": "127.0.0.1",
                                   "voice.tone.busy": "480+620/500;0/500"})
        checked = self.run_offhook("check", config)
        self.assertEqual(checked.status, 1, checked.log())
        self.assertRegex(checked.log(), r'phone\.cfg:5: error: bad value "480\+620/500;0/500" for voice\.tone\.busy')


if __name__ == "__main__":
    case.main()
