"""The proxy as a service: what a service manager is told over its socket, and what stands in the log."""
import json
import re
import signal
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case, process, sip  # noqa: E402
from support.dialog import Call  # noqa: E402

PROXY = ("127.0.0.1", 5060)
PASSWORD = "secret-word-of-bob"


class Service(case.Case):
    def start_proxy(self, *more, arguments=(), env=None):
        config = self.folder / "proxy.toml"
        config.write_text("\n".join(['domains = ["127.0.0.1"]', 'auth = "register"', 'digest = ["MD5"]', f'user = [{{ name = "bob", password = "{PASSWORD}" }}]', *more, ""]))
        proxy = process.Process("proxy", [case.OFFHOOK, "proxy", "--config", config, *arguments], env=env)
        self.processes.append(proxy)
        self.addCleanup(self.end, proxy)
        proxy.wait_for("^ready$")
        return proxy


class Manager(Service):
    def setUp(self):
        super().setUp()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        self.socket.settimeout(30)

    def heard(self):
        return self.socket.recv(4096).decode().split("\n")

    def test_it_is_told_of_each_step(self):
        self.socket.bind(str(self.folder / "notify"))
        proxy = self.start_proxy(env={"NOTIFY_SOCKET": str(self.folder / "notify")})
        self.assertEqual(self.heard()[0], "READY=1")
        proxy.send_signal(signal.SIGHUP)
        self.assertEqual(self.heard()[0], "RELOADING=1")
        self.assertEqual(self.heard()[0], "READY=1")
        proxy.send_signal(signal.SIGTERM)
        self.assertEqual(self.heard()[0], "STOPPING=1")
        self.assertEqual(proxy.wait_exit(), 0)  # a second signal would meet the default action

    def test_it_hears_of_calls_that_are_waited_for(self):
        self.socket.bind("\0offhook-test")
        proxy = self.start_proxy("drain = { seconds = 3600 }", env={"NOTIFY_SOCKET": "@offhook-test"})
        self.assertEqual(self.heard()[0], "READY=1")
        with Call(PROXY) as call:
            call.password = PASSWORD
            call.connect()
            proxy.send_signal(signal.SIGTERM)
            self.assertEqual(self.heard(), ["STOPPING=1", "STATUS=no new calls; ending with the last one"])
            call.hang_up()
        self.assertEqual(proxy.wait_exit(), 0)

    def test_the_watchdog_is_fed(self):
        self.socket.bind(str(self.folder / "notify"))
        self.start_proxy(env={"NOTIFY_SOCKET": str(self.folder / "notify"), "WATCHDOG_USEC": "200000"})
        self.assertEqual(self.heard()[0], "READY=1")
        for _ in range(3):
            self.assertEqual(self.heard(), ["WATCHDOG=1"])

    def test_a_socket_that_is_not_there_matters_to_nobody(self):
        proxy = self.start_proxy(env={"NOTIFY_SOCKET": str(self.folder / "no such"), "WATCHDOG_USEC": "nothing"})
        self.assertEqual(proxy.stop(), 0)


