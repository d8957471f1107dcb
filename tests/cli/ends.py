"""How proxy and phone end: on SIGTERM and SIGINT, with exit status 0, and politely towards the others."""
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case, sip  # noqa: E402

PROXY = ("127.0.0.1", 5060)


class Ends(case.Case):
    def test_proxy_ends_on_either_signal(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                self.assertEqual(self.proxy("--no-auth").stop(number), 0)

    def test_proxy_with_a_store_ends_on_a_signal(self):
        store = f"sqlite:{self.folder / 'store.db'}"
        proxy = self.proxy("--no-auth", "--store", store)
        with sip.Client() as client:
            self.assertEqual(client.register("bob", PROXY).status, 200)
            self.assertEqual(proxy.stop(), 0)
            self.proxy("--no-auth", "--store", store, name="proxy again")
            self.assertIn(f"127.0.0.1:{client.port}", client.register("bob", PROXY, contact=False).header("contact"))

    def bindings(self, user="1001"):
        with sip.Client(name="asker") as client:
            answer = client.register(user, PROXY, contact=False)
            self.assertEqual(answer.status, 200, answer.start)
            return answer.all("contact")

    def test_phone_unregisters_when_told_so(self):
        self.proxy("--user", "1001:1001")
        phone = self.phone(settings={"account.1.unregister_on_reboot": 1})
        self.assertEqual(len(self.bindings()), 1)
        self.assertEqual(phone.stop(), 0, phone.log())
        self.assertEqual(self.bindings(), [])

    def test_phone_leaves_its_registration_otherwise(self):
        self.proxy("--user", "1001:1001")
        phone = self.phone(settings={"account.1.unregister_on_reboot": 0})
        self.assertEqual(phone.stop(), 0, phone.log())
        self.assertEqual(len(self.bindings()), 1)

    def test_phone_ends_though_the_proxy_is_gone(self):
        proxy = self.proxy("--user", "1001:1001")
        phone = self.phone(settings={"account.1.unregister_on_reboot": 1})
        proxy.stop()
        self.assertEqual(phone.stop(signal.SIGINT), 0, phone.log())

    def test_phone_hangs_up_its_calls(self):
        self.proxy("--no-auth")
        with sip.Client(name="callee") as callee:
            self.assertEqual(callee.register("bob", PROXY).status, 200)
            phone = self.phone(arguments=["--do", "call bob"])
            invite = callee.wait(lambda m: m.method == "INVITE", "INVITE")
            callee.send(callee.respond(invite, 200, tag="b", headers=[("Contact", f"<sip:bob@127.0.0.1:{callee.port}>")],
                                       body=sip.offer("127.0.0.1", 30000)), PROXY)
            callee.wait(lambda m: m.method == "ACK", "ACK")
            phone.send_signal(signal.SIGTERM)
            bye = callee.wait(lambda m: m.method == "BYE", "BYE of the phone that ends")
            callee.send(callee.respond(bye, 200), PROXY)
            self.assertEqual(phone.wait_exit(), 0, phone.log())


if __name__ == "__main__":
    case.main()
