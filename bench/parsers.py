"""The parsers: instructions (callgrind) and nanoseconds (Google Benchmark) of reading the messages of bench/messages, ours beside the
libraries that are installed. Writes BUILD_FOLDER/parsers.tsv. What the figures mean: docs/performance.md."""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

REPEATS = 500  # kRepeats of parsers/driver.cpp
DEPTHS = ("receive", "phone", "sdp")
BUDGETS = {"receive": 5000, "phone": 10000, "sdp": 12000}  # ours, mean of the messages
LIBRARIES = {"offhook": "offhook", "osip": "osip", "sofia": "sofia-sip", "re": "re"}  # program parse_X: name


def _count(program):
    """{(message, depth): instructions}, the copy of the message included."""
    if not shutil.which("valgrind"):
        return {}
    counted = {}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["valgrind", "--tool=callgrind", "--collect-atstart=no", f"--callgrind-out-file={folder}/out", program, "--count"],
                       check=True, capture_output=True)
        for name in glob.glob(folder + "/out.*"):
            with open(name) as profile:
                lines = dict(line.rstrip().split(": ", 1) for line in profile if line.startswith(("desc: Trigger", "totals")))
            depth, message = lines["desc"].rpartition(": ")[2].split("/", 1)
            counted[message, depth] = int(lines["totals"]) // REPEATS
    return counted


def _time(program, full):
    """{(message, depth): nanoseconds of CPU, the best of several loops}: the others were disturbed."""
    out = subprocess.run([program, "--benchmark_format=json", f"--benchmark_repetitions={9 if full else 3}", f"--benchmark_min_time={0.1 if full else 0.02}"],
                         check=True, capture_output=True, text=True)
    best = {}
    for run in json.loads(out.stdout)["benchmarks"]:
        if run.get("run_type") == "iteration":
            depth, message = run["name"].split("/")[:2]
            best[message, depth] = min(best.get((message, depth), float("inf")), run["cpu_time"])
    return best


def _reads_sessions(program):
    """Whether the library sees one medium in each message that has a session description: the proof that depth sdp reads it."""
    rows = subprocess.run([program, "--media"], check=True, capture_output=True, text=True).stdout.splitlines()
    return [row.split("\t")[2] for row in rows]


def _table(rows, column, title):
    messages = sorted({row["message"] for row in rows})
    lines = [f"{title:24}" + "".join(f"{m[:11]:>12}" for m in messages) + f"{'mean':>10}"]
    means = {}
    for depth in DEPTHS:
        for library in LIBRARIES.values():
            figures = [row[column] for row in rows if row["library"] == library and row["depth"] == depth and row[column] != ""]
            if not figures:
                continue
            mean = means[library, depth] = round(sum(figures) / len(figures))
            budget = ""
            if library == "offhook" and column == "instructions":
                budget = f"  budget {BUDGETS[depth]}: " + ("met" if mean <= BUDGETS[depth] else "MISSED")
            lines.append(f"{depth + ' ' + library:24}" + "".join(f"{round(figure):12}" for figure in figures) + f"{mean:10}" + budget)
    return means, "\n".join(lines)


def run(build, count=True, time=True, full=False):
    """Measures, prints the tables, writes the file; gives {column: {"library depth": mean}}."""
    rows, sessions = [], {}
    for program, library in LIBRARIES.items():
        path = os.path.join(build, "bench", "parse_" + program)
        if not os.path.exists(path):
            print(f"{library}: not installed when this was built, skipped", file=sys.stderr)
            continue
        sessions[library] = _reads_sessions(path)
        counted, timed = (_count(path) if count else {}), (_time(path, full) if time else {})
        for key in sorted(set(counted) | set(timed)):
            ns = timed.get(key, "")
            rows.append({"library": library, "message": key[0], "depth": key[1], "instructions": counted.get(key, ""), "ns": ns if ns == "" else round(ns, 1)})
    if count and not shutil.which("valgrind"):
        print("valgrind is not installed: no instruction counts", file=sys.stderr)
    for library, seen in sessions.items():
        if seen != sessions["offhook"]:
            print(f"{library} sees other media in the session descriptions: {seen}, offhook {sessions['offhook']}", file=sys.stderr)
    columns = ("library", "message", "depth", "instructions", "ns")
    with open(os.path.join(build, "parsers.tsv"), "w") as out:
        out.write("\t".join(columns) + "\n")
        for row in rows:
            out.write("\t".join(str(row[c]) for c in columns) + "\n")
    result = {}
    for column, wanted in (("instructions", count and shutil.which("valgrind")), ("ns", time)):
        if wanted:
            means, text = _table(rows, column, column)
            result[column] = {" ".join(key): mean for key, mean in means.items()}
            print(text + "\n", flush=True)
    return result
