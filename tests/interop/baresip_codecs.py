"""baresip and a desk phone through the proxy, in the codecs that both have besides G.711: who hears whom is proven at both ends by a tone each."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import audio, case  # noqa: E402
from support.baresip import Baresip  # noqa: E402
from support.phone_api import PhoneApi  # noqa: E402
from support.process import wait_until  # noqa: E402

PHONE_HZ, BARESIP_HZ = 500, 700


class Codecs(case.Case):
    # T23G: a phone with a slot for Opus.
    def heard_both_ways(self, codec, module, rate, settings=None, channels=1):
        self.proxy("--digest", "MD5", "--user", "1001:1001", "--user", "bari:tone")
        phone = self.phone(settings=settings, arguments=["--model", "T23G", "--api", "127.0.0.1:8081", "--audio-in", f"tone:{PHONE_HZ}", "--hear", str(BARESIP_HZ)], port=5070)
        api = PhoneApi(8081, "1001")
        baresip = Baresip(self, "bari", "tone", BARESIP_HZ, codec=codec, module=module, rate=rate, channels=channels)
        baresip.wait_registered()
        mark = phone.mark()
        api.act("dial", number="bari")
        phone.wait_for(r"\[\d+ talking bari", after=mark)
        phone.wait_for(rf"^1001: hears {BARESIP_HZ} Hz$", after=mark)

        def enough():
            found = [audio.read_samples(path) for path in baresip.heard()]
            return [each for each in found if each is not None and audio.seconds_with_tone(*each, PHONE_HZ) >= 1]
        wait_until(lambda: any(path.stat().st_size > 3 * rate * 2 for path in baresip.heard()), "baresip hears something")
        api.act("hangup")
        phone.wait_for(r"\[\d+ ended bari", after=mark)
        wait_until(enough, f"baresip has heard {PHONE_HZ} Hz for a second")

    def test_g722(self):
        self.heard_both_ways("G722", "g722", 16000)

    def test_g726_32(self):
        self.heard_both_ways("G726-32", "g726", 8000, {"account.1.codec.g726_32.enable": 1})

    def test_opus(self):
        self.heard_both_ways("opus/48000/2", "opus", 48000, {"account.1.codec.opus.enable": 1}, channels=2)


if __name__ == "__main__":
    case.main()
