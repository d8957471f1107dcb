"""The programs that are measured: how each is started for one variant, its CPU time and its memory. Linux /proc, standard library only."""
import ctypes
import fcntl
import hashlib
import os
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")
DOMAIN = "bench.test"
VARIANTS = ("plain", "digest", "durable")  # no authentication; digest; no authentication, every answered REGISTER on disk
HERE = os.path.dirname(os.path.abspath(__file__))


CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS, IFF_UP, IFF_RUNNING = 0x8914, 0x1, 0x40


def own_network():
    """True when this process now has a network of its own with loopback up; without the right to that, the host's loopback serves."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP | IFF_RUNNING))
    return True


def users(count):
    return ((f"u{n}", f"pw{n}") for n in range(1, count + 1))


def offhook(binary):
    """The command of `offhook proxy` for a variant; many users go in by its file."""
    def command(variant, port, state, accounts):
        config = os.path.join(state, "proxy.toml")
        store = f"sqlite:{state}/bindings.db" if variant == "durable" else "memory"
        with open(config, "w") as out:
            out.write(f'listen = ["udp:127.0.0.1:{port}"]\ndomains = ["{DOMAIN}"]\nstore = "{store}"\n')
            out.write(f'auth = {"true" if variant == "digest" else "false"}\n')
            if variant == "digest":
                out.writelines(f'[[user]]\nname = "{name}"\npassword = "{password}"\n' for name, password in users(accounts))
        return [binary, "proxy", "--config", config]
    return command


def kamailio(variant, port, state, accounts):
    """Kamailio with the allocator that is fastest here (its default costs several times as much in long runs)."""
    # Transactions are kept 5 s and more: shared memory has to hold them all at full speed.
    command = ["kamailio", "-DD", "-E", "-f", os.path.join(HERE, "kamailio.cfg"), "-m", "2048", "-M", "32", "-x", "tlsf", "-X", "tlsf",
               "-Y", state, "-P", os.path.join(state, "pid"), "-A", f"BENCH_LISTEN=udp:127.0.0.1:{port}"]
    if variant != "plain":
        file = os.path.join(state, "kamailio.db")
        make_database(file, accounts)
        command += ["-A", f'BENCH_DB="sqlite:///{file}"', "-A", f'BENCH_JOURNAL="{file}=WAL"', "-A", f"BENCH_{variant.upper()}"]
    return command


def make_database(file, accounts):
    """Tables by the package's own scripts, and HA1 of every account in the table that is read into memory at start."""
    listing = subprocess.run(["dpkg", "-L", "kamailio-sqlite-modules", "kamailio"], capture_output=True, text=True).stdout.split("\n")
    with sqlite3.connect(file) as database:
        for part in ("standard", "usrloc", "htable"):
            script = next(line for line in listing if line.endswith(f"/db_sqlite/{part}-create.sql"))
            with open(script) as text:
                database.executescript(text.read())
        rows = ((name, hashlib.md5(f"{name}:{DOMAIN}:{password}".encode()).hexdigest()) for name, password in users(accounts))
        database.executemany("INSERT INTO htable(key_name, key_type, value_type, key_value) VALUES(?, 0, 0, ?)", rows)


def available(binary):
    """Name to command of what can be measured here."""
    out = {"offhook": offhook(binary)}
    if shutil.which("kamailio"):
        out["kamailio"] = kamailio
    return out


class Target:
    """A running server on core 0 in a session of its own; every process of that session counts."""

    def __init__(self, name, command, variant, port, state, accounts, under=()):
        """`under`: a command that runs the server, as valgrind does."""
        self.name, self.port, self.state = name, port, state
        os.makedirs(state)
        self.log = open(os.path.join(state, "log"), "wb")
        self.process = subprocess.Popen([*under, *command(variant, port, state, accounts)], stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=self.log, start_new_session=True, preexec_fn=lambda: os.sched_setaffinity(0, {0}))
        self.wait_until_it_answers()

    def wait_until_it_answers(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.bind(("127.0.0.1", 0))
            asking.settimeout(0.2)
            asking.connect(("127.0.0.1", self.port))
            for attempt in range(300):
                if self.process.poll() is not None:
                    break
                here = "127.0.0.1:%d" % asking.getsockname()[1]
                try:
                    asking.send((f"REGISTER sip:{DOMAIN} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bKask{attempt}\r\nMax-Forwards: 70\r\n"
                                 f"From: <sip:u1@{DOMAIN}>;tag=a\r\nTo: <sip:u1@{DOMAIN}>\r\nCall-ID: ask{attempt}@{here}\r\n"
                                 f"CSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n").encode())
                    if asking.recv(4096).startswith(b"SIP/2.0"):
                        return
                except OSError:
                    time.sleep(0.1)
        with open(os.path.join(self.state, "log"), errors="replace") as log:
            text = log.read()[-1500:]
        self.stop()
        raise RuntimeError(f"{self.name} does not answer: {text}")

    def members(self):
        """pid to fields of /proc/PID/stat behind the name."""
        out = {}
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                with open(f"/proc/{entry}/stat") as stat:
                    fields = stat.read().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == self.process.pid:  # session
                out[int(entry)] = fields
        return out

    def cpu(self):
        """(user, system) seconds so far."""
        members = self.members().values()
        return sum(int(f[11]) for f in members) / TICK, sum(int(f[12]) for f in members) / TICK

    def memory(self):
        """Proportional set size in bytes: shared memory counts once."""
        total = 0
        for pid in self.members():
            try:
                with open(f"/proc/{pid}/smaps_rollup") as rollup:
                    total += sum(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
            except OSError:
                pass
        return total * 1024

    def stop(self):
        left = self.members()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            pass
        for pid in left:
            if pid in self.members():
                os.kill(pid, signal.SIGKILL)
        self.process.wait(5)
        self.log.close()
