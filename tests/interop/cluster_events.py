"""Three proxies that share one Redis: a watcher at any of them sees the calls, presence and messages of all; a node dies, Redis dies and comes back.

tools/in-namespace tests/interop/cluster_events.py -v"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case  # noqa: E402
from support.event_nodes import EventNodes  # noqa: E402
from support.nodes import HERE  # noqa: E402
from support.process import wait_until  # noqa: E402
from support.watcher import Watcher, publish  # noqa: E402

NODE_SILENCE = 6.0  # seconds without a word, then a node has ended
SLACK = 20.0  # of a busy machine; without the heartbeat lamps would be lit for ever


class ClusterEvents(EventNodes):
    def restart_redis(self):
        marks = {name: self.nodes[name].mark() for name in "abc"}
        self.redis = self.start_redis()
        for name in "abc":
            self.nodes[name].wait_for("the store is there again", after=marks[name])

    def test_lamps(self):
        """A call by way of one node lights the lamps at the others; so does one that began before anybody looked."""
        udp, tcp, *_ = self.four_phones()
        at_c = self.watcher("c", "1001")
        at_b = self.watcher("b", "1002", name="1007")
        hang_up = udp.talk(self.at("a"), tcp)
        at_c.sees_call("confirmed")
        at_b.sees_call("confirmed")
        late = self.watcher("b", "1001", name="1006")
        late.sees_call("confirmed")
        hang_up()
        for watcher in (at_c, at_b, late):
            watcher.sees_call("terminated")

    def test_presence_and_messages(self):
        """Published at b and c, seen at a; taken back at a; counts set at c, seen at b."""
        phone = self.phone("1003", "b")
        watcher = self.watcher("a", "1003", "presence")
        etag = publish(phone, self.at("b"), "closed")
        watcher.sees(lambda text: 'id="t1"' in text and "closed" in text, "closed")
        etag = publish(phone, self.at("c"), "open", etag)
        watcher.sees(lambda text: 'id="t1"' in text and "open" in text, "open")
        mailbox = self.watcher("b", "1007", "message-summary", "1007")
        self.admin("c").ask("PUT", "/messages/1007", body={"new": 2, "old": 5})
        mailbox.sees(lambda text: "2/5" in text, "two messages")
        # What belongs to no node outlives them all.
        for name in "abc":
            self.nodes[name].kill()
        for name in "abc":
            self.start_node(name)
        watcher = self.watcher("b", "1003", "presence")
        watcher.sees(lambda text: 'id="t1"' in text and "open" in text, "open, after a restart of all nodes")
        mailbox = self.watcher("a", "1007", "message-summary", "1007")
        mailbox.sees(lambda text: "2/5" in text, "two messages, after a restart of all nodes")
        publish(phone, self.at("a"), "", etag, expires=0)
        watcher.sees(lambda text: 'id="registration"' in text, "nothing published")

    def test_node_killed(self):
        """Its calls vanish from the lamps; those of the others stay."""
        udp, tcp, *_ = self.four_phones()
        lamp = self.watcher("c", "1002")
        other = self.watcher("c", "1001", name="1007")
        udp.talk(self.at("a"), tcp)  # never ends
        natted = self.phones[3]
        talking = self.phone("1005", "b")
        talking.talk(self.at("b"), natted)
        lamp.sees_call("confirmed")
        other.sees_call("confirmed")
        kept = self.watcher("c", "1005", name="1006")
        kept.sees_call("confirmed")
        self.nodes["a"].kill()
        taken = max(lamp.sees_call("terminated"), other.sees_call("terminated"))
        self.assertLess(taken, NODE_SILENCE + SLACK)
        self.assertNotIn("terminated", kept.documents[-1])
        # The node starts again, without them, and tells of new ones.
        self.start_node("a")
        wait_until(lambda: self.knows("a", tcp), "node a knows 1002")
        udp.register(self.at("a"))
        hang_up = udp.talk(self.at("a"), tcp)
        lamp.sees_call("confirmed")
        hang_up()
        lamp.sees_call("terminated")

    def test_redis_killed(self):
        """Started again, empty too, it has the state again, and what happened meanwhile is seen."""
        udp, tcp, *_ = self.four_phones()
        lamp, presence = self.watcher("c", "1001"), self.watcher("c", "1002", "presence", "1007")
        hang_up = udp.talk(self.at("a"), tcp)
        lamp.sees_call("confirmed")
        phone = self.phone("1003", "b")
        publish(phone, self.at("b"), "open")
        wait_until(lambda: self.redis_cli("KEYS", "offhook-event:*").split(), "a publication in Redis")
        self.redis.kill()
        for file in self.folder.glob("redis-*/appendonlydir/*"):
            file.unlink()
        for name in "abc":
            self.nodes[name].wait_for("registrations are refused: Redis")
        hang_up()  # nobody hears of it
        second = self.phone_without_redis("1002", "b")
        publish(second, self.at("b"), "closed")
        self.restart_redis()
        lamp.sees_call("terminated")
        presence.sees(lambda text: 'id="t1"' in text and "closed" in text, "closed")
        wait_until(lambda: len(self.redis_cli("KEYS", "offhook-event:*").split()) == 2, "both publications in Redis")
        watcher = self.watcher("a", "1003", "presence", "1006")
        watcher.sees(lambda text: 'id="t1"' in text and "open" in text, "open")
        udp.talk(self.at("a"), tcp)()

    def phone_without_redis(self, user, node):
        phone = Watcher(user, HERE)
        self.addCleanup(phone.socket.close)
        phone.node = node
        return phone


if __name__ == "__main__":
    case.main()
