"""Three proxies whose Redis is more than one server: lamps, presence and counts of messages outlive a failover, and follow their slots.

tools/in-namespace tests/interop/redis_servers_events.py -v"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case  # noqa: E402
from support.event_nodes import EventNodes  # noqa: E402
from support.process import wait_until  # noqa: E402
from support.redis_stores import ClusterStore, SentinelStore  # noqa: E402
from support.watcher import publish  # noqa: E402

EVENTS = "offhook-event:{*"


def event_key(user):
    return f"offhook-event:{{sip:{user}@127.0.0.1}}"


class State(EventNodes):
    def count(self, node, user, fresh, old):
        self.assertEqual(self.admin(node).ask("PUT", f"/messages/{user}", body={"new": fresh, "old": old})[0], 200)

    @staticmethod
    def sees_presence(watcher, basic):
        watcher.sees(lambda text: 'id="t1"' in text and basic in text, basic)

    @staticmethod
    def sees_count(watcher, count):
        watcher.sees(lambda text: count in text, count)


class SentinelEvents(SentinelStore, State):
    def test_failover(self):
        """What was told before is there afterwards, what happened meanwhile is told, and what comes next too."""
        udp, tcp, *_ = self.four_phones()
        lamp, next_lamp = self.watcher("c", "1001"), self.watcher("b", "1004", name="1006")
        presence, box = self.watcher("a", "1002", "presence", "1007"), self.watcher("c", "1005", "message-summary", "1005")
        etag = publish(tcp, self.at("b"), "open")
        self.count("a", "1005", 2, 5)
        hang_up = udp.talk(self.at("a"), tcp)
        lamp.sees_call("confirmed")
        self.sees_presence(presence, "open")
        self.sees_count(box, "2/5")
        wait_until(lambda: len(self.redis_cli("KEYS", EVENTS, port=6380).split()) == 2, "both values at the replica")
        marks = {name: self.nodes[name].mark() for name in self.names}
        self.servers[6379].kill()
        for name in self.names:
            self.nodes[name].wait_for("registrations are refused: Redis", after=marks[name])
        hang_up()  # nobody hears of it
        etag = publish(tcp, self.at("b"), "closed", etag)
        self.count("b", "1005", 3, 5)
        self.wait_failed_over(marks)
        lamp.sees_call("terminated")
        self.sees_presence(presence, "closed")
        self.sees_count(box, "3/5")
        udp.talk(self.at("a"), self.phones[3])  # never ends
        next_lamp.sees_call("confirmed")
        # The new master has it all: nodes that start again read it there.
        wait_until(lambda: "closed" in self.redis_cli("HVALS", event_key("1002"), port=6380), "the latest publication at the new master")
        self.nodes["a"].kill()
        next_lamp.sees_call("terminated")
        self.start_node("a")
        presence = self.watcher("a", "1002", "presence", "1006")
        self.sees_presence(presence, "closed")
        self.sees_count(self.watcher("a", "1005", "message-summary", "1005"), "3/5")
        publish(tcp, self.at("b"), "", etag, expires=0)
        presence.sees(lambda text: 'id="registration"' in text, "nothing published")


class RedisClusterEvents(ClusterStore, State):
    USERS = ("1001", "1002", "1003", "1004", "1005", "1006")

    def test_slots(self):
        """Each address has its server, each node its watchers, and one channel is enough."""
        udp, tcp, *_ = self.four_phones()
        lamps = [self.watcher(node, "1001", name=name) for node, name in zip("abc", ("1006", "1007", "1008"))]
        hang_up = udp.talk(self.at("a"), tcp)
        for lamp in lamps:
            lamp.sees_call("confirmed")
        hang_up()
        for lamp in lamps:
            lamp.sees_call("terminated")
        for turn, user in enumerate(self.USERS):
            self.count("abc"[turn % 3], user, turn + 1, 9)
        for turn, user in enumerate(self.USERS):
            self.sees_count(self.watcher("abc"[(turn + 1) % 3], user, "message-summary", user), f"{turn + 1}/9")
        wait_until(lambda: sum(len(self.keys(port, EVENTS)) for port in self.PORTS) == len(self.USERS), "all values are kept")
        self.assertGreater(sum(bool(self.keys(port, EVENTS)) for port in self.PORTS), 1)

    def test_slot_moves(self):
        """A publication is refreshed while its slot moves: redirected, seen by all, and kept at the new server."""
        udp, tcp, *_ = self.four_phones()
        presence = self.watcher("c", "1002", "presence")
        etag = publish(tcp, self.at("b"), "open")
        self.sees_presence(presence, "open")
        key = event_key("1002")
        wait_until(lambda: any(self.keys(port, key) for port in self.PORTS), "the publication is kept")
        end, to = self.begin_move(key)
        etag = publish(tcp, self.at("b"), "closed", etag)  # ASK
        self.sees_presence(presence, "closed")
        wait_until(lambda: self.keys(to, key), "it is at the new server")
        end()
        publish(tcp, self.at("b"), "open", etag)  # MOVED
        self.sees_presence(presence, "open")
        self.sees_presence(self.watcher("a", "1002", "presence", "1007"), "open")
        self.assertIn(key, self.keys(to, key))

    def test_server_killed(self):
        """Without replicas its values cannot be kept; what happens meanwhile is put there when it is back."""
        udp, tcp, *_ = self.four_phones()
        lamp, presence = self.watcher("c", "1001"), self.watcher("c", "1002", "presence", "1007")
        etag = publish(tcp, self.at("b"), "open")
        self.sees_presence(presence, "open")
        key = event_key("1002")
        wait_until(lambda: any(self.keys(port, key) for port in self.PORTS), "the publication is kept")
        at = self.server_of(key)
        self.servers[at].kill()
        publish(tcp, self.at("b"), "closed", etag)
        self.count("a", "1005", 2, 5)
        hang_up = udp.talk(self.at("a"), tcp)
        self.servers[at] = self.start_server(at)
        lamp.sees_call("confirmed", 60.0)
        self.sees_presence(presence, "closed")
        self.sees_count(self.watcher("b", "1005", "message-summary", "1005"), "2/5")
        wait_until(lambda: "closed" in self.redis_cli("-c", "HVALS", key, port=self.PORTS[0]), "the latest publication is kept")
        hang_up()
        lamp.sees_call("terminated")


if __name__ == "__main__":
    case.main()
