"""A proxy at 0.0.0.0: every address of the machine is its own."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case, sip  # noqa: E402

PROXY = ("127.0.0.1", 5060)


class Wildcard(case.Case):
    def setUp(self):
        super().setUp()
        self.proxy("--no-auth", "--listen", "udp:0.0.0.0:5060", "--domain", "example.test")

    def test_a_phone_registers_by_the_address(self):
        with sip.Client() as client:
            self.assertEqual(client.register("bob", PROXY).status, 200)

    def test_a_phone_registers_through_it_as_its_outbound_proxy(self):
        self.phone(settings={"account.1.sip_server.1.address": "example.test", "account.1.outbound_proxy_enable": 1,
                             "account.1.outbound_proxy.1.address": "127.0.0.1", "account.1.outbound_proxy.1.port": 5060})


if __name__ == "__main__":
    case.main()
