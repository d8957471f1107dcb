"""The test case that all real-process tests build on: offhook's proxy and phones, other programs, a scratch folder, and clean ends.

The binary under test is $OFFHOOK. When a test ends, every offhook process still running must end with status 0 on SIGTERM and must not have written a
sanitizer report; a failing test shows the output of every process that it started."""
import os
import sys
import tempfile
import unittest
from pathlib import Path

from support.process import Process

ROOT = Path(__file__).resolve().parent.parent.parent
OFFHOOK = os.environ.get("OFFHOOK") or str(ROOT / "build/dev/apps/offhook/offhook")
CFG_HEAD = "#!version:1.0.0.1"


class Case(unittest.TestCase):
    def setUp(self):
        self.processes = []
        folder = tempfile.TemporaryDirectory(prefix="offhook-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    # unittest tells a test nothing of its own outcome; this is where it passes by.
    def _callTestMethod(self, method):
        try:
            super()._callTestMethod(method)
        except unittest.SkipTest:
            raise
        except BaseException:
            for process in self.processes:
                print(process.log(), file=sys.stderr)
            raise

    def start(self, name, argv, **kwargs):
        """Starts a stranger; it is killed with the test."""
        process = Process(name, argv, **kwargs)
        self.processes.append(process)
        self.addCleanup(process.kill)
        return process

    def offhook(self, *arguments, name="offhook"):
        """Starts the binary; see the rule of clean ends above."""
        process = Process(name, [OFFHOOK, *arguments])
        self.processes.append(process)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        """Ends an offhook process and holds it to the rule."""
        if process.alive():
            status = process.stop()
            self.assertEqual(status, 0, f"on SIGTERM\n{process.log()}")
        self.assertEqual(process.sanitizer_report(), "", process.name)

    def run_offhook(self, *arguments):
        """Runs the binary to its end."""
        process = self.offhook(*arguments)
        process.wait_exit(120)
        return process

    def proxy(self, *arguments, name="proxy"):
        """A proxy at 127.0.0.1:5060 unless the arguments say otherwise; returns when it listens."""
        process = self.offhook("proxy", *arguments, name=name)
        process.wait_for(r"^ready$")
        return process

    def config_file(self, settings, name="phone.cfg"):
        path = self.folder / name
        path.write_text("\n".join([CFG_HEAD, *(f"{key} = {value}" for key, value in settings.items()), ""]))
        return path

    def phone(self, user="1001", password=None, settings=None, arguments=(), name=None, port=5061, proxy_port=5060, registered=True):
        """A phone with one account; returns when it has registered (or listens, with registered=False)."""
        name = name or user
        config = self.config_file({
            "account.1.enable": 1, "account.1.label": user, "account.1.display_name": user, "account.1.user_name": user,
            "account.1.auth_name": user, "account.1.password": password or user, "account.1.sip_server.1.address": "127.0.0.1",
            "account.1.sip_server.1.port": proxy_port, "sip.listen_port": port,
            "network.port.min_rtpport": 20000 + 2 * port % 10000, "network.port.max_rtpport": 20000 + 2 * port % 10000 + 98,
            **(settings or {})}, f"{name}.cfg")
        process = self.offhook("phone", "--config", config, "--name", name, *arguments, name=name)
        process.wait_for(r"^phone at udp:")
        if registered:
            process.wait_for(rf"\[{user}@\S+ registered\]")
        return process


main = unittest.main
