"""Three proxies whose Redis is more than one server: a master with a replica under Sentinels, a Redis Cluster.

tools/in-namespace tests/interop/redis_servers.py -v"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case  # noqa: E402
from support.nodes import REDIS, Nodes  # noqa: E402
from support.process import wait_until  # noqa: E402

# A Sentinel that was not run for two seconds believes in no clock and does nothing for thirty more.
TILT = 90.0


class Sentinel(Nodes):
    store = f"redis+sentinel://{REDIS[0]}:26379,{REDIS[0]}:26380,{REDIS[0]}:26381/bindings"

    def start_store(self):
        self.servers = {port: self.start_redis(port) for port in (6379, 6380)}
        self.redis_cli("REPLICAOF", REDIS[0], 6379, port=6380)
        wait_until(lambda: "master_link_status:up" in self.redis_cli("INFO", "replication", port=6380), "the replica follows")
        self.sentinels = []
        for port in (26379, 26380, 26381):
            config = self.folder / f"sentinel-{port}.conf"
            config.write_text(f"bind {REDIS[0]}\nport {port}\nprotected-mode no\ndir {self.folder}\nsentinel monitor bindings {REDIS[0]} 6379 2\n"
                              "sentinel down-after-milliseconds bindings 1000\nsentinel failover-timeout bindings 5000\n")
            sentinel = self.start(f"sentinel {port}", ["redis-server", config, "--sentinel"])
            sentinel.wait_for(r"\+monitor master")  # it listens
            self.sentinels.append(sentinel)
        for port in (26379, 26380, 26381):
            wait_until(lambda port=port: "slaves=1,sentinels=3" in self.redis_cli("INFO", "sentinel", port=port), "the Sentinels know each other", TILT)

    def test_failover(self):
        """The replica becomes the master; nothing that was acknowledged is lost, and registrations go on."""
        udp, tcp, flow, natted = self.four_phones()
        marks = {name: self.nodes[name].mark() for name in "abc"}
        self.servers[6379].kill()
        for name in "abc":
            self.nodes[name].wait_for("the store is there again", TILT, after=marks[name])
        self.assertIn("role:master", self.redis_cli("INFO", "replication", port=6380))
        for phone in (udp, tcp, flow, natted):
            self.wait_known(phone)
        fresh = self.phone("1005", "b")
        self.wait_known(fresh)
        self.calls(udp, fresh)
        self.calls(tcp, flow)


class RedisCluster(Nodes):
    PORTS = (7001, 7002, 7003)
    store = f"redis+cluster://{REDIS[0]}:7009,{REDIS[0]}:7001"  # one that is not there, too

    def start_store(self):
        self.servers = {port: self.start_redis(port, "--cluster-enabled", "yes", "--cluster-node-timeout", "2000") for port in self.PORTS}
        self.redis_cli("--cluster", "create", *(f"{REDIS[0]}:{port}" for port in self.PORTS), "--cluster-yes")
        for port in self.PORTS:
            wait_until(lambda port=port: "cluster_state:ok" in self.redis_cli("CLUSTER", "INFO", port=port), "the Redis Cluster is ready")

    def keys(self, port):
        return self.redis_cli("KEYS", "offhook:{*", port=port).split()

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
        slot = int(self.redis_cli("CLUSTER", "KEYSLOT", key, port=self.PORTS[0]))
        at = next(port for port in self.PORTS if key in self.keys(port))
        to = next(port for port in self.PORTS if port != at)
        ids = {port: self.redis_cli("CLUSTER", "MYID", port=port).strip() for port in self.PORTS}
        self.redis_cli("CLUSTER", "SETSLOT", slot, "IMPORTING", ids[at], port=to)
        self.redis_cli("CLUSTER", "SETSLOT", slot, "MIGRATING", ids[to], port=at)
        self.redis_cli("MIGRATE", REDIS[0], to, key, 0, 5000, port=at)
        self.assertEqual(phone.register(self.at("a")).status, 200)  # ASK
        self.calls(other, phone)
        for port in (to, at):
            self.redis_cli("CLUSTER", "SETSLOT", slot, "NODE", ids[to], port=port)
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
        self.servers[at] = self.start_redis(at, "--cluster-enabled", "yes", "--cluster-node-timeout", "2000")
        wait_until(lambda: udp.register(self.at("a")).status == 200, "registrations are taken again")
        for phone in phones:
            self.wait_known(phone)
        self.calls(tcp, udp)


if __name__ == "__main__":
    case.main()
