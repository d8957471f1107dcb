#!/usr/bin/env python3
"""bench/media_peer.py --offhook BINARY --load BINARY [--calls 50] [--seconds 10] [--rounds 2] [--json FILE]: what a call's media costs beside baresip.

One call to `offhook phone` and to baresip, then --calls at a time to baresip, which answers as many as come, and as many in our engine (media_load; a desk phone holds one
call while another talks). SIPp calls, and sends back each RTP packet. Each says a WAV file and throws away what it hears; PCMU, 20 ms. CPU time is that of all
threads by the kernel's accounting, what the idle program takes is taken off; memory is the growth of what is resident. All in a network of its own.
A machine without baresip or SIPp is told so, and nothing is measured there."""
import argparse
import json
import math
import os
import pathlib
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import wave

HERE = pathlib.Path(__file__).resolve().parent
PHONE, BARESIP, CALLER = "127.0.0.1:5070", "127.0.0.1:5080", 5060
PACKETS_A_SECOND = 50
BARESIP_CONFIG = """\
sip_listen {address}
net_interface 127.0.0.1
call_max_calls {calls}
call_local_timeout 600
rtp_ports 20000-29999
module_path {modules}
module g711.so
module aufile.so
module_tmp account.so
module_app menu.so
audio_source aufile,{folder}/say.wav
audio_player aufile,/dev/null
audio_alert aufile,/dev/null
"""
PHONE_CONFIG = """\
#!version:1.0.0.1
account.1.enable = 1
account.1.user_name = phone
account.1.auto_answer = 1
features.auto_answer_delay = 1
"""


def write_speech(path, seconds=30, rate=8000):
    """A tone that comes and goes, so that nobody takes it for silence."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(b"".join(struct.pack("<h", round(9000 * math.sin(n * 0.4) * (0.6 + 0.4 * math.sin(n * 0.002)))) for n in range(seconds * rate)))


def cpu_seconds(pid):
    """Of all threads, in the kernel's nanoseconds; those that have ended since are not in it."""
    total = 0
    for task in os.scandir(f"/proc/{pid}/task"):
        with open(f"{task.path}/schedstat") as file:
            total += int(file.read().split()[0])
    return total / 1e9


def status(pid, key):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(key + ":"))


def datagrams():
    """Received by anybody in this network, and dropped because nobody read them."""
    with open("/proc/net/snmp") as file:
        rows = [line.split() for line in file if line.startswith("Udp:")]
    row = dict(zip(rows[0], rows[1]))
    return int(row["InDatagrams"]), int(row["RcvbufErrors"])


def start_phone(options, folder):
    (folder / "phone.cfg").write_text(PHONE_CONFIG)
    return [options.offhook, "phone", "--config", str(folder / "phone.cfg"), "--listen", f"udp:{PHONE}", "--audio-in", str(folder / "say.wav")], PHONE


def start_baresip(options, folder):
    home = folder / "baresip"
    home.mkdir(exist_ok=True)
    modules = next(str(path.parent) for path in pathlib.Path("/usr/lib").glob("**/baresip/modules/g711.so"))
    (home / "config").write_text(BARESIP_CONFIG.format(address=BARESIP, calls=options.calls + 10, modules=modules, folder=folder))
    (home / "accounts").write_text(f"<sip:phone@{BARESIP}>;answermode=auto;regint=0;audio_codecs=pcmu\n")
    (home / "contacts").write_text("")
    return ["baresip", "-f", str(home)], BARESIP


