"""The command line of offhook: help, exit codes, the form of its errors."""
import os
import re
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case  # noqa: E402

FORM = re.compile(r"^offhook: .+ \(.+\)$")


class CommandCase(case.Case):
    def ends_with(self, status, *arguments):
        process = self.run_offhook(*arguments)
        self.assertEqual(process.status, status, process.log())
        return process

    def complains(self, *arguments, about, where, status=1):
        """Ends with `status` and exactly one line on stderr: offhook: ABOUT (WHERE)."""
        process = self.ends_with(status, *arguments)
        errors = process.text("err").splitlines()
        self.assertEqual(len(errors), 1, process.log())
        self.assertRegex(errors[0], FORM)
        self.assertRegex(errors[0], about)
        self.assertTrue(errors[0].endswith(f"({where})"), f"wanted ({where}) at the end\n{process.log()}")
        self.assertEqual(process.text("out"), "", process.log())

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def cfg(self, *lines, head=case.CFG_HEAD):
        return self.file("phone.cfg", "\n".join([head, *lines, ""]))


class Help(CommandCase):
    COMMANDS = {"demo": "--http", "proxy": "--listen", "phone": "--config", "flow": "run", "check": "--model", "params": "NAME", "devices": "--help", "version": "--help"}

    def test_the_program_names_its_commands(self):
        text = self.ends_with(0, "--help").text("out")
        for command in self.COMMANDS:
            self.assertRegex(text, rf"(?m)^\s+{command}\s")

    def test_every_command_explains_itself(self):
        for command, mentions in self.COMMANDS.items():
            with self.subTest(command):
                process = self.ends_with(0, command, "--help")
                self.assertIn(mentions, process.text("out"))
                self.assertEqual(process.text("err"), "")

    def test_flow_commands_explain_themselves(self):
        self.ends_with(0, "flow", "list", "--help")
        self.assertIn("--pcap", self.ends_with(0, "flow", "run", "--help").text("out"))

    def test_version(self):
        self.assertRegex(self.ends_with(0, "version").text("out"), r"^offhook \d+\.\d+\.\d+$")


class Usage(CommandCase):
    def test_wrong_lines_end_with_2(self):
        for line in ([], ["nonsense"], ["proxy", "--nonsense"], ["phone"], ["check"], ["flow"], ["flow", "run"], ["flow", "run", "busy", "--all"],
                     ["flow", "run", "busy", "--seeds", "3"], ["flow", "run", "busy", "--sim", "--loss", "7"], ["version", "--log-level", "loud"],
                     ["proxy", "--config"]):
            with self.subTest(line):
                process = self.ends_with(2, *line)
                self.assertRegex(process.text("err"), r"^offhook: .+$")
                self.assertEqual(process.text("out"), "")


class ProxyErrors(CommandCase):
    def test_port_in_use(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 5060))
            self.complains("proxy", "--no-auth", about="in use", where="udp:127.0.0.1:5060")

    def test_file_that_is_not_there(self):
        self.complains("proxy", "--config", "/no/such/proxy.toml", about="No such file", where="/no/such/proxy.toml")

    def test_file_that_may_not_be_read(self):
        if os.geteuid() == 0 and open_despite_mode(self.file("probe", "")):
            folder = str(self.folder)
            return self.complains("proxy", "--config", folder, about="directory", where=folder)
        path = self.file("proxy.toml", "")
        os.chmod(path, 0)
        self.complains("proxy", "--config", path, about="Permission denied", where=path)

    def test_broken_toml_names_the_line(self):
        path = self.file("proxy.toml", 'domains = ["x.test"]\nlisten = ["udp:127.0.0.1:5060"\nauth = \n')
        process = self.ends_with(1, "proxy", "--config", path)
        self.assertRegex(process.text("err"), rf"(?m)^offhook: .+ \({re.escape(path)}:[23]\)$")

    def test_values_that_do_not_fit_name_the_line(self):
        for text, about in (('domains = ["x.test"]\nauth = "yes"\n', 'true, false, "register" or "calls"'), ('domains = ["x.test"]\nport = 5060\n', "unknown field"),
                            ('domains = ["x.test"]\nstore = "paper"\n', "store wants"), ('domains = ["x.test"]\nlisten = ["5060"]\n', "listen wants"),
                            ('domains = ["x.test"]\nmin_expires = 0\n', "seconds"), ('domains = ["x.test"]\nuser = "me"\n', "tables")):
            with self.subTest(text):
                path = self.file("proxy.toml", text)
                self.complains("proxy", "--config", path, about=about, where=f"{path}:2")

    def test_flags_that_do_not_fit(self):
        self.complains("proxy", "--no-auth", "--listen", "udp:nowhere", about="not an address", where="udp:nowhere")
        self.complains("proxy", "--no-auth", "--listen", "tls:127.0.0.1:5061", about="certificate", where="tls:127.0.0.1:5061")
        self.complains("proxy", "--no-auth", "--digest", "SHA-1", about="SHA-256, SHA-512-256 or MD5", where="SHA-1")
        self.complains("proxy", "--user", "nobody", about="NAME:PASSWORD", where="nobody")
        self.complains("proxy", "--no-auth", "--store", "sqlite:/no/such/folder/x.db", about="cannot open", where="/no/such/folder/x.db")

    def test_check_tells_what_the_file_means(self):
        out = self.ends_with(0, "proxy", "--check", "--config", case.ROOT / "examples/proxy.toml").text("out")
        self.assertRegex(out, r"1 listening address, 2 domains, 3 users, store memory")

    def test_check_reads_certificates_as_the_start_does(self):
        flags = ("proxy", "--check", "--no-auth", "--domain", "a", "--listen", "tls:127.0.0.1:5061")
        self.complains(*flags, about="a certificate and its key are needed", where="tls:127.0.0.1:5061")
        bad = self.folder / "bad.pem"
        bad.write_text("no certificate")
        self.complains(*flags, "--tls-certificate", bad, "--tls-key", bad, about="certificate", where=str(bad))

    def test_check_tells_what_is_odd_about_routing(self):
        path = self.file("proxy.toml", 'domains = ["x.test"]\n[[user]]\nname = "1001"\npassword = "x"\n[[dial]]\nmatch = "0."\nto = "1001"\n'
                                       '[[dial]]\nmatch = "01x"\nto = "1001"\n[[group]]\nname = "all"\nmembers = ["1001", "ghost"]\n')
        out = self.ends_with(0, "proxy", "--check", "--config", path).text("out").splitlines()
        self.assertEqual(out[1:], [f"{path}:8: warning: rule '01x' is never reached: '0.' takes all of its numbers in line 5",
                                   f"{path}:11: warning: group 'all' has a member that is no user and no number: 'ghost'"])
        path = self.file("proxy.toml", 'domains = ["x.test"]\n[[dial]]\nmatch = "0."\nto = "trunk:gone"\n')
        self.complains("proxy", "--check", "--config", path, about="trunk:gone, which does not exist", where=f"{path}:2")


