"""tshark's RTP stream analysis of a capture agrees with what the media engine says of the same packets."""
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case  # noqa: E402


class RtpAnalysis(case.Case):
    def compare(self, seed):
        capture = self.folder / f"{seed}.pcap"
        trace = self.start("trace", [Path(case.OFFHOOK).resolve().parents[2] / "tests/interop/rtp_trace", str(seed), capture])
        self.assertEqual(trace.wait_exit(120), 0, trace.log())
        ours = json.loads(trace.text("out"))
        process = self.start("tshark", ["tshark", "-n", "-q", "-r", capture, "-d", f"udp.port=={ours['port']},rtp", "-z", "rtp,streams"])
        self.assertEqual(process.wait_exit(120), 0, process.log())
        row = next(line for line in process.text("out").splitlines() if f"{ours['ssrc']:08X}" in line.upper())
        # … payload, packets, lost (percent), then delta and jitter, each min, mean and max in ms.
        found = re.search(r"(\d+)\s+(-?\d+) \(\s*-?[\d.]+%\)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)", row)
        self.assertIsNotNone(found, row)
        packets, lost = int(found[1]), int(found[2])
        mean, greatest = float(found[7]), float(found[8])
        self.assertEqual(ours["lost"], lost, row)
        # A source is on probation until two packets come in order (RFC 3550 A.1): those before are no loss, and not counted.
        self.assertIn(packets + lost - ours["expected"], range(1, 9), row)
        # Ours counts in ticks of an eighth of a millisecond.
        self.assertAlmostEqual(ours["jitter_mean_ms"], mean, delta=0.2, msg=row)
        self.assertAlmostEqual(ours["jitter_max_ms"], greatest, delta=0.2, msg=row)
        self.assertGreater(lost, 50, "the way lost nothing")
        self.assertGreater(mean, 5, "the way had no jitter")

    def test_seeds(self):
        for seed in (1, 2, 3):
            self.compare(seed)


if __name__ == "__main__":
    case.main()
