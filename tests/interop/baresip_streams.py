"""baresip over TCP and over TLS: it registers with digest, calls a desk phone that speaks UDP, and is called back over the connection that it opened.
OpenSSL's own client is asked which protocol versions the proxy speaks."""
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case, certificates  # noqa: E402
from support.baresip import Baresip  # noqa: E402
from support.phone_api import PhoneApi  # noqa: E402
from support.process import wait_until  # noqa: E402

PHONE_HZ, BARESIP_HZ = 500, 700


class Streams(case.Case):
    def calls_both_ways(self, transport, port):
        certificate, key = certificates.self_signed(self.folder)
        self.proxy("--digest", "MD5", "--user", "1001:1001", "--user", "bari:tone", "--listen", "udp:127.0.0.1:5060", "--listen", "tcp:127.0.0.1:5060",
                   "--listen", "tls:127.0.0.1:5061", "--tls-certificate", str(certificate), "--tls-key", str(key))
        phone = self.phone(arguments=["--api", "127.0.0.1:8081", "--audio-in", f"tone:{PHONE_HZ}", "--hear", str(BARESIP_HZ)], port=5070)
        api = PhoneApi(8081, "1001")
        baresip = Baresip(self, "bari", "tone", BARESIP_HZ, registrar=f"127.0.0.1:{port}", transport=transport, trusted=certificate)
        baresip.wait_registered()

        baresip.command("dial", f"sip:1001@127.0.0.1:{port};transport={transport}")
        phone.wait_for(r"\[\d+ ringing bari")
        api.act("answer")
        phone.wait_for(r"\[\d+ talking bari")
        phone.wait_for(rf"^1001: hears {BARESIP_HZ} Hz$")
        wait_until(lambda: any(path.stat().st_size > 8000 * 2 for path in baresip.heard()), "baresip hears the phone")
        baresip.command("hangup")
        phone.wait_for(r"\[\d+ ended bari")

        mark = phone.mark()
        api.act("dial", number="bari")
        phone.wait_for(r"\[\d+ talking bari", after=mark)
        before = baresip.process.mark()
        api.act("hangup")
        baresip.process.wait_for(r"(?i)session closed|terminated", after=before)
        return certificate

    def test_tcp(self):
        self.calls_both_ways("tcp", 5060)

    def test_tls(self):
        certificate = self.calls_both_ways("tls", 5061)
        for version in ("1.2", "1.3"):
            shown = subprocess.run(["openssl", "s_client", "-connect", "127.0.0.1:5061", "-CAfile", certificate, "-verify_return_error",
                                    "-tls" + version.replace(".", "_")], input="", capture_output=True, text=True, timeout=60)
            self.assertRegex(shown.stdout, rf"(?m)^New, TLSv{re.escape(version)}", shown.stderr)
            self.assertIn("Verify return code: 0 (ok)", shown.stdout)
            print(re.search(r"(?m)^New, TLS.*$", shown.stdout).group())
        refused = subprocess.run(["openssl", "s_client", "-connect", "127.0.0.1:5061", "-tls1_1"], input="", capture_output=True, text=True, timeout=60)
        self.assertNotEqual(refused.returncode, 0, "TLS 1.1 is too old")


if __name__ == "__main__":
    case.main()
