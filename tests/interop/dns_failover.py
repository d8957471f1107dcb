"""A real name server (dnsmasq) with NAPTR, SRV and addresses, two proxies behind one name: the primary is killed, or hangs, calls go to the second one; it
comes back, and so do the calls. Prints what it saw."""
import getpass
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case, process  # noqa: E402
from support.phone_api import PhoneApi  # noqa: E402

DNS = "127.0.0.1:5353"
TIMER_B = 32.0
PENALTY = 32.0  # of a server that failed once
SLACK = 8.0  # for a busy machine


class DnsFailover(case.Case):
    def setUp(self):
        super().setUp()
        self.begin = time.monotonic()
        self.dnsmasq()
        self.first = self.start_proxy("first", 5060)
        self.second = self.start_proxy("second", 5070)
        self.callee = self.phone("1002", name="callee", port=5062, arguments=("--api", "127.0.0.1:8082"), settings={
            "account.2.enable": 1, "account.2.label": "1002b", "account.2.user_name": "1002", "account.2.auth_name": "1002",
            "account.2.sip_server.1.address": "127.0.0.1", "account.2.sip_server.1.port": 5070})
        self.callee.wait_for(r"\[1002@127\.0\.0\.1 registered\] \[1002@127\.0\.0\.1:5070 registered\]")
        self.caller = self.phone("1001", name="caller", port=5061, arguments=("--dns", DNS, "--api", "127.0.0.1:8081"), settings={
            "account.1.sip_server.1.address": "office.test", "account.1.sip_server.1.port": 0, "account.1.sip_server.1.transport_type": 3,
            "account.1.naptr_build": 1})

    def say(self, text):
        print(f"{time.monotonic() - self.begin:7.2f} s  {text}", flush=True)

    def dnsmasq(self):
        server = self.start("dnsmasq", [
            "/usr/sbin/dnsmasq", "--keep-in-foreground", "--log-facility=-", "--log-queries", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
            "--pid-file=", f"--user={getpass.getuser()}", "--port=5353", "--listen-address=127.0.0.1", "--bind-interfaces", "--local-ttl=2",
            "--local=/office.test/",
            "--naptr-record=office.test,10,10,s,SIP+D2U,,_sip._udp.office.test",
            "--srv-host=_sip._udp.office.test,one.office.test,5060,10,0",
            "--srv-host=_sip._udp.office.test,two.office.test,5070,20,0",
            "--address=/one.office.test/127.0.0.1", "--address=/two.office.test/127.0.0.1"])
        process.wait_udp_port(server, 5353)
        self.name_server = server

    def start_proxy(self, name, port):
        return self.proxy("--no-auth", "--listen", f"udp:127.0.0.1:{port}", "--domain", "office.test", "--domain", "127.0.0.1",
                          "--store", f"sqlite:{self.folder / name}.db", name=name)

    def call(self, what):
        """Dials until the callee rings; answers and hangs up. The seconds it took."""
        mark, done = self.callee.mark(), self.caller.mark()
        began = time.monotonic()
        PhoneApi(8081, "caller").act("dial", number="1002")
        self.callee.wait_for(r"\bringing\b", TIMER_B + SLACK, after=mark)
        took = time.monotonic() - began
        PhoneApi(8082, "callee").act("answer")
        self.caller.wait_for(r"\btalking\b", after=done)
        done = self.callee.mark()
        PhoneApi(8081, "caller").act("hangup")
        self.callee.wait_for(r"\bended\b", after=done)
        self.say(f"{what}: rings after {took:.2f} s")
        return took

    def wait(self, length, why):
        self.say(f"{length:.0f} s pass: {why}")
        process.wait_until(lambda end=time.monotonic() + length: time.monotonic() > end, why, timeout=length + 10, every=0.5)

    def check_back(self):
        self.second.kill()
        self.say("second proxy killed (SIGKILL): only the first can serve now")
        self.assertLess(self.call("call through the first proxy again"), SLACK)

    def test_killed(self):
        self.say("registered by NAPTR, SRV and A")
        for query in ("NAPTR", "SRV"):
            self.name_server.wait_for(rf"query\[{query}\]")
        self.assertLess(self.call("call through the first proxy"), SLACK)
        self.first.kill()
        self.say("first proxy killed (SIGKILL)")
        self.assertLess(self.call("call that meets the dead proxy"), TIMER_B)
        self.assertLess(self.call("the next call, straight to the second"), SLACK)
        self.first = self.start_proxy("first", 5060)
        self.say("first proxy is back; its registrations come from its disk")
        self.wait(PENALTY + 1, "the first proxy's penalty")
        self.check_back()

    def test_hanging(self):
        self.first.send_signal(signal.SIGSTOP)
        self.say("first proxy stopped (SIGSTOP): it takes datagrams and says nothing")
        took = self.call("call that meets the silent proxy")
        self.assertGreater(took, 1.0)
        self.assertLess(took, TIMER_B)
        self.first.send_signal(signal.SIGCONT)
        self.wait(PENALTY + 1, "the first proxy's penalty")
        self.check_back()


if __name__ == "__main__":
    case.main()
