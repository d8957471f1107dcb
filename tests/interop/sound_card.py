"""A phone that speaks and hears through a sound card: PulseAudio with cards that are pipes (null sinks), reached as any program reaches it, by ALSA.

What the phone plays is recorded at the card's other side, and what it records was played there: pilot tones both ways. A card whose microphone hears its own
loudspeaker shows what the echo canceller does. Everything lives in the test's folder; the server is the test's own and ends with it."""
import array
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import audio, case  # noqa: E402
from support.phone_api import PhoneApi  # noqa: E402
from support.process import wait_until  # noqa: E402

RATE = 48000
TEXT = "The quick brown fox jumps over the lazy dog. Zero, one, two, three, four, five."
PLAIN = {"voice.echo_cancellation": 0, "features.noise_filtering_rev.enable": 0}  # a tone is noise to who looks for speech


def missing():
    if shutil.which("pulseaudio") is None or shutil.which("parec") is None:
        return "PulseAudio is not installed"
    if not any(Path("/usr/lib").glob("*/alsa-lib/libasound_module_pcm_pulse.so")):
        return "ALSA's way to PulseAudio (libasound2-plugins) is not installed"
    listed = subprocess.run([case.OFFHOOK, "devices"], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    return "PortAudio is not built in" if "not built in" in listed.stderr else ""


class SoundCard(case.Case):
    def setUp(self):
        super().setUp()
        why = missing()
        if why:
            self.skipTest(why)
        self.environment({"XDG_RUNTIME_DIR": self.folder, "HOME": self.folder, "ALSA_CONFIG_PATH": self.folder / "alsa.conf",
                          "PULSE_SERVER": f"unix:{self.folder}/pulse.socket", "PULSE_COOKIE": self.folder / "cookie"})
        self.write_alsa({})

    def environment(self, values):
        for name, value in values.items():
            before = os.environ.get(name)
            os.environ[name] = str(value)
            self.addCleanup(os.environ.pop, name) if before is None else self.addCleanup(os.environ.__setitem__, name, before)

    def write_alsa(self, cards):
        """Cards by name: what they play goes to the first, what they record comes from the second. ALSA must have a default one."""
        text = "" if cards else "pcm.default { type hw card 0 }\n"
        for name, (sink, source) in cards.items():
            text += f"""pcm.{name} {{
  type asym
  playback.pcm {{ type pulse device {sink} }}
  capture.pcm {{ type pulse device {source} }}
}}
"""
        (self.folder / "alsa.conf").write_text(text)

    def server(self):
        script = self.folder / "server.pa"
        script.write_text("\n".join([f"load-module module-native-protocol-unix auth-anonymous=1 socket={self.folder}/pulse.socket",
                                     *(f"load-module module-null-sink sink_name={name} rate={RATE} channels=1" for name in ("ear", "mouth", "room")), ""]))
        self.write_alsa({"desk": ("ear", "mouth.monitor"), "echoing": ("room", "room.monitor"), "default": ("ear", "mouth.monitor")})
        server = self.start("pulseaudio", ["pulseaudio", "-n", "-F", script, "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes", "-v"])
        server.wait_for(r"Daemon startup complete")
        # A pipe goes in steps of two seconds, unless somebody at its end asks for shorter ones.
        for name in ("ear", "mouth", "room"):
            self.start(f"listener at {name}", ["parec", f"--device={name}.monitor", "--latency-msec=20", "--raw", os.devnull])

        def listeners():
            listed = subprocess.run(["pactl", "list", "short", "source-outputs"], capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL)
            return len(listed.stdout.splitlines())
        wait_until(lambda: listeners() == 3, "all pipes have listeners")
        return server

    def speak(self, hz):
        """A minute and a half of a tone at the microphone."""
        tone = self.folder / "tone.wav"
        audio.write_tone(tone, hz, 1, RATE, level=0.2)
        samples, _ = audio.read_samples(tone)
        raw = self.folder / "tone.raw"
        raw.write_bytes(samples.tobytes() * 90)
        self.start("mouth", ["pacat", "--playback", "--device=mouth", "--latency-msec=100", "--raw", "--format=s16le", f"--rate={RATE}", "--channels=1", raw])

    def with_card(self, card, settings, *arguments):
        self.proxy("--no-auth")
        phone = self.phone(settings=settings, arguments=["--audio-in", f"device:{card}", "--audio-out", f"device:{card}", "--audio-latency", "120", "--api", "127.0.0.1:8081", *arguments])
        phone.wait_for(rf"sound card: {card}, 48 kHz")
        return phone

    def call_to_the_card(self, *arguments):
        other = self.phone("1002", port=5200, arguments=["--api", "127.0.0.1:8082", "--do", "call 1001", *arguments])
        wait_until(lambda: any(call["state"] == "ringing" for call in PhoneApi(8081, "1001").view()["calls"]), "it rings at the card")
        PhoneApi(8081, "1001").act("answer")
        other.wait_for(r"\[\d+ talking 1001")
        return other

    def test_both_ways_are_heard(self):
        self.server()
        self.speak(500)
        phone = self.with_card("desk", PLAIN, "--hear", "700")
        recording = self.folder / "ear.raw"
        other = self.call_to_the_card("--audio-in", "tone:700", "--hear", "500")
        other.wait_for(r"1002: hears 500 Hz$")
        phone.wait_for(r"1001: hears 700 Hz$")
        self.start("recorder", ["parec", "--device=ear.monitor", "--latency-msec=20", "--format=s16le", f"--rate={RATE}", "--channels=1", "--raw", recording])
        wait_until(lambda: recording.exists() and recording.stat().st_size >= 8 * 2 * RATE, "eight seconds of the loudspeaker")
        self.assertEqual(phone.stop(), 0, phone.log())
        samples = array.array("h")
        samples.frombytes(recording.read_bytes()[:8 * 2 * RATE])
        self.assertGreaterEqual(audio.seconds_with_tone(samples, RATE, 700, share=0.9), 4, "a busy machine has its gaps")

    def echo_at_the_other_side(self, settings):
        """(level of the speech that was said, of what came back of it), mean amplitudes of the loud parts from the fifth second on."""
        said, heard = self.folder / "said.wav", self.folder / "heard.wav"
        subprocess.run(["espeak-ng", "-v", "en", "-w", str(said), TEXT], check=True, timeout=60, stdin=subprocess.DEVNULL)
        phone = self.with_card("echoing", settings)
        other = self.call_to_the_card("--audio-in", said, "--record", heard)
        wait_until(lambda: heard.exists() and heard.stat().st_size >= 12 * 2 * 2 * 8000, "twelve seconds of both")
        for process in (other, phone):
            self.assertEqual(process.stop(), 0, process.log())
        left, rate = audio.read_samples(heard)
        right, _ = audio.read_samples(heard, channel=1)
        return tuple(sum(abs(s) for s in side[5 * rate:]) / len(side[5 * rate:]) for side in (left, right))

    def test_an_echo_comes_back_without_the_canceller(self):
        self.server()
        said, back = self.echo_at_the_other_side(PLAIN)
        self.assertGreater(back, said / 4)

    def test_and_not_with_it(self):
        self.server()
        said, back = self.echo_at_the_other_side({})
        self.assertLess(back, said / 10, "20 dB of echo return loss, at least")

    def test_devices_are_listed_and_an_unknown_one_is_named(self):
        self.server()
        listed = self.run_offhook("devices")
        self.assertEqual(listed.status, 0, listed.log())
        for card in ("desk", "echoing"):
            self.assertRegex(listed.text("out"), rf"(?m)^device:{card}  \(ALSA, in and out")
        config = self.config_file({"account.1.enable": 1, "account.1.user_name": 1001, "account.1.sip_server.1.address": "127.0.0.1"})
        refused = self.run_offhook("phone", "--config", config, "--audio-in", "device:drum")
        self.assertEqual(refused.status, 1, refused.log())
        self.assertRegex(refused.text("err"), r'offhook: no microphone has the name "drum"; there are .*"desk"')

    def test_without_a_card_it_is_said(self):
        listed = self.run_offhook("devices")
        self.assertEqual(listed.status, 1, listed.log())
        self.assertEqual(listed.text("err"), "offhook: there is no sound card here")

    def test_a_card_that_goes_away_is_told(self):
        server = self.server()
        phone = self.with_card("desk", PLAIN)
        server.kill()
        phone.wait_for(r"the sound card is gone")
        self.assertEqual(phone.stop(), 0, phone.log())


if __name__ == "__main__":
    case.main()