class Log(Service):
    def run_everything(self, *more, arguments=()):
        """A call, a good registration and a bad one; the proxy has ended. The process, and the digest that was sent."""
        answers = []
        digest = sip.digest
        sip.digest = lambda *given: answers.append(digest(*given)) or answers[-1]
        self.addCleanup(setattr, sip, "digest", digest)
        proxy = self.start_proxy(*more, arguments=arguments)
        with Call(PROXY) as call, sip.Client(name="guess") as guesser:
            call.password = PASSWORD
            call.connect()
            call.hang_up()
            self.assertEqual(guesser.register("bob", PROXY, "wrong-word-of-a-guesser").status, 401)
            self.port = guesser.port
        self.assertEqual(proxy.stop(), 0)
        self.assertEqual(len(answers), 2)
        return proxy, [re.search('response="([^"]+)"', answer).group(1) for answer in answers]

    def check_secrets(self, proxy, responses):
        text = proxy.text()
        for secret in (*responses, PASSWORD, "wrong-word-of-a-guesser", "nonce"):
            self.assertNotIn(secret, text)

    def test_json_has_each_event_with_its_call(self):
        proxy, responses = self.run_everything(arguments=["--log-format", "json", "--log-level", "debug"])
        events = [json.loads(line) for line in proxy.text("err").splitlines()]
        self.check_secrets(proxy, responses)
        for event in events:
            self.assertRegex(event["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            self.assertIn(event["level"], ("error", "warning", "info", "debug"))
            self.assertTrue(event["area"] and event["message"])
        calls = [event for event in events if event["area"] == "call"]
        self.assertEqual([event["message"] for event in calls], ["started", "answered", "ended"])
        self.assertEqual({event["call_id"] for event in calls}, {"call-1@test"})
        self.assertEqual((calls[-1]["callee_user"], calls[-1]["reason"], calls[-1]["caller"]), ("bob", "hangup", "alice@127.0.0.1"))
        wrong = [event for event in events if event["area"] == "auth"]
        self.assertEqual([(event["user"], event["source"], event["method"]) for event in wrong], [("bob", f"127.0.0.1:{self.port}", "REGISTER")])
        self.assertTrue(wrong[0]["call_id"].startswith("reg-guess-bob"))
        self.assertIn("registered", [event["message"] for event in events if event["area"] == "registration"])
        self.assertIn("INVITE for bob@127.0.0.1", [event["message"] for event in events if event["area"] == "request"])

    def test_logfmt_and_text_of_the_file(self):
        proxy, responses = self.run_everything("[log]", 'format = "logfmt"', "calls = true")
        self.check_secrets(proxy, responses)
        self.assertRegex(proxy.text("err"), r"(?m)^time=\S+ level=info area=call message=ended call_id=call-1@test .*reason=hangup")
        self.assertNotIn("area=request", proxy.text("err"))

    def test_calls_are_not_told_unless_asked_for(self):
        proxy, responses = self.run_everything()
        self.check_secrets(proxy, responses)
        self.assertNotIn("call-1@test", proxy.text("err"))
        self.assertRegex(proxy.text("err"), rf"(?m)^\S+Z info auth: wrong credentials \(method REGISTER, call_id \S+, user bob, source 127.0.0.1:{self.port}\)$")

    def test_flags_go_above_the_file_and_a_reload_changes_it(self):
        config = self.folder / "proxy.toml"
        proxy = self.start_proxy("[log]", 'format = "logfmt"', arguments=["--log-format", "json"])
        proxy.wait_for(r'^\{"time":.*"area":"proxy"')
        config.write_text(config.read_text().replace("[log]", "[log]\nregistrations = true"))
        proxy.send_signal(signal.SIGHUP)
        proxy.wait_for('"message":"the configuration is read again"')
        with sip.Client() as client:
            self.assertEqual(client.register("bob", PROXY, PASSWORD).status, 200)
        proxy.wait_for(r'"area":"registration","message":"registered".*"user":"bob"')

    def test_bad_values_are_told_with_their_line(self):
        config = self.folder / "proxy.toml"
        for text, about in (("level = 7", "level must be"), ('format = "xml"', "format must be"), ("rate = -1", "rate must be"), ("colour = true", "unknown field 'colour'")):
            config.write_text(f'domains = ["a"]\n[log]\n{text}\n')
            checked = self.run_offhook("proxy", "--check", "--config", config)
            self.assertEqual(checked.status, 1)
            self.assertRegex(checked.text("err"), rf"^offhook: {about}.* \({re.escape(str(config))}:3\)$")
        for flag in ("--log-format", "--log-level"):
            checked = self.run_offhook("proxy", flag, "xml", "--check")
            self.assertEqual(checked.status, 2, checked.log())
            self.assertIn(flag, checked.text("err"))


if __name__ == "__main__":
    case.main()
