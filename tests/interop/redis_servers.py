"""Three proxies whose Redis is more than one server: a master with a replica under Sentinels, a Redis Cluster.

tools/in-namespace tests/interop/redis_servers.py -v"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case  # noqa: E402
from support.nodes import Nodes  # noqa: E402
from support.process import wait_until  # noqa: E402
from support.redis_stores import ClusterStore, SentinelStore  # noqa: E402


class Sentinel(SentinelStore, Nodes):
    def test_failover(self):
        """The replica becomes the master; nothing that was acknowledged is lost, and registrations go on."""
        udp, tcp, flow, natted = self.four_phones()
        self.fail_over()
        for phone in (udp, tcp, flow, natted):
            self.wait_known(phone)
        fresh = self.phone("1005", "b")
        self.wait_known(fresh)
        self.calls(udp, fresh)
        self.calls(tcp, flow)


class RedisCluster(ClusterStore, Nodes):
    def test_slots(self):
        """Each address-of-record lies at the server of its slot, and every node knows it."""
        phones = [*self.four_phones(), self.phone("1005", "a"), self.phone("1006", "b"), self.phone("1007", "c")]
        for phone in phones:
            self.wait_known(phone)
        self.assertEqual(sum(len(self.keys(port)) for port in self.PORTS), len(phones))
        self.assertGreater(sum(bool(self.keys(port)) for port in self.PORTS), 1)
        self.calls(phones[0], phones[2])
        self.calls(phones[1], phones[5])

    def test_slot_moves(self):
        """A slot goes to another server while its address-of-record is in use: redirected, and nothing is lost."""
        phone, other = self.phone("1001", "a"), self.phone("1002", "b")
        self.wait_known(phone)
        key = "offhook:{sip:1001@127.0.0.1}"
        end, to = self.begin_move(key)
        self.assertEqual(phone.register(self.at("a")).status, 200)  # ASK
        self.calls(other, phone)
        end()
        for node in "abc":
            self.assertEqual(phone.register(self.at(node)).status, 200)  # MOVED
        self.wait_known(phone)
        self.assertIn(key, self.keys(to))
        self.calls(other, phone, "c")

    def test_server_killed(self):
        """Without replicas its slots are away: their users' registrations are refused, calls go on, and afterwards all is well."""
        udp, tcp, flow, natted = phones = self.four_phones()
        at = next(port for port in self.PORTS if "offhook:{sip:1001@127.0.0.1}" in self.keys(port))
        self.servers[at].kill()
        refused = udp.register(self.at("a"))
        self.assertEqual(refused.status, 503, refused.start)
        self.calls(tcp, udp)
        self.calls(udp, natted)
        self.servers[at] = self.start_server(at)
        wait_until(lambda: udp.register(self.at("a")).status == 200, "registrations are taken again")
        for phone in phones:
            self.wait_known(phone)
        self.calls(tcp, udp)


if __name__ == "__main__":
    case.main()
