"""Our codecs beside FFmpeg's over speech (espeak-ng): what one encodes the other decodes, as well as its own."""
import array
import math
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case  # noqa: E402

CODEC_FILE = str(Path(case.OFFHOOK).resolve().parents[2] / "tests/interop/codec_file")
TEXT = "The quick brown fox jumps over the lazy dog. She sells sea shells by the sea shore, and asks for sixty six thick thistles. Zero, one, two, three, four, five."


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y", *map(str, arguments)], check=True, timeout=60, stdin=subprocess.DEVNULL)


def samples(path):
    out = array.array("h")
    out.frombytes(Path(path).read_bytes())
    return out


def snr(signal, other, most_delay=0):
    """In dB, at the delay of `other` that fits best; inf when they are the same."""
    best = -math.inf
    for delay in range(most_delay + 1):
        length = min(len(signal), len(other) - delay)
        power = sum(s * s for s in signal[:length])
        noise = sum((a - b) ** 2 for a, b in zip(signal[:length], other[delay:delay + length]))
        best = max(best, math.inf if noise == 0 else 10 * math.log10(power / noise))
    return best


class CodecReference(case.Case):
    def setUp(self):
        super().setUp()
        wav = self.folder / "speech.wav"
        subprocess.run(["espeak-ng", "-v", "en", "-w", str(wav), TEXT], check=True, timeout=60, stdin=subprocess.DEVNULL)
        self.speech = {}
        for rate in (8000, 16000):
            raw = self.folder / f"speech-{rate}.raw"
            # Four seconds are enough, at a level that nothing clips.
            ffmpeg("-i", wav, "-t", 4, "-af", "volume=0.7", "-ar", rate, "-ac", 1, "-f", "s16le", raw)
            self.speech[rate] = raw

    def ours(self, what, name, source):
        out = self.folder / f"ours-{what}-{Path(source).name}"
        subprocess.run([CODEC_FILE, what, name, str(source), str(out)], check=True, timeout=60, stdin=subprocess.DEVNULL)
        return out

    def theirs_encoded(self, codec, container, rate, source, *options):
        out = self.folder / f"theirs-{Path(source).name}.{container}"
        ffmpeg("-f", "s16le", "-ar", rate, "-ac", 1, "-i", source, "-c:a", codec, *options, "-f", container, out)
        return out

    def theirs_decoded(self, container, source, *options):
        out = self.folder / f"theirs-decoded-{Path(source).name}"
        ffmpeg("-f", container, *options, "-i", source, "-f", "s16le", out)
        return out

    def judge(self, name, codec, container, rate, encoder_options=(), decoder_options=(), most_delay=0):
        """(how alike both decoders are, SNR of speech through our encoder, and through theirs), each decoded by the other."""
        speech = samples(self.speech[rate])
        by_them = self.theirs_encoded(codec, container, rate, self.speech[rate], *encoder_options)
        by_us = self.ours("encode", name, self.speech[rate])
        # Packets of 20 ms: what is left at the end is nobody's.
        whole = min(by_them.stat().st_size, by_us.stat().st_size)
        cut = self.folder / f"whole-{by_them.name}"
        cut.write_bytes(by_them.read_bytes()[:whole])
        decoders = snr(samples(self.theirs_decoded(container, cut, *decoder_options)), samples(self.ours("decode", name, cut)))
        there = snr(speech, samples(self.theirs_decoded(container, by_us, *decoder_options)), most_delay)
        back = snr(speech, samples(self.ours("decode", name, cut)), most_delay)
        print(f"{name}: decoders alike to {decoders:.1f} dB, our encoder {there:.1f} dB, theirs {back:.1f} dB", flush=True)
        return decoders, there, back

    def test_g711(self):
        every = self.folder / "every.raw"
        every.write_bytes(bytes(range(256)) * 5)  # eight packets of every octet
        for name, codec in (("PCMU", "mulaw"), ("PCMA", "alaw")):
            with self.subTest(name):
                self.assertEqual(samples(self.ours("decode", name, every)), samples(self.theirs_decoded(codec, every, "-ar", 8000)))
                decoders, there, back = self.judge(name, "pcm_" + codec, codec, 8000, (), ("-ar", 8000))
                self.assertEqual(decoders, math.inf)
                self.assertGreater(there, 35)
                self.assertGreater(there, back - 0.2)

    def test_g722(self):
        decoders, there, back = self.judge("G722", "g722", "g722", 16000, (), (), 40)
        self.assertGreater(decoders, 40)
        self.assertGreater(there, 15)
        self.assertGreater(there, back - 1)

    def test_g726(self):
        for kilobits, least in ((16, 10), (24, 15), (32, 20)):
            with self.subTest(kilobits):
                decoders, there, back = self.judge(f"G726-{kilobits}", "g726le", "g726le", 8000, ("-b:a", f"{kilobits}k"), ("-code_size", kilobits // 8))
                self.assertGreater(decoders, 30)  # both stay within the quantizer's noise of each other
                self.assertGreater(there, least)
                self.assertGreater(there, back - 1)

    def test_g726_at_40(self):
        """FFmpeg's is alone with its 40 kbit/s: libsndfile and we understand each other, neither of us understands it. libsndfile's is the algorithm of before G.726."""
        speech = self.speech[8000]
        au, heard = self.folder / "speech.au", self.folder / "heard.raw"
        subprocess.run([CODEC_FILE, "au", str(speech), str(au)], check=True, timeout=60)
        subprocess.run([CODEC_FILE, "raw", str(au), str(heard)], check=True, timeout=60)
        content = au.read_bytes()
        head = int.from_bytes(content[4:8], "big" if content.startswith(b".snd") else "little")
        words = self.folder / "speech.g726"
        words.write_bytes(content[head:])
        alike = snr(samples(heard), samples(self.ours("decode", "G726-40", words)))
        ours = self.folder / "ours.au"
        ours.write_bytes(content[:head] + self.ours("encode", "G726-40", speech).read_bytes())
        subprocess.run([CODEC_FILE, "raw", str(ours), str(heard)], check=True, timeout=60)
        there = snr(samples(speech), samples(heard))
        print(f"G726-40: decoders alike to {alike:.1f} dB, our encoder {there:.1f} dB", flush=True)
        self.assertGreater(alike, 18)
        self.assertGreater(there, 18)


if __name__ == "__main__":
    case.main()
