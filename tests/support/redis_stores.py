"""Stores that are more than one Redis server, for support.nodes: a master with a replica under Sentinels, a Redis Cluster."""
from support.nodes import REDIS
from support.process import wait_until

# A Sentinel that was not run for two seconds believes in no clock and does nothing for thirty more.
TILT = 90.0


class SentinelStore:
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

    def fail_over(self):
        """The master is killed, and every node has the other one."""
        marks = {name: self.nodes[name].mark() for name in self.names}
        self.servers[6379].kill()
        self.wait_failed_over(marks)

    def wait_failed_over(self, marks):
        for name in self.names:
            self.nodes[name].wait_for("the store is there again", TILT, after=marks[name])
        assert "role:master" in self.redis_cli("INFO", "replication", port=6380)


class ClusterStore:
    PORTS = (7001, 7002, 7003)
    store = f"redis+cluster://{REDIS[0]}:7009,{REDIS[0]}:7001"  # one that is not there, too

    def start_server(self, port):
        return self.start_redis(port, "--cluster-enabled", "yes", "--cluster-node-timeout", "2000")

    def start_store(self):
        self.servers = {port: self.start_server(port) for port in self.PORTS}
        self.redis_cli("--cluster", "create", *(f"{REDIS[0]}:{port}" for port in self.PORTS), "--cluster-yes")
        for port in self.PORTS:
            wait_until(lambda port=port: "cluster_state:ok" in self.redis_cli("CLUSTER", "INFO", port=port), "the Redis Cluster is ready")

    def keys(self, port, pattern="offhook:{*"):
        return self.redis_cli("KEYS", pattern, port=port).split()

    def server_of(self, key):
        return next(port for port in self.PORTS if key in self.keys(port, key))

    def begin_move(self, key):
        """The slot of the key is on its way: its key lies at the new server, which answers after ASKING. Returns the end of the move, and that server."""
        slot = int(self.redis_cli("CLUSTER", "KEYSLOT", key, port=self.PORTS[0]))
        at = self.server_of(key)
        to = next(port for port in self.PORTS if port != at)
        ids = {port: self.redis_cli("CLUSTER", "MYID", port=port).strip() for port in self.PORTS}
        self.redis_cli("CLUSTER", "SETSLOT", slot, "IMPORTING", ids[at], port=to)
        self.redis_cli("CLUSTER", "SETSLOT", slot, "MIGRATING", ids[to], port=at)
        self.redis_cli("MIGRATE", REDIS[0], to, key, 0, 5000, port=at)

        def end():
            for port in (to, at):
                self.redis_cli("CLUSTER", "SETSLOT", slot, "NODE", ids[to], port=port)

        return end, to
