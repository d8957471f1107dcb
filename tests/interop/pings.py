"""sipsak asks proxy and phone with OPTIONS whether they are there."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case  # noqa: E402


class Pings(case.Case):
    def ping(self, uri):
        sipsak = self.start("sipsak", ["sipsak", "-vv", "-s", uri])
        self.assertEqual(sipsak.wait_exit(), 0, sipsak.log())
        self.assertRegex(sipsak.text(), r"SIP/2\.0 200 ", sipsak.log())
        self.assertRegex(sipsak.text(), r"(?im)^Allow: .*INVITE", sipsak.log())

    def test_proxy(self):
        self.proxy("--no-auth")
        self.ping("sip:127.0.0.1:5060")

    def test_proxy_with_digest(self):
        self.proxy("--user", "1001:1001")
        self.ping("sip:127.0.0.1:5060")

    def test_phone(self):
        self.proxy("--no-auth")
        self.phone()
        self.ping("sip:1001@127.0.0.1:5061")

    def test_phone_through_the_proxy(self):
        self.proxy("--no-auth")
        self.phone()
        self.ping("sip:1001@127.0.0.1:5060")


if __name__ == "__main__":
    case.main()
