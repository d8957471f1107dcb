#!/usr/bin/env python3
"""bench/media_bench.py BUILD_FOLDER [--calls 1000,2800] [--seconds 10] [--rounds 3] [--codecs PCMU,G722] [--suites AEAD_AES_128_GCM,DTLS]
  [--quality-calls 1000] [--quality-seconds 60] [--real-time]: what media costs.

First each codec through the engine without sockets (media_engine_bench) and the mixer alone (media_mixer_bench), then calls on real sockets (media_load): two processes on a core each in a
network of their own, by both layouts of the sockets, the floor beside them in the same round; then a thousand calls for a minute, and how each of them was heard; the phone beside
baresip (media_peer.py); last the jitter buffer over traces. Tables to stdout, all to BUILD_FOLDER/media.json.
--real-time gives the two processes precedence over whatever else the machine does: for a machine that is not idle. What the figures mean: docs/performance.md."""
import argparse
import json
import os
import statistics
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LAYOUTS = ("floor-own", "own", "floor-shared", "shared")
# Of kMosClasses in load.cpp.
MOS_CLASSES = ("4.34 and more", "to 4.03", "to 3.6", "to 3.1", "to 2.58", "less")


def engine(program, first):
    out = subprocess.run([*first, program, "--benchmark_format=json", "--benchmark_repetitions=3"], check=True, capture_output=True, text=True)
    best = {}
    for run in json.loads(out.stdout)["benchmarks"]:
        if run.get("run_type") == "iteration":
            microseconds = 1e6 / run["items_per_second"]
            best[run["run_name"]] = min(best.get(run["run_name"], microseconds), microseconds)
    return best


def mixer(program, first):
    """ns per party and frame, by what is mixed and the number of parties."""
    out = {}
    for name, microseconds in engine(program, first).items():
        _, what, parties = name.split("/")
        out.setdefault(what, {})[parties] = 1000 * microseconds
    return out


def load(program, first, layout, calls, seconds, codec, suite):
    command = [os.path.join(ROOT, "tools/in-namespace"), *first, program, "--layout", layout, "--calls", str(calls), "--seconds", str(seconds),
               "--codec", codec, *(["--dtls"] if suite == "DTLS" else ["--srtp", suite] if suite else [])]
    out = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds + 120)
    if out.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {out.stderr.strip()}")
    return [json.loads(line) for line in out.stdout.splitlines()]


def row(codec, suite, layout, calls, sides):
    """Both sides of every round are one measurement each; the median counts."""
    microseconds = [side["us"] for side in sides]
    median = statistics.median(microseconds)
    return {"codec": codec, "srtp": suite, "layout": layout, "calls": calls, "us": round(median, 2), "least": min(microseconds), "most": max(microseconds),
            "calls_a_core": round(1e6 / (50 * median)), "bytes_a_call": round(statistics.median(side["bytes_a_call"] for side in sides)),
            "lost": sum(side["lost"] for side in sides), "made_up": sum(side["concealed"] for side in sides), "mos": min(side["mos_least"] for side in sides),
            "latest_tick_ms": max(side["latest_tick_ms"] for side in sides),
            "keys_us": round(statistics.median(side.get("keys_us", 0) for side in sides))}


