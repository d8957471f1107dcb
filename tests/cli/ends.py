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

    def registrar(self):
        """A provider at 127.0.0.1 at which a proxy registers, and the proxy's flags for it."""
        provider = sip.Client(name="provider")
        self.addCleanup(provider.socket.close)
        config = self.folder / "proxy.toml"
        config.write_text('listen = ["udp:127.0.0.1:5060"]\ndomains = ["127.0.0.1"]\nauth = false\n'
                          f'[[trunk]]\nname = "provider"\nto = "sip:127.0.0.1:{provider.port}"\nregister = true\n'
                          'username = "office"\npassword = "key"\n')
        return provider, ("--config", str(config))

    @staticmethod
    def answer(provider, expires):
        """Takes the next REGISTER, asks for the password, and grants what it asks for, which must be `expires`."""
        first = provider.wait(lambda m: m.method == "REGISTER", "REGISTER")
        if "authorization" not in dict(first.headers):
            provider.send(provider.respond(first, 401, "Unauthorized", "r",
                                           [("WWW-Authenticate", 'Digest realm="p", nonce="n", algorithm=MD5')]), PROXY)
            first = provider.wait(lambda m: m.method == "REGISTER" and m.header("authorization"), "REGISTER with a password")
        assert first.header("expires") == expires, first.headers
        provider.send(provider.respond(first, 200, "OK", "r", [("Contact", f"{first.header('contact')};expires={expires}")]), PROXY)
        return first

    def test_proxy_unregisters_from_its_provider(self):
        provider, flags = self.registrar()
        proxy = self.proxy(*flags)
        first = self.answer(provider, "600")
        proxy.wait_for("registered")
        proxy.send_signal(signal.SIGTERM)
        last = self.answer(provider, "0")
        self.assertEqual(last.header("call-id"), first.header("call-id"))
        self.assertEqual(last.header("contact"), first.header("contact"))
        self.assertEqual(proxy.wait_exit(), 0, proxy.log())
        self.assertIn("unregistered", proxy.log())

    def test_proxy_that_drains_unregisters_when_the_calls_are_over(self):
        provider, flags = self.registrar()
        with (self.folder / "proxy.toml").open("a") as config:
            config.write("[drain]\nseconds = 3600\n")
        proxy = self.proxy(*flags)
        self.answer(provider, "600")
        proxy.wait_for("registered")
        proxy.send_signal(signal.SIGTERM)
        self.answer(provider, "0")
        self.assertEqual(proxy.wait_exit(), 0, proxy.log())

    def test_proxy_ends_though_its_provider_does_not_answer(self):
        provider, flags = self.registrar()
        proxy = self.proxy(*flags)
        self.answer(provider, "600")
        proxy.wait_for("registered")
        proxy.send_signal(signal.SIGTERM)
        provider.wait(lambda m: m.method == "REGISTER" and m.header("expires") == "0", "REGISTER that takes it back")
        self.assertEqual(proxy.wait_exit(), 0, proxy.log())

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
