"""Processes that a test starts: their output line by line, waits with a deadline, and an end for exactly those.

Nothing here sleeps: a wait ends with the line, the exit or the port it is for, or fails with all that the process wrote."""
import os
import re
import select
import signal
import subprocess
import threading
import time

PATIENCE = 30.0  # seconds; the binary runs under sanitizers on a machine that is busy with other tests

SANITIZER = re.compile(r"AddressSanitizer|LeakSanitizer|ThreadSanitizer|UndefinedBehaviorSanitizer|runtime error:")


class Process:
    """A running child. `lines` holds what it wrote so far, both streams in the order of arrival."""

    def __init__(self, name, argv, cwd=None, env=None):
        self.name = name
        self.argv = [str(word) for word in argv]
        self.lines = []  # (stream, text)
        self._changed = threading.Condition()
        # setpriv becomes the program, which then dies with this test, should CTest end it for taking too long.
        self._child = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *self.argv], cwd=cwd, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self._readers = [threading.Thread(target=self._read, args=(stream, pipe), daemon=True)
                         for stream, pipe in (("out", self._child.stdout), ("err", self._child.stderr))]
        for reader in self._readers:
            reader.start()

    def _read(self, stream, pipe):
        with pipe:
            for raw in pipe:
                with self._changed:
                    self.lines.append((stream, raw.decode(errors="replace").rstrip("\n")))
                    self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    @property
    def pid(self):
        return self._child.pid

    @property
    def status(self):
        """The exit status, negative for a signal; None while it runs."""
        return self._child.poll()

    def alive(self):
        return self.status is None

    def text(self, stream=None):
        with self._changed:
            return "\n".join(text for which, text in self.lines if stream in (None, which))

    def mark(self):
        """Where the output ends now; given to wait_for as `after`."""
        with self._changed:
            return len(self.lines)

    def wait_for(self, pattern, timeout=PATIENCE, after=0):
        """The first match of `pattern` in a line behind mark `after`; fails at the deadline or when the process has ended without it."""
        wanted = re.compile(pattern)
        deadline = time.monotonic() + timeout
        at = after
        with self._changed:
            while True:
                while at < len(self.lines):
                    found = wanted.search(self.lines[at][1])
                    if found:
                        return found
                    at += 1
                over = not any(reader.is_alive() for reader in self._readers)
                left = deadline - time.monotonic()
                if over or left <= 0:
                    break
                # A second at most: a reader that ends between test and wait must not cost the whole deadline.
                self._changed.wait(min(left, 1.0))
        if over:  # both streams are closed; its exit follows
            self.wait_exit()
        why = f"ended with {self.status}" if over else f"said nothing of the kind in {timeout:g} s"
        raise AssertionError(f"{self.name}: {why}; waited for /{pattern}/\n{self.log()}")

    def wait_exit(self, timeout=PATIENCE):
        try:
            status = self._child.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name}: still running after {timeout:g} s\n{self.log()}") from None
        for reader in self._readers:
            reader.join(timeout)
        return status

    def send_signal(self, number):
        if self.alive():
            self._child.send_signal(number)

    def stop(self, number=signal.SIGTERM, timeout=PATIENCE):
        """Asks it to end and returns its exit status; one that does not listen is killed and fails the test."""
        self.send_signal(number)
        try:
            return self.wait_exit(timeout)
        except AssertionError:
            self._child.kill()
            self._child.wait()
            raise

    def kill(self):
        """SIGKILL, as a crash would have it."""
        self.send_signal(signal.SIGKILL)
        return self.wait_exit()

    def sanitizer_report(self):
        return self.text() if SANITIZER.search(self.text()) else ""

    def log(self, limit=300):
        with self._changed:
            lines = [f"  {stream}| {text}" for stream, text in self.lines]
        cut = [f"  … {len(lines) - limit} lines …"] if len(lines) > limit else []
        return "\n".join([f"--- {self.name} (status {self.status}): {' '.join(self.argv)}", *cut, *lines[-limit:]])


def wait_until(condition, what, timeout=PATIENCE, every=0.02):
    """Asks `condition` until it holds; for what no line tells, such as a port that a stranger opens."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout:g} s: {what}")
        select.select([], [], [], every)


def udp_port_open(port):
    """True when a socket of this network namespace is bound to the UDP port."""
    for table in ("/proc/net/udp", "/proc/net/udp6"):
        with open(table, encoding="ascii") as rows:
            for row in list(rows)[1:]:
                if int(row.split()[1].rsplit(":", 1)[1], 16) == port:
                    return True
    return False


def wait_udp_port(process, port, timeout=PATIENCE):
    wait_until(lambda: udp_port_open(port) or not process.alive(), f"{process.name} opens UDP port {port}\n{process.log()}", timeout)
    if not process.alive():
        raise AssertionError(f"{process.name} ended before it opened UDP port {port}\n{process.log()}")