def quality(program, options, first):
    """A thousand calls for a minute, by each layout and with keys by DTLS: how they were heard, by both sides together."""
    calls, seconds = options.quality_calls, options.quality_seconds
    out = []
    print(f"\n| {calls:,} calls for {seconds} s, both sides | received | lost | late | made up | jitter, ms: mean (most) | core | MOS, least | mean | "
          f"{' | '.join(MOS_CLASSES)} |\n|---|{'---:|' * (8 + len(MOS_CLASSES))}", flush=True)
    for layout, suite in (("own", ""), ("shared", ""), ("own", "DTLS")):
        sides = load(program, first, layout, calls, seconds, "PCMU", suite)
        total = {name: sum(side[name] for side in sides) for name in ("sent", "received", "lost", "late", "concealed")}
        classes = [sum(side["mos_classes"][n] for side in sides) for n in range(len(MOS_CLASSES))]
        jitter, most = statistics.mean(side["jitter_mean_ms"] for side in sides), max(side["jitter_most_ms"] for side in sides)
        least, mean = min(side["mos_least"] for side in sides), statistics.mean(side["mos_mean"] for side in sides)
        print(f"| {' '.join(filter(None, ('PCMU', suite)))}, {layout} | {total['received']:,} | {total['lost']} | {total['late']} | {total['concealed']} | {jitter:.2f} ({most:.2f}) | "
              f"{100 * max(side['core'] for side in sides):.0f} % | {least:.2f} | {mean:.2f} | {' | '.join(f'{n:,}' for n in classes)} |", flush=True)
        out.append({"layout": layout, "srtp": suite, "calls": calls, "seconds": seconds, "sides": sides})
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--calls", default="1000,2800")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--codecs", default="PCMU,G722", help="all but the first only with the first number of calls, and only a fifth of them")
    parser.add_argument("--suites", default="AEAD_AES_128_GCM,AES_CM_128_HMAC_SHA1_80,DTLS", help="of SRTP, or DTLS for keys by it: with 2,000 calls, of DTLS with 1,500, or the most of --calls if that is less")
    parser.add_argument("--quality-calls", type=int, default=1000)
    parser.add_argument("--quality-seconds", type=int, default=60)
    parser.add_argument("--real-time", action="store_true")
    options = parser.parse_args()
    programs = os.path.join(options.build, "bench")
    first = ["chrt", "-r", "5"] if options.real_time else []
    results = {"load_average": os.getloadavg(), "engine": engine(os.path.join(programs, "media_engine_bench"), first), "load": []}
    print("| without sockets | µs per stream and 20 ms | codec alone |\n|---|---:|---:|")
    for name, microseconds in results["engine"].items():
        kind, codec = name.split("/")
        if kind == "stream":
            print(f"| {codec.replace('_', ' ')} | {microseconds:.2f} | {results['engine'][f'codec_alone/{codec}']:.2f} |")
    results["mixer"] = mixer(os.path.join(programs, "media_mixer_bench"), first)
    print("\n| conference | ns per party and 20 ms, of 3 | of 10 | of 30 | of 100 |\n|---|---:|---:|---:|---:|")
    for name, row_of in results["mixer"].items():
        print(f"| {name.replace('_', ' ')} | {' | '.join(f'{row_of[parties]:.0f}' for parties in ('3', '10', '30', '100'))} |")
    print("\n| on sockets | layout | calls | µs per stream and 20 ms | calls a core | bytes a call | lost | made up | MOS, least | latest tick, ms |\n"
          "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    codecs, numbers = options.codecs.split(","), [int(n) for n in options.calls.split(",")]
    plan = [(codecs[0], "", layout, calls) for calls in numbers for layout in LAYOUTS]
    plan += [(codecs[0], suite, "own", min(1500 if suite == "DTLS" else 2000, max(numbers))) for suite in filter(None, options.suites.split(","))]
    plan += [(codec, "", "own", max(1, numbers[0] // 5)) for codec in codecs[1:]]
    measured = {what: [] for what in plan}
    for _ in range(options.rounds):  # in turns, so that a busy moment does not hit one of them alone
        for codec, suite, layout, calls in plan:
            measured[codec, suite, layout, calls] += load(os.path.join(programs, "media_load"), first, layout, calls, options.seconds, codec, suite)
    for (codec, suite, layout, calls), sides in measured.items():
        out = row(codec, suite, layout, calls, sides)
        results["load"].append(out)
        print(f"| {codec} {suite} | {layout} | {calls:,} | {out['us']:.2f} ({out['least']:.2f} to {out['most']:.2f}) | {out['calls_a_core']:,} | "
              f"{out['bytes_a_call']:,} | {out['lost']} | {out['made_up']} | {out['mos'] or ''} | {out['latest_tick_ms']:.1f} |")
    dtls = next((row for row in results["load"] if row["srtp"] == "DTLS"), None)
    if dtls:
        print(f"\nKeys by DTLS: {dtls['keys_us']:,} µs of CPU time a call and side until they are there, the handshake and all that is around it.")
    results["quality"] = quality(os.path.join(programs, "media_load"), options, first)
    with open(os.path.join(options.build, "media.json"), "w") as file:
        json.dump(results, file, indent=1)
    sys.stdout.flush()
    subprocess.run([*first, os.path.join(ROOT, "bench/media_peer.py"), "--offhook", os.path.join(options.build, "apps/offhook/offhook"), "--load",
                    os.path.join(programs, "media_load"), "--json", os.path.join(programs, "media_peer.json")], check=True)
    print(flush=True)
    subprocess.run([os.path.join(programs, "media_jitter_bench")], check=True)


sys.exit(main())
