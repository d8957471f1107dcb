"""Desk phones over TCP and TLS: two phones register, one calls the other, each hears the other's tone; a phone that does not trust the certificate says so."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case, certificates  # noqa: E402
from support.phone_api import PhoneApi  # noqa: E402

TRANSPORTS = {"tcp": (1, 5060), "tls": (2, 5061)}


class PhoneStreams(case.Case):
    def setUp(self):
        super().setUp()
        self.certificate, self.key = certificates.self_signed(self.folder)

    def start_proxy(self):
        return self.proxy("--user", "1001:1001", "--user", "1002:1002", "--listen", "udp:127.0.0.1:5060", "--listen", "tcp:127.0.0.1:5060", "--listen",
                          "tls:127.0.0.1:5061", "--tls-certificate", str(self.certificate), "--tls-key", str(self.key), "--store",
                          f"sqlite:{self.folder / 'proxy.db'}")

    def start_phone(self, user, port, api, transport, hz, hear, trusted=True, registered=True):
        number, proxy_port = TRANSPORTS[transport]
        arguments = ["--api", f"127.0.0.1:{api}", "--audio-in", f"tone:{hz}", "--hear", str(hear)]
        if trusted:
            arguments += ["--tls-trusted", str(self.certificate)]
        return self.phone(user, port=port, proxy_port=proxy_port, settings={"account.1.sip_server.1.transport_type": number}, arguments=arguments,
                          registered=registered)

    def call(self, transport):
        self.start_proxy()
        caller = self.start_phone("1001", 5071, 8081, transport, 500, 700)
        callee = self.start_phone("1002", 5072, 8082, transport, 700, 500)
        PhoneApi(8081, "1001").act("dial", number="1002")
        callee.wait_for(r"\[\d+ ringing 1001")
        PhoneApi(8082, "1002").act("answer")
        caller.wait_for(r"^1001: hears 700 Hz$")
        callee.wait_for(r"^1002: hears 500 Hz$")
        PhoneApi(8081, "1001").act("hangup")
        callee.wait_for(r"\[\d+ ended 1001")

    def test_tcp(self):
        self.call("tcp")

    def test_tls(self):
        self.call("tls")

    def test_an_untrusted_certificate_is_named(self):
        self.start_proxy()
        phone = self.start_phone("1001", 5071, 8081, "tls", 500, 700, trusted=False, registered=False)
        phone.wait_for(r"no connection: the peer's certificate: self-signed certificate \(tls:127\.0\.0\.1:5061\)")


if __name__ == "__main__":
    case.main()