def measure(options, folder, start, calls):
    command, address = start(options, folder)
    log = open(folder / "log", "w+")
    called = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    caller = None
    try:
        time.sleep(2)
        idle_from, idle_cpu, idle_memory = time.monotonic(), cpu_seconds(called.pid), status(called.pid, "VmRSS")
        time.sleep(3)
        idle = (cpu_seconds(called.pid) - idle_cpu) / (time.monotonic() - idle_from)
        settle = 3 + calls / 20
        caller = subprocess.Popen(["sipp", "-sf", str(HERE / "media/call.xml"), address, "-s", "phone", "-i", "127.0.0.1", "-p", str(CALLER), "-mi", "127.0.0.1",
                                   "-rtp_echo", "-m", str(calls), "-l", str(calls), "-r", "20", "-d", str(int(1000 * (settle + options.seconds + 1))), "-nostdin", "-nd"],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
        time.sleep(settle)
        cpu, at, (received, dropped) = cpu_seconds(called.pid), time.monotonic(), datagrams()
        time.sleep(options.seconds)
        cpu, span = cpu_seconds(called.pid) - cpu, time.monotonic() - at
        after, dropped_after = datagrams()
        packets = after - received
        out = {"us": 1e6 * (cpu - idle * span) / (calls * PACKETS_A_SECOND * span), "bytes_a_call": 1024 * (status(called.pid, "VmRSS") - idle_memory) / calls,
               "threads": status(called.pid, "Threads"), "packets": packets / (2 * calls * PACKETS_A_SECOND * span), "dropped": dropped_after - dropped}
        if caller.wait(timeout=60) != 0 or out["packets"] < 0.5:
            log.seek(0)
            raise RuntimeError(f"{command[0]}: the calls did not stand ({out}; SIPp ended with {caller.returncode}):\n{log.read()[-2000:]}")
        return out
    finally:
        for process in filter(None, (caller, called)):
            process.terminate()
            try:
                process.wait(timeout=3)  # baresip is in no hurry
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        log.close()


def measure_engine(options):
    command = [options.load, "--layout", "own", "--calls", str(options.calls), "--seconds", str(options.seconds)]
    sides = [json.loads(line) for line in subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout.splitlines()]
    return {"us": statistics.mean(side["us"] for side in sides), "threads": 1, "dropped": sum(side["lost"] for side in sides),
            "packets": sum(side["received"] for side in sides) / sum(side["sent"] for side in sides)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--offhook", required=True)
    parser.add_argument("--load", required=True)
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--json")
    options = parser.parse_args()
    missing = [name for name in ("baresip", "sipp") if shutil.which(name) is None]
    if missing:
        print(f"\nNo peer: {' and '.join(missing)} not installed (Debian: baresip-core, sip-tester).")
        return 0
    if os.environ.get("OFFHOOK_PEER_INSIDE") is None:
        return subprocess.run([str(HERE.parent / "tools/in-namespace"), sys.executable, *sys.argv], env=os.environ | {"OFFHOOK_PEER_INSIDE": "1"}).returncode
    plan = {"offhook phone, one call": lambda folder: measure(options, folder, start_phone, 1),
            "baresip, one call": lambda folder: measure(options, folder, start_baresip, 1),
            f"our engine, {options.calls} calls": lambda folder: measure_engine(options),
            f"baresip, {options.calls} calls": lambda folder: measure(options, folder, start_baresip, options.calls)}
    measured = {name: [] for name in plan}
    with tempfile.TemporaryDirectory() as folder:
        write_speech(pathlib.Path(folder) / "say.wav")
        for _ in range(options.rounds):
            for name, run in plan.items():
                measured[name].append(run(pathlib.Path(folder)))
    print("\n| PCMU | µs per stream and 20 ms | bytes a call | threads | datagrams of those expected | dropped |\n|---|---:|---:|---:|---:|---:|")
    results = {}
    for name, rounds in measured.items():
        row = results[name] = {key: statistics.median(one[key] for one in rounds) for key in rounds[0]}
        # Of one call it is lost in the rest; that of ours is measured with a thousand (media_load).
        memory = f"{row['bytes_a_call']:,.0f}" if row.get("bytes_a_call") and not name.endswith("one call") else ""
        print(f"| {name} | {row['us']:.1f} ({min(one['us'] for one in rounds):.1f} to {max(one['us'] for one in rounds):.1f}) | {memory} | {row['threads']:.0f} | "
              f"{100 * row['packets']:.1f} % | {row['dropped']:.0f} |")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(results, indent=1))
    return 0


sys.exit(main())
