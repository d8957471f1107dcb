"""Two phones, each at home behind a NAT of its own (nftables), the proxy and a STUN and TURN server (coturn) in the open. The NATs give every port another number; what
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
ICE = {"ice.enable": 1, "features.rtp_symmetric.enable": 0}
STUN = {"sip.nat_stun.enable": 1, "sip.nat_stun.server": SERVER, "account.1.nat.nat_traversal": 1, "account.1.nat.rport": 1}

TURN = {"static.sip.nat_turn.enable": 1, "static.sip.nat_turn.server": SERVER, "static.sip.nat_turn.username": "phone", "static.sip.nat_turn.password": "secret"}


class Home:
    """A private network behind a NAT, and a phone in it; with `beside` a further phone in that one's network. A symmetric NAT gives audio
    another port for every destination."""

    def __init__(self, test, number, user, hz, hear, settings, forwarded=False, symmetric=False, beside=None):
        self.user, self.shift = user, 0 if forwarded else SHIFT
        self.sip, self.ports = (5060, RTP_PORTS) if beside is None else (5062, range(RTP_PORTS[-1] + 1, RTP_PORTS[-1] + 21))
        self.public = f"198.51.100.{10 + number}" if beside is None else beside.public
        self.network = machines.Network(f"home{number}", "192.168.1") if beside is None else beside.network
        self.router = self._router(test, number) if beside is None else beside.router
        network, router = self.network, self.router
        machine = machines.Machine(test, f"machine {number}", 20 + number, [network, test.control_net])
        for port in (self.sip,) if symmetric else (self.sip, *self.ports):
            router.run("nft", f"add rule ip nat out oifname {test.open_net.name} udp sport {port} snat to {self.public}:{port + self.shift}")
        if symmetric:
            router.run("nft", f"add rule ip nat out oifname {test.open_net.name} masquerade random")
        if forwarded:
            router.run("nft", "add chain ip nat in { type nat hook prerouting priority -100 ; }")
            router.run("nft", f"add rule ip nat in iifname {test.open_net.name} udp dport {{ {self.sip}, {self.ports[0]}-{self.ports[-1]} }} "
                              f"dnat to {machine.addresses[network.name]}")
        machine.run("ip", "route", "add", "default", "via", router.addresses[network.name])
        self.address = machine.addresses[network.name]
        control = machine.addresses[test.control_net.name]
        config = test.config_file({
            "account.1.enable": 1, "account.1.label": user, "account.1.user_name": user, "account.1.auth_name": user, "account.1.password": user,
            "account.1.sip_server.1.address": SERVER, "network.port.min_rtpport": self.ports[0], "network.port.max_rtpport": self.ports[-1],
            **settings}, f"{user}.cfg")
        self.process = test.start(user, machine.words(
            case.OFFHOOK, "phone", "--config", config, "--name", user, "--listen", f"udp:{self.address}:{self.sip}", "--api", f"{control}:8080",
            "--audio-in", f"tone:{hz}", "--hear", str(hear)))
        test.addCleanup(test.end, self.process)
        self.process.wait_for(rf"\[{user}@\S+ registered\]")
        self.api = PhoneApi(8080, user, control)

    def _router(self, test, number):
        router = machines.Machine(test, f"router {number}", 10 + number, [test.open_net, self.network])
        test.addCleanup(subprocess.run, ["ip", "link", "del", self.network.name], check=False, capture_output=True)
        machines.ip("addr", "flush", "dev", self.network.name)  # nobody but router and phones is there
        router.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
        # As home routers do: otherwise an uninvited datagram makes a connection of its own, which takes the phone's port.
        router.run("nft", "add table ip filter; add chain ip filter in { type filter hook input priority 0 ; }")
        router.run("nft", f"add rule ip filter in iifname {test.open_net.name} drop")
        router.run("nft", "add table ip nat; add chain ip nat out { type nat hook postrouting priority 100 ; }")
        return router

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

    def start_turn(self):
        server = self.start("coturn", ["turnserver", "-n", "--verbose", "--lt-cred-mech", "--user", "phone:secret", "--realm", "example.test", "--stale-nonce=60",
                                       "--listening-ip", SERVER, "--relay-ip", SERVER, "--listening-port", "3478", "--min-port", "50000", "--max-port", "50050",
                                       "--no-tls", "--no-dtls", "--no-cli", "--log-file", "stdout", "--simple-log", "--pidfile", self.folder / "turnserver.pid"])
        wait_udp_port(server, 3478)
        return server

    def start_homes(self, settings, of_first=None, symmetric=False, both_symmetric=False, together=False, **more):
        self.first = Home(self, 1, "1001", 500, 700, settings if of_first is None else of_first, symmetric=both_symmetric, **more)
        self.second = Home(self, 2, "1002", 700, 500, settings, symmetric=symmetric or both_symmetric, beside=self.first if together else None)

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
            self.assertRegex(text, rf"m=audio ({'|'.join(str(port + home.shift) for port in home.ports)}) ")

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
        self.hang_up()

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

    def expect_call_with_ice(self):
        """Heard both ways, over hold and resume, by addresses that both have offered."""
        self.call()
        self.expect_heard()
        for home in (self.first, self.second):
            texts = home.descriptions()
            self.assertTrue(all("a=ice-ufrag:" in text and "a=candidate:1 1 UDP " in text for text in texts), texts)
            self.assertTrue(any(f" typ srflx raddr {home.address} rport " in text for text in texts), texts)
        mark = self.second.process.mark()
        self.first.api.act("hold")
        self.second.process.wait_for("^1002: hears nobody$", after=mark)
        self.first.api.act("resume")
        self.second.process.wait_for("^1002: hears 500 Hz$", after=mark)

    def hang_up(self):
        self.second.api.act("hangup")
        self.first.process.wait_for(r"\[\d+ ended 1002")

    def test_ice(self):
        """Two NATs that let in only who was spoken to, and phones that do not follow where audio comes from."""
        self.start_stun()
        self.start_homes({**STUN, **ICE})
        self.expect_call_with_ice()
        self.hang_up()

    def test_ice_symmetric(self):
        """The port that the second phone's NAT shows to the STUN server is not the one that it shows to the first phone: without checks neither would know it,
        and the second one would hear nobody."""
        self.start_stun()
        fixed = {"network.static_nat.enable": 1, "network.static_nat.addr": "198.51.100.11", **ICE}
        self.start_homes({**STUN, **ICE}, fixed, forwarded=True, symmetric=True)
        self.expect_call_with_ice()
        self.hang_up()

    def test_symmetric_without_ice(self):
        """What that test would be worth without."""
        self.start_stun()
        alone = {"features.rtp_symmetric.enable": 0}
        fixed = {"network.static_nat.enable": 1, "network.static_nat.addr": "198.51.100.11", **alone}
        self.start_homes({**STUN, **alone}, fixed, forwarded=True, symmetric=True)
        self.call()
        self.first.process.wait_for("^1001: hears 700 Hz$")
        self.expect_unheard(self.second)

    def test_turn(self):
        """Two symmetric NATs: audio goes over the relay, over hold and resume, and the phones give back what they had of it."""
        server = self.start_turn()
        self.start_homes({**STUN, **ICE, **TURN}, both_symmetric=True)
        for home in (self.first, self.second):
            self.assertIn("; relay 198.51.100.1:3478", home.api.view()["accounts"][0]["nat"])
        self.expect_call_with_ice()
        for home in (self.first, self.second):
            self.assertTrue(any(re.search(rf" {SERVER} 500\d\d typ relay raddr {home.public} rport \d+\r\n", text) for text in home.descriptions()), home.descriptions())
        server.wait_for("CHANNEL_BIND processed, success")
        self.hang_up()
        given_back = re.compile(r"session (\d+): refreshed, .* lifetime=0$", re.M)
        wait_until(lambda: len(set(given_back.findall(server.log()))) == 4, "RTP and RTCP of both are given back")

    def test_turn_at_one_home(self):
        """One relay is enough; the other phone knows none."""
        self.start_turn()
        self.start_homes({**STUN, **ICE}, {**STUN, **ICE, **TURN}, both_symmetric=True)
        self.expect_call_with_ice()
        self.hang_up()

    def test_symmetric_without_turn(self):
        """What those tests would be worth without; a password that is wrong is as good as none."""
        self.start_turn()
        self.start_homes({**STUN, **ICE}, {**STUN, **ICE, **TURN, "static.sip.nat_turn.password": "wrong"}, both_symmetric=True)
        self.expect_silence()
        self.assertIn("; no relay: the TURN server knows no such user or password", self.first.api.view()["accounts"][0]["nat"])

    def test_ice_at_one_home(self):
        """Both phones are behind the same NAT, which does not lead back what is sent to its own address: they find each other in their own network."""
        self.start_stun()
        self.start_homes({**STUN, **ICE}, together=True)
        self.expect_call_with_ice()
        for home in (self.first, self.second):
            own = f"c=IN IP4 {home.address}\r\n"
            self.assertTrue(any(own in text for text in home.descriptions()), "after hold and resume the descriptions name the pair that is used")
        self.hang_up()

    def test_at_one_home_without_ice(self):
        """What that test would be worth without."""
        self.start_stun()
        self.start_homes(STUN, together=True)
        self.expect_silence()

    def expect_silence(self):
        self.call()
        self.expect_unheard(self.first, self.second)

    def expect_unheard(self, *homes):
        wait_until(lambda end=time.monotonic() + 3: time.monotonic() > end, "three seconds of silence", every=0.5)
        for home in homes:
            self.assertFalse(re.search(r"hears \d+ Hz", home.process.log()), home.process.log())

    def test_without_help_nobody_is_heard(self):
        """What the other tests would be worth without the NATs."""
        self.start_homes({"account.1.nat.rport": 2})
        for home in (self.first, self.second):
            self.assertNotIn("nat", home.api.view()["accounts"][0])
        self.expect_silence()


if __name__ == "__main__":
    case.main()