def open_despite_mode(path):
    """True for a user whom file modes do not bind."""
    os.chmod(path, 0)
    try:
        open(path, encoding="utf-8").close()
        return True
    except PermissionError:
        return False


class PhoneErrors(CommandCase):
    ACCOUNT = ["account.1.enable = 1", "account.1.user_name = 1001", "account.1.sip_server.1.address = 127.0.0.1"]

    def test_file_that_is_not_there(self):
        self.complains("phone", "--config", "/no/such.cfg", about="No such file", where="/no/such.cfg")

    def test_missing_header_line(self):
        path = self.cfg(*self.ACCOUNT, head="# a phone")
        self.complains("phone", "--config", path, about="#!version:1.0.0.1", where=f"{path}:1")

    def test_bad_value_names_the_line(self):
        path = self.cfg(*self.ACCOUNT, "features.dnd_refuse_code = 487")
        self.complains("phone", "--config", path, about="487.*features.dnd_refuse_code", where=f"{path}:5")

    def test_unknown_model(self):
        process = self.ends_with(1, "phone", "--config", self.cfg(*self.ACCOUNT), "--model", "T99")
        self.assertRegex(process.text("err"), r'^offhook: unknown model "T99"; known are .*T46G')

    def test_no_account(self):
        path = self.cfg()
        self.complains("phone", "--config", path, about="no account", where=path)

    def test_port_in_use(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 5071))
            self.complains("phone", "--config", self.cfg(*self.ACCOUNT), "--listen", "udp:127.0.0.1:5071", about="in use", where="udp:127.0.0.1:5071")

    def test_codecs_that_are_not_built_in(self):
        config = self.cfg(*self.ACCOUNT, "account.1.codec.ilbc.enable = 1", "account.1.codec.g729.enable = 1")
        process = self.offhook("phone", "--config", config, "--listen", "udp:127.0.0.1:5071", name="phone")
        process.wait_for(r"^phone at udp:")
        self.assertRegex(process.text("err"), r"account 1 does not offer iLBC: Debian has no library for iLBC")
        self.assertRegex(process.text("err"), r"account 1 does not offer G729: the free library for G.729 \(bcg729\) is GPL")
        usual = self.offhook("phone", "--config", self.cfg(*self.ACCOUNT), "--listen", "udp:127.0.0.1:5072", name="usual")
        usual.wait_for(r"^phone at udp:")
        self.assertNotIn("does not offer", usual.text("err"), "what the phone has on by itself is nobody's wish")

    def test_bad_addresses_and_sounds(self):
        config = self.cfg(*self.ACCOUNT)
        self.complains("phone", "--config", config, "--listen", "5071", about="ADDRESS:PORT", where="5071")
        self.complains("phone", "--config", config, "--audio-in", "tone:9", about="tone:HZ", where="--audio-in tone:9")
        self.complains("phone", "--config", config, "--audio-in", "/no/such.wav", about="No such file", where="/no/such.wav")
        no_wav = self.file("text.wav", "no sound at all")
        self.complains("phone", "--config", config, "--audio-in", no_wav, about=".", where=no_wav)
        self.complains("phone", "--config", config, "--audio-out", "/no/such/folder/x.wav", about="cannot write", where="/no/such/folder/x.wav")
        self.complains("phone", "--config", config, "--api", "8081", about="not an address", where="--api 8081")

    def test_unknown_command(self):
        self.complains("phone", "--config", self.cfg(*self.ACCOUNT), "--do", "dance 1002", about='unknown command "dance"', where=f"known: {KNOWN}")

    def test_api_port_in_use(self):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
            taken.bind(("127.0.0.1", 8081))
            taken.listen()
            process = self.ends_with(1, "phone", "--config", self.cfg(*self.ACCOUNT), "--api", "127.0.0.1:8081")
            self.assertRegex(process.text("err"), r"(?m)^offhook: .*in use \(http:127\.0\.0\.1:8081\)$")


