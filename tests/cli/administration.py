"""The administration of a proxy: what curl and Prometheus see of it, reload, and how it takes leave."""
import contextlib
import signal
import socket
import sqlite3
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case, process, sip  # noqa: E402
from support.admin_api import AdminApi  # noqa: E402
from support.dialog import Call  # noqa: E402

PROXY = ("127.0.0.1", 5060)
TOKEN = "0123456789abcdef-token"


class Administration(case.Case):
    def setUp(self):
        super().setUp()
        self.config = self.folder / "proxy.toml"
        self.admin = AdminApi(token=TOKEN)

    def write(self, *more, auth="false"):
        self.config.write_text("\n".join(['domains = ["127.0.0.1"]', f"auth = {auth}", 'listen = ["udp:127.0.0.1:5060"]', *more,
                                          "[admin]", 'listen = "127.0.0.1:8088"', f'token = "{TOKEN}"', ""]))

    def run_proxy(self, *more):
        self.write(*more)
        return self.proxy("--config", self.config)

    def test_bindings_come_and_go(self):
        self.run_proxy()
        with sip.Client() as client:
            self.assertEqual(client.register("bob", PROXY).status, 200)
            binding = self.admin.get("/bindings?user=bob")["bindings"][0]
            self.assertEqual(binding["contact"], f"sip:bob@127.0.0.1:{client.port}")
            self.assertEqual(self.admin.metrics()["offhook_bindings"], 1)
            self.assertEqual(self.admin.ask("DELETE", "/bindings/bob"), (200, {"removed": 1}))
            self.assertEqual(client.register("bob", PROXY, contact=False).all("contact"), [])
            self.assertEqual(self.admin.ask("DELETE", "/bindings/bob")[0], 404)

    def test_a_token_is_wanted(self):
        self.run_proxy()
        self.assertEqual(self.admin.ask("GET", "/health", token="")[0], 200)
        for token in ("", "0123456789abcdef-tokem", TOKEN + "x"):
            self.assertEqual(self.admin.ask("GET", "/bindings", token=token)[0], 401)
            self.assertEqual(self.admin.ask("POST", "/drain", token=token)[0], 401)
        self.assertEqual(self.admin.get("/health")["status"], "ok")

    def test_metrics_count_what_goes_through(self):
        self.run_proxy(f'store = "sqlite:{self.folder / "store.db"}"')
        with Call(PROXY) as call:
            call.connect()
            calls = self.admin.get("/calls")
            self.assertEqual(calls["total"], 1)
            self.assertEqual((calls["calls"][0]["state"], calls["calls"][0]["callee_user"]), ("answered", "bob"))
            self.assertEqual(self.admin.get(f"/calls/{calls['calls'][0]['id']}"), calls["calls"][0])
            self.assertEqual(self.admin.get("/calls?user=nobody")["total"], 0)
            self.assertEqual(self.admin.metrics()["offhook_calls"], 1)
            call.hang_up()
        metrics = self.admin.metrics()
        self.assertEqual(metrics['offhook_requests_total{method="INVITE"}'], 1)
        self.assertEqual(metrics['offhook_requests_total{method="BYE"}'], 1)
        self.assertEqual(metrics['offhook_responses_total{class="2xx"}'], 3)
        self.assertEqual(metrics["offhook_calls"], 0)
        self.assertEqual(metrics["offhook_store_commit_seconds_count"], 1)
        self.assertGreater(metrics["process_resident_memory_bytes"], 1e6)

    def test_reload_says_what_is_wrong(self):
        proxy = self.run_proxy()
        self.write("default_expires = 1800")
        self.assertEqual(self.admin.ask("POST", "/reload"), (200, {"reloaded": True}))
        self.config.write_text("domains = 7\n")
        status, answer = self.admin.ask("POST", "/reload")
        self.assertEqual(status, 409)
        self.assertIn(f"{self.config}:1", answer["error"])
        proxy.wait_for("stays as it was")
        self.assertEqual(self.admin.get("/health")["status"], "ok")

    def test_a_drained_proxy_ends_with_its_last_call(self):
        proxy = self.run_proxy()
        with Call(PROXY) as call:
            call.connect()
            self.assertEqual(self.admin.ask("POST", "/drain?seconds=3600")[0], 202)
            self.assertEqual(self.admin.ask("GET", "/health")[0], 503)
            refused = call.callee.register("carol", PROXY)
            self.assertEqual((refused.status, refused.header("retry-after")), (503, "30"))
            self.assertTrue(proxy.alive())
            call.hang_up()
        self.assertEqual(proxy.wait_exit(), 0, proxy.log())

    def test_sigterm_waits_for_calls_and_the_second_one_does_not(self):
        proxy = self.run_proxy("drain = { seconds = 3600, retry_after = 5 }")
        with Call(PROXY) as call:
            call.connect()
            proxy.send_signal(signal.SIGTERM)
            proxy.wait_for("no new calls")
            self.assertEqual(call.callee.options(PROXY).header("retry-after"), "5")
            proxy.send_signal(signal.SIGTERM)
            self.assertEqual(proxy.wait_exit(), 0, proxy.log())
            self.assertIn("stopping", proxy.text("err"))

    def test_the_second_signal_loses_no_record(self):
        cdr = self.folder / "cdr.db"
        proxy = self.run_proxy("drain = { seconds = 3600 }", f'cdr = {{ sqlite = "{cdr}" }}', f'store = "sqlite:{self.folder / "store.db"}"')
        with Call(PROXY) as ended, Call(PROXY, call_id="goes-on", caller="carol", callee="dave", name="x") as call:
            ended.connect()
            call.connect()
            proxy.send_signal(signal.SIGINT)
            proxy.wait_for("no new calls")
            ended.hang_up()
            proxy.send_signal(signal.SIGTERM)
            self.assertEqual(proxy.wait_exit(), 0, proxy.log())
            rows = sqlite3.connect(cdr).execute("SELECT call_id, reason FROM call ORDER BY call_id").fetchall()
            self.assertEqual(rows, [("call-1@test", "hangup"), ("goes-on", "")])

    def test_sigterm_after_the_api_ends_it(self):
        proxy = self.run_proxy()
        with Call(PROXY) as call:
            call.connect()
            self.admin.ask("POST", "/drain")
            self.assertEqual(proxy.stop(), 0)

    def test_an_idle_proxy_drains_at_once(self):
        proxy = self.run_proxy("drain = { seconds = 3600 }")
        self.assertEqual(proxy.stop(), 0)

    def test_records_are_there_when_the_bye_is_answered(self):
        files = {"sqlite": self.folder / "cdr.db", "json": self.folder / "cdr.jsonl"}
        self.run_proxy("cdr = { " + ", ".join(f'{name} = "{path}"' for name, path in files.items()) + " }")
        with Call(PROXY) as call:
            call.connect()
            call.hang_up()
            rows = sqlite3.connect(files["sqlite"]).execute("SELECT call_id, status, reason, ended_by, ended_us >= answered_us FROM call").fetchall()
            self.assertEqual(rows, [(call.call_id, 200, "hangup", "caller", 1)])
            self.assertIn(f'"call_id":"{call.call_id}"', files["json"].read_text())
        self.assertEqual(self.admin.metrics()['offhook_call_records_total{what="ended"}'], 1)

    def test_phones_are_told(self):
        self.run_proxy()
        with sip.Client() as client:
            self.assertEqual(self.admin.ask("POST", "/notify/bob", body={"event": "check-sync"})[0], 404)
            client.register("bob", PROXY)
            self.assertEqual(self.admin.ask("PUT", "/messages/bob", body={"new": 2, "old": 5})[0], 200)
            told = client.wait(lambda m: m.method == "NOTIFY", "NOTIFY")
            self.assertEqual(told.header("event"), "message-summary")
            self.assertIn(b"Voice-Message: 2/5", told.body)
            client.send(client.respond(told, 200, tag="b"), PROXY)
            self.assertEqual(self.admin.ask("POST", "/notify/bob", body={"event": "check-sync;reboot=true"}), (200, {"contacts": 1}))
            told = client.wait(lambda m: m.method == "NOTIFY" and "check-sync" in m.header("event"), "check-sync")
            self.assertEqual(told.header("event"), "check-sync;reboot=true")
            client.send(client.respond(told, 200, tag="b"), PROXY)

    def test_the_registration_at_a_trunk_shows(self):
        with sip.Client(address="127.0.0.7", port=5060) as provider:
            self.run_proxy('trunk = [{ name = "provider", to = "sip:127.0.0.7", username = "office", password = "word-of-it", register = true }]')
            asked = provider.wait(lambda m: m.method == "REGISTER", "REGISTER")
            self.assertEqual(self.admin.get("/trunks/provider")["registered"], False)
            self.assertEqual(self.admin.metrics()['offhook_trunk_registered{trunk="provider"}'], 0)
            provider.send(provider.respond(asked, 200, tag="p", headers=[("Contact", asked.header("contact")), ("Expires", "300")]), PROXY)
            process.wait_until(lambda: self.admin.get("/trunks/provider")["registered"], "the registration shows")
            self.assertEqual(self.admin.metrics()['offhook_trunk_registered{trunk="provider"}'], 1)

    def test_shards_are_administered_as_one(self):
        guard = "guard = { exempt = [], failures = 3, scans = 0 }"
        users = [f"bob{number}" for number in range(12)]
        self.write("shards = 2", 'digest = ["MD5"]', guard, *(f'[[user]]\nname = "{user}"\npassword = "{user}"' for user in users), auth='"register"')
        proxy = self.proxy("--config", self.config)
        with contextlib.ExitStack() as stack:
            enter = stack.enter_context
            # From so many ports that both shards get some.
            clients = [enter(sip.Client(name=f"c{number}")) for number in range(24)]
            for client in clients:
                self.assertEqual(client.options(PROXY).status, 200)
            metrics = self.admin.metrics()
            received = [metrics[f'offhook_shard_messages_received_total{{shard="{shard}"}}'] for shard in range(2)]
            self.assertEqual(sum(received), metrics["offhook_messages_received_total"])
            self.assertGreater(min(received), 0)
            self.assertEqual(metrics['offhook_requests_total{method="OPTIONS"}'], 24)
            # Bindings are everywhere, counted once; calls are where they came in.
            calls = [enter(Call(PROXY, call_id=f"{user}@test", callee=user)) for user in users]
            for call in calls:
                call.connect()
            self.assertEqual(self.admin.metrics()["offhook_bindings"], 12)
            listed = self.admin.get("/calls")
            self.assertEqual((listed["total"], len({call["id"] for call in listed["calls"]})), (12, 12))
            for call in listed["calls"]:
                self.assertEqual(self.admin.get(f"/calls/{call['id']}"), call)
            metrics = self.admin.metrics()
            self.assertEqual(metrics["offhook_calls"], 12)
            self.assertEqual(sum(metrics[f'offhook_shard_calls{{shard="{shard}"}}'] for shard in range(2)), 12)
            # A source that is banned by one is not heard by the other, and the list shows it once.
            guesser = enter(sip.Client(address="127.0.0.9"))
            for _ in range(3):
                self.assertEqual(guesser.register("bob0", PROXY, password="wrong").status, 401)
            self.assertEqual([ban["source"] for ban in self.admin.get("/bans")["bans"]], ["127.0.0.9"])
            self.assertEqual(self.admin.metrics()["offhook_bans_total"], 1)
            self.assertEqual(self.admin.ask("DELETE", "/bans/127.0.0.9")[0], 200)
            self.assertEqual(self.admin.get("/bans")["total"], 0)
            self.assertEqual(self.admin.ask("DELETE", "/bans/127.0.0.9")[0], 404)
            # Whom an operator removes is gone for both; a drain ends with the last call of either.
            self.assertEqual(self.admin.ask("DELETE", "/bindings/bob0")[0], 200)
            for client in clients:
                self.assertEqual(client.exchange(client.request("MESSAGE", "sip:bob0@127.0.0.1"), PROXY).status, 480)
            self.assertEqual(self.admin.ask("POST", "/reload"), (200, {"reloaded": True}))
            self.assertEqual(self.admin.ask("POST", "/drain?seconds=3600")[0], 202)
            for client in clients:
                self.assertEqual(client.options(PROXY).status, 503)
            for call in calls:
                self.assertEqual(self.admin.ask("GET", "/health")[0], 503)
                call.hang_up()
        self.assertEqual(proxy.wait_exit(), 0, proxy.log())

    def complains(self, *arguments, about):
        process = self.run_offhook("proxy", "--no-auth", *arguments)
        self.assertEqual(process.status, 1, process.log())
        self.assertRegex(process.text("err"), about)

    def test_addresses_and_tokens_that_do_not_fit(self):
        short = self.folder / "token"
        short.write_text("secret\n")
        self.complains("--admin", "0.0.0.0:8088", about=r"where others get: .* \(0\.0\.0\.0:8088\)")
        self.complains("--admin", "8088", about=r"not an address and port.*\(8088\)")
        self.complains("--admin", "127.0.0.1:8088", "--admin-token-file", short, about=rf"at least 16 characters \({short}\)")
        self.complains("--admin", "127.0.0.1:8088", "--admin-token-file", "/no/such", about=r"No such file.*\(/no/such\)")
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 8088))
            taken.listen()
            self.complains("--admin", "127.0.0.1:8088", about=r"in use \(http:127\.0\.0\.1:8088\)")


if __name__ == "__main__":
    case.main()
