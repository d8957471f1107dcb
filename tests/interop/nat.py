"""Two phones, each at home behind a NAT of its own (nftables), the proxy and a STUN server (coturn) in the open. The NATs give every port another number; what
comes to them uninvited is lost. Both homes have the same private network, so an address of one means nothing in the other."""
import re
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case, machines  # noqa: E402
from support.phone_api import PhoneApi  # noqa: E402
from support.process import wait_udp_port, wait_until  # noqa: E402

SERVER = "198.51.100.1"
RTP_PORTS = range(11780, 11800)
SHIFT = 30000  # of the ports that a NAT gives
STUN = {"sip.nat_stun.enable": 1, "sip.nat_stun.server": SERVER, "account.1.nat.nat_traversal": 1, "account.1.nat.rport": 1}


class Home:
    """A private network behind a NAT, and a phone in it."""

    def __init__(self, test, number, user, hz, hear, settings, forwarded=False):
        self.user, self.public, self.shift = user, f"198.51.100.{10 + number}", 0 if forwarded else SHIFT
        network = machines.Network(f"home{number}", "192.168.1")
        router = machines.Machine(test, f"router {number}", 10 + number, [test.open_net, network])
        machine = machines.Machine(test, f"machine {number}", 20 + number, [network, test.control_net])
        test.addCleanup(subprocess.run, ["ip", "link", "del", network.name], check=False, capture_output=True)
        machines.ip("addr", "flush", "dev", network.name)  # nobody but the two is there
        router.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
        # As home routers do: otherwise an uninvited datagram makes a connection of its own, which takes the phone's port.
        router.run("nft", "add table ip filter; add chain ip filter in { type filter hook input priority 0 ; }")
        router.run("nft", f"add rule ip filter in iifname {test.open_net.name} drop")
        router.run("nft", "add table ip nat; add chain ip nat out { type nat hook postrouting priority 100 ; }")
        for port in (5060, *RTP_PORTS):
            router.run("nft", f"add rule ip nat out oifname {test.open_net.name} udp sport {port} snat to {self.public}:{port + self.shift}")
        if forwarded:
            router.run("nft", "add chain ip nat in { type nat hook prerouting priority -100 ; }")
            router.run("nft", f"add rule ip nat in iifname {test.open_net.name} udp dport {{ 5060, {RTP_PORTS[0]}-{RTP_PORTS[-1]} }} "
                              f"dnat to {machine.addresses[network.name]}")
        machine.run("ip", "route", "add", "default", "via", router.addresses[network.name])
        self.address = machine.addresses[network.name]
        control = machine.addresses[test.control_net.name]
        config = test.config_file({
            "account.1.enable": 1, "account.1.label": user, "account.1.user_name": user, "account.1.auth_name": user, "account.1.password": user,
            "account.1.sip_server.1.address": SERVER, "network.port.min_rtpport": RTP_PORTS[0], "network.port.max_rtpport": RTP_PORTS[-1],
            **settings}, f"{user}.cfg")
        self.process = test.start(user, machine.words(
            case.OFFHOOK, "phone", "--config", config, "--name", user, "--listen", f"udp:{self.address}:5060", "--api", f"{control}:8080",
            "--audio-in", f"tone:{hz}", "--hear", str(hear)))
        test.addCleanup(test.end, self.process)
        self.process.wait_for(rf"\[{user}@\S+ registered\]")
        self.api = PhoneApi(8080, user, control)

    def descriptions(self):
        """The session descriptions that the phone has sent."""
        out = []
        for message in self.api.ask("GET", "/api/messages")[1]["messages"]:
            text = self.api.ask("GET", f"/api/messages/{message['number']}")[1]["text"]
            if "\r\nm=audio " in text:
                out.append(text)
        return out


class Nat(case.Case):
    def setUp(self):
        super().setUp()
        self.open_net, self.control_net = machines.Network("open", "198.51.100"), machines.Network("ctl", "10.9.9")
        for network in (self.open_net, self.control_net):
            self.addCleanup(subprocess.run, ["ip", "link", "del", network.name], check=False, capture_output=True)
        self.proxy("--no-auth", "--listen", f"udp:{SERVER}:5060", "--domain", SERVER)

    def start_stun(self):
        server = self.start("coturn", ["turnserver", "-n", "--stun-only", "--listening-ip", SERVER, "--listening-port", "3478", "--no-tls", "--no-dtls", "--no-cli",
                                       "--log-file", "stdout", "--pidfile", self.folder / "turnserver.pid"])
        wait_udp_port(server, 3478)

    def start_homes(self, settings, of_first=None, **more):
        self.first = Home(self, 1, "1001", 500, 700, settings if of_first is None else of_first, **more)
        self.second = Home(self, 2, "1002", 700, 500, settings)

    def call(self):
        self.first.api.act("dial", number="1002")
        self.second.process.wait_for(r"\[\d+ ringing 1001")
        self.second.api.act("answer")
        self.first.process.wait_for(r"\[\d+ talking 1002")

    def expect_heard(self):
        self.first.process.wait_for("^1001: hears 700 Hz$")
        self.second.process.wait_for("^1002: hears 500 Hz$")

    def expect_public_descriptions(self, home):
        own = [text for text in home.descriptions() if f"c=IN IP4 {home.public}\r\n" in text]
        self.assertTrue(own, home.descriptions())
        for text in own:
            self.assertRegex(text, rf"m=audio ({'|'.join(str(port + home.shift) for port in RTP_PORTS)}) ")

    def test_stun(self):
        self.start_stun()
        self.start_homes(STUN)
        for home in (self.first, self.second):
            self.assertEqual(home.api.view()["accounts"][0]["nat"], f"{home.public}:{5060 + SHIFT} (STUN)")
        self.call()
        self.expect_heard()
        for home in (self.first, self.second):
            self.expect_public_descriptions(home)
        mark = self.second.process.mark()
        self.first.api.act("hold")
        self.second.process.wait_for("^1002: hears nobody$", after=mark)
        self.first.api.act("resume")
        self.second.process.wait_for("^1002: hears 500 Hz$", after=mark)
        self.second.api.act("hangup")
        self.first.process.wait_for(r"\[\d+ ended 1002")

    def test_fixed_address(self):
        """Ports are forwarded as they are to one phone; the other one has STUN."""
        self.start_stun()
        fixed = {"network.static_nat.enable": 1, "network.static_nat.addr": "198.51.100.11"}
        self.start_homes(STUN, fixed, forwarded=True)
        self.assertEqual(self.first.api.view()["accounts"][0]["nat"], f"{self.first.public}:5060 (fixed)")
        self.call()
        self.expect_heard()
        self.expect_public_descriptions(self.first)
        self.second.api.act("hangup")
        self.first.process.wait_for(r"\[\d+ ended 1002")

    def test_without_help_nobody_is_heard(self):
        """What the other tests would be worth without the NATs."""
        self.start_homes({"account.1.nat.rport": 2})
        for home in (self.first, self.second):
            self.assertNotIn("nat", home.api.view()["accounts"][0])
        self.call()
        wait_until(lambda end=time.monotonic() + 3: time.monotonic() > end, "three seconds of silence", every=0.5)
        for home in (self.first, self.second):
            self.assertFalse(re.search(r"hears \d+ Hz", home.process.log()), home.process.log())


if __name__ == "__main__":
    case.main()
