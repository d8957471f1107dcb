"""Runs SIPp with its built-in scenarios or with those in tests/interop/sipp/."""
import re
from pathlib import Path

from support.process import PATIENCE, wait_udp_port

SCENARIOS = Path(__file__).resolve().parent.parent / "interop" / "sipp"


def start(test, scenario, port, target="127.0.0.1:5060", calls=1, user="sipp", replace=None, arguments=(), media_port=None):
    """Starts SIPp at 127.0.0.1:`port`. `scenario` is a file of tests/interop/sipp/, or uac or uas; `replace` fills its @NAME@ places."""
    if scenario.endswith(".xml"):
        text = (SCENARIOS / scenario).read_text()
        for key, value in (replace or {}).items():
            text = text.replace(f"@{key}@", str(value))
        assert not re.search(r"@[A-Z_]+@", text), f"{scenario}: a place is not filled"
        path = test.folder / f"{port}-{scenario}"
        path.write_text(text)
        chosen = ["-sf", path]
    else:
        chosen = ["-sn", scenario]
    return test.start(f"sipp {scenario} :{port}", [
        "sipp", target, *chosen, "-i", "127.0.0.1", "-p", port, "-mi", "127.0.0.1", "-mp", media_port or 20000 + 10 * (port - 5000), "-m", calls, "-s", user,
        "-nostdin", "-timeout", f"{PATIENCE:g}s", "-timeout_error", "-trace_err", "-trace_msg", "-error_file", test.folder / f"{port}.errors",
        "-message_file", test.folder / f"{port}.messages", *arguments], cwd=test.folder)


def listen(test, *arguments, **kwargs):
    """Starts a scenario that waits for calls; returns when its port is open."""
    process = start(test, *arguments, **kwargs)
    wait_udp_port(process, kwargs.get("port") or arguments[1])
    return process


def finish(test, process):
    """Waits until SIPp has had all its calls; every one of them must have gone as the scenario says."""
    status = process.wait_exit(2 * PATIENCE)
    if status == 0:
        return
    files = [f"--- {path.name}\n{path.read_text(errors='replace')[-8000:]}" for path in sorted(test.folder.glob("*.errors")) + sorted(test.folder.glob("*.messages"))]
    raise AssertionError("\n".join([f"SIPp ended with {status}", process.log(60), *files]))


def run(test, *arguments, **kwargs):
    finish(test, start(test, *arguments, **kwargs))
