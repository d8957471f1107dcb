"""Speech (espeak-ng) goes through a call and comes out at the other phone as the same words at the same level: by its envelope, 10 ms at a time."""
import math
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import audio, case  # noqa: E402
from support.phone_api import PhoneApi  # noqa: E402
from support.process import wait_until  # noqa: E402

TEXT = "The quick brown fox jumps over the lazy dog. Zero, one, two, three, four, five."


def envelope(samples, rate):
    """Mean amplitude of each 10 ms."""
    step = rate // 100
    return [sum(map(abs, samples[at:at + step])) / step for at in range(0, len(samples) - step + 1, step)]


def likeness(said, heard):
    """(the best normalised correlation of `said` with a piece of `heard`, louder by how many dB it is there)"""
    def centred(values):
        mean = sum(values) / len(values)
        return [value - mean for value in values]
    ours = centred(said)
    norm = math.sqrt(sum(value * value for value in ours))
    best, gain = 0.0, 0.0
    for at in range(len(heard) - len(said) + 1):
        piece = heard[at:at + len(said)]
        theirs = centred(piece)
        power = math.sqrt(sum(value * value for value in theirs))
        found = sum(a * b for a, b in zip(ours, theirs)) / (norm * power) if power else 0.0
        if found > best:
            best, gain = found, 20 * math.log10(sum(piece) / sum(said))
    return best, gain


class Speech(case.Case):
    def words_arrive(self, codec, settings):
        said = self.folder / "said.wav"
        subprocess.run(["espeak-ng", "-v", "en", "-w", str(said), TEXT], check=True, timeout=60, stdin=subprocess.DEVNULL)
        samples, rate = audio.read_samples(said)
        spoken = envelope(samples, rate)
        spoken = spoken[next(i for i, value in enumerate(spoken) if value > 500):][:250]  # two and a half seconds from the first word on
        heard = self.folder / "heard.wav"
        self.proxy("--user", "1001:1001", "--user", "1002:1002", "--listen", "udp:127.0.0.1:5060", "--store", "memory")
        self.phone("1001", port=5071, settings=settings, arguments=["--api", "127.0.0.1:8081", "--audio-in", said])
        callee = self.phone("1002", port=5072, settings=settings, arguments=["--api", "127.0.0.1:8082", "--audio-out", heard])
        PhoneApi(8081, "1001").act("dial", number="1002")
        callee.wait_for(r"\[\d+ ringing 1001")
        PhoneApi(8082, "1002").act("answer")

        def played():
            quality = PhoneApi(8082, "1002").view()["calls"][0].get("quality", {}).get("received", {})
            return quality.get("frames", 0) * 0.02 > len(samples) / rate + 3  # the words once from their beginning, wherever they were at the answer
        wait_until(played, "the words have been heard")
        quality = PhoneApi(8082, "1002").view()["calls"][0]["quality"]["received"]
        self.assertEqual(quality["codec"], codec)
        PhoneApi(8081, "1001").act("hangup")
        callee.wait_for(r"\[\d+ ended 1001")
        callee.stop()
        alike, gain = likeness(spoken, envelope(*audio.read_samples(heard)))
        print(f"{codec}: alike {alike:.3f}, {gain:+.1f} dB, {quality['concealed']} frames made up", flush=True)
        # Frames made up on a busy machine fade the words where they stand: each may cost what it covers.
        self.assertGreater(alike, max(0.8, 0.95 - 0.01 * quality["concealed"]))
        if not quality["concealed"]:
            self.assertLess(abs(gain), 1.5)

    def test_wide_band(self):
        self.words_arrive("G722", {})

    def test_narrow_band(self):
        self.words_arrive("PCMU", {"account.1.codec.g722.enable": 0})


if __name__ == "__main__":
    case.main()
