"""Users in the proxy's store, a configuration that is read again while a call goes on, and guessers who are shut out."""
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case, sip  # noqa: E402

PROXY = ("127.0.0.1", 5060)


class Users(case.Case):
    def setUp(self):
        super().setUp()
        self.store = f"sqlite:{self.folder / 'proxy.db'}"
        self.config = self.folder / "proxy.toml"
        self.write()

    def write(self, more=""):
        self.config.write_text(f'listen = ["udp:127.0.0.1:5060"]\ndomains = ["127.0.0.1"]\nstore = "{self.store}"\n{more}')

    def user(self, *arguments, status=0, password=None):
        done = subprocess.run([case.OFFHOOK, "proxy", "user", *arguments], input=None if password is None else password + "\n", text=True, capture_output=True,
                              stdin=subprocess.DEVNULL if password is None else None, timeout=120)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout if status == 0 else done.stderr

    def add(self, name, password, *arguments, **kwargs):
        return self.user("add", name, "--config", self.config, "--password-stdin", *arguments, password=password, **kwargs)

    def reload(self, proxy, expected):
        mark = proxy.mark()
        os.kill(proxy.pid, signal.SIGHUP)
        proxy.wait_for(expected, after=mark)

    def register(self, user, password):
        with sip.Client() as client:
            return client.register(user, PROXY, password=password).status

    def test_they_come_and_go_while_the_proxy_runs(self):
        self.add("1001", "one")
        self.assertEqual(self.user("list", "--store", self.store), "1001\t127.0.0.1\n")
        self.assertEqual((self.folder / "proxy.db").stat().st_mode & 0o777, 0o600)
        self.assertNotIn(b"one", (self.folder / "proxy.db").read_bytes() + (self.folder / "proxy.db-wal").read_bytes()
                         if (self.folder / "proxy.db-wal").exists() else (self.folder / "proxy.db").read_bytes())
        proxy = self.start_proxy()
        self.assertEqual(self.register("1001", "one"), 200)
        self.assertEqual(self.register("1002", "two"), 401)
        self.user("add", "1002", "--store", self.store, "--password-stdin", password="two")
        self.user("passwd", "1001", "--store", self.store, "--password-stdin", password="uno")
        self.reload(proxy, "the configuration is read again")
        self.assertEqual(self.register("1001", "uno"), 200)
        self.assertEqual(self.register("1002", "two"), 200)
        self.user("del", "1001", "--store", self.store)
        self.reload(proxy, "the configuration is read again")
        self.assertEqual(self.register("1001", "uno"), 401)
        self.assertNotIn("uno", proxy.text())

    def test_a_file_of_them_is_taken_as_a_whole(self):
        table = self.folder / "users.csv"
        table.write_text("name,password\n1001,one\n1002\n")
        self.assertIn("there are 1 fields, the first line names 2 (", self.user("import", table, "--config", self.config, status=1))
        self.assertEqual(self.user("list", "--config", self.config), "")
        table.write_text("name,password\n1001,one\n1002,two\n")
        self.assertEqual(self.user("import", table, "--config", self.config), "2 users\n")
        self.assertIn("user '1001' is there already", self.user("import", table, "--config", self.config, status=1))
        self.assertEqual(self.user("import", table, "--config", self.config, "--replace"), "2 users\n")
        self.start_proxy()
        self.assertEqual(self.register("1002", "two"), 200)

    def test_mistakes_are_said(self):
        self.assertIn("which store?", self.user("list", status=1))
        self.assertIn("which domain", self.user("add", "1001", "--store", self.store, "--password-stdin", password="x", status=1))
        self.assertIn("with --password-stdin", self.user("add", "1001", "--config", self.config, status=1))
        self.assertIn("an empty password", self.add("1001", "", status=1))
        self.assertIn("there is no user '1001'", self.user("del", "1001", "--config", self.config, status=1))
        self.add("1001", "one")
        self.write('[[user]]\nname = "1001"\npassword = "x"\n')
        done = subprocess.run([case.OFFHOOK, "proxy", "--check", "--config", self.config], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 1)
        self.assertIn("user '1001' is in the store and in the configuration", done.stderr)

    def test_without_redis_the_rest_is_checked(self):
        """A proxy that runs starts without Redis as well."""
        self.config.write_text('domains = ["127.0.0.1"]\nstore = "redis://127.0.0.1:1"\n')
        checked = self.run_offhook("proxy", "--check", "--config", self.config)
        self.assertEqual(checked.status, 0, checked.log())
        self.assertIn("warning: users in Redis: cannot reach Redis: Connection refused (127.0.0.1:1)", checked.text("out"))
        self.config.write_text('domains = ["127.0.0.1"]\nstore = "redis://127.0.0.1:1"\nx = 1\n')
        self.assertEqual(self.run_offhook("proxy", "--check", "--config", self.config).status, 1)

    def start_proxy(self):
        proxy = self.offhook("proxy", "--config", self.config, name="proxy")
        proxy.wait_for("^ready$")
        return proxy

    def test_a_bad_file_changes_nothing(self):
        self.add("1001", "one")
        proxy = self.start_proxy()
        self.write("max_contacts = 3\n")
        self.reload(proxy, r"the configuration stays as it was: unknown field 'max_contacts'; .*proxy\.toml:4\)")
        self.write('dscp = 46\n')
        self.reload(proxy, "the configuration stays as it was: another dscp needs a restart")
        self.assertEqual(self.register("1001", "one"), 200)

    def test_a_guesser_is_shut_out_and_named(self):
        self.write("[guard]\nexempt = []\nfailures = 3\nban = 3600\n")
        self.add("1001", "one")
        proxy = self.start_proxy()
        for _ in range(3):
            self.assertEqual(self.register("1001", "guess"), 401)
        proxy.wait_for(r"127\.0\.0\.1 is banned for 3600 s: wrong passwords")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
            plain.settimeout(0.5)
            plain.sendto(b"OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK1\r\nMax-Forwards: 70\r\nFrom: <sip:a@b>;tag=1\r\n"
                         b"To: <sip:127.0.0.1>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n", PROXY)
            self.assertRaises(TimeoutError, plain.recv, 2000)
        self.assertNotIn("guess", proxy.text())
        self.write("[guard]\nfailures = 3\n")  # the loopback is exempt again
        self.reload(proxy, "the configuration is read again")
        self.assertEqual(self.register("1001", "one"), 200)


if __name__ == "__main__":
    case.main()