KNOWN = "call, answer, reject, hold, resume, transfer, hangup, dtmf, offhook, onhook, dnd, forward, conference, split, page, endpage"


class Checks(CommandCase):
    def test_the_examples_are_clean(self):
        for path in sorted((case.ROOT / "examples").glob("*.cfg")):
            with self.subTest(path.name):
                self.assertRegex(self.ends_with(0, "check", path).text("out"), r"1 file for T46G: 0 errors, 0 warnings$")

    def test_findings_are_told_with_file_and_line(self):
        path = self.cfg("account.1.lable = x", "features.dnd_refuse_code = 487", "nonsense", "account.1.enable = 0", "account.1.enable = 0")
        out = self.ends_with(1, "check", path).text("out")
        for line in (rf'{path}:2: error: unknown name "account.1.lable"; did you mean "account.1.label"\?', rf"{path}:3: error: .*487", rf"{path}:4: error:",
                     rf"{path}:5: warning: .*line 6"):
            self.assertRegex(out, rf"(?m)^{line}")
        self.assertRegex(out, r"1 file for T46G: 3 errors, 1 warning$")

    def test_missing_header_line(self):
        path = self.cfg(head="#!version:1.0.0.2")
        self.assertRegex(self.ends_with(1, "check", path).text("out"), rf"(?m)^{path}:1: error: .*#!version:1\.0\.0\.1")

    def test_quiet_shows_errors_only(self):
        path = self.cfg("account.1.enable = 0", "account.1.enable = 0")
        self.assertNotIn("warning:", self.ends_with(0, "check", "--quiet", path).text("out"))

    def test_file_that_is_not_there(self):
        self.complains("check", "/no/such.cfg", about="No such file", where="/no/such.cfg")

    def test_unknown_model(self):
        self.assertRegex(self.ends_with(1, "check", self.cfg(), "--model", "T99").text("err"), r'^offhook: unknown model "T99"')


class Params(CommandCase):
    def test_one_in_full(self):
        out = self.ends_with(0, "params", "account.1.sip_server.1.expires").text("out")
        for label in ("meaning", "values", "default", "unit", "effect"):
            self.assertRegex(out, rf"(?m)^\s+{label}\s")

    def test_by_a_word_and_by_model(self):
        self.assertIn("features.dnd_refuse_code", self.ends_with(0, "params", "dnd").text("out"))
        self.assertIn("account.", self.ends_with(0, "params", "--model", "T19P_E2").text("out"))

    def test_unknown_name(self):
        self.complains("params", "no.such.name", about="no parameter has that name", where="no.such.name")


class Flows(CommandCase):
    def test_list_names_the_flows_of_the_guide(self):
        out = self.ends_with(0, "flow", "list").text("out")
        for name in ("busy", "hold", "call-waiting", "blind-transfer"):
            self.assertRegex(out, rf"(?m)^6\.\d+\s+{name}\s")

    def test_unknown_flow(self):
        self.complains("flow", "run", "no-such-flow", about="no flow has that name", where="no-such-flow")

    def test_file_that_is_not_there(self):
        self.complains("flow", "run", "./no-such.yaml", about="No such file", where="./no-such.yaml")

    def test_broken_file_names_the_line(self):
        path = self.file("broken.yaml", "title: [unfinished\nparties:\n")
        process = self.ends_with(1, "flow", "run", path)
        self.assertRegex(process.text("err"), rf"^offhook: .+ \({re.escape(path)}:\d+\)$")

    def test_a_flow_runs_and_draws(self):
        picture = self.folder / "busy.svg"
        out = self.ends_with(0, "flow", "run", "busy", "--svg", picture).text("out")
        self.assertIn("486", out)
        self.assertIn("<svg", picture.read_text())


if __name__ == "__main__":
    case.main()
