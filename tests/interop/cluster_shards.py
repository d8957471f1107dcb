"""Two proxies with two shards each that share one Redis: every shard of both reaches every phone, sees every call, and one node is killed.

tools/in-namespace tests/interop/cluster_shards.py -v"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case  # noqa: E402
from support.event_nodes import EventNodes  # noqa: E402
from support.nodes import HERE  # noqa: E402
from support.process import wait_until  # noqa: E402
from support.sip_phone import Phone, TcpPhone  # noqa: E402
from support.watcher import Watcher, publish  # noqa: E402

SHARDS = range(2)


class ClusterShards(EventNodes):
    names = "ab"
    top = f"shards = {len(SHARDS)}\n"

    def heard(self, node):
        """Messages that have come to each of its shards."""
        figures = self.admin(node).metrics()
        return [figures[f'offhook_shard_messages_received_total{{shard="{shard}"}}'] for shard in SHARDS]

    def at_shard(self, node, shard, make):
        """A phone that the kernel has sent to that shard: it is asked again with other ports."""
        for _ in range(64):
            phone = make()
            before = self.heard(node)
            answer = phone.exchange(phone.request("OPTIONS", "sip:127.0.0.1", call_id=f"where-{phone.name}-{phone.next()}", contact=False), self.at(node))
            self.assertEqual(answer.status, 200)
            if [now > then for now, then in zip(self.heard(node), before)] == [one == shard for one in SHARDS]:  # and nothing else came meanwhile
                self.addCleanup(phone.socket.close)
                phone.node = node
                return phone
            phone.socket.close()
        raise AssertionError(f"no phone comes to shard {shard} of {node}")

    def phone_at(self, user, node, shard, kind, **more):
        phone = self.at_shard(node, shard, lambda: kind(user, HERE, *([self.at(node)] if kind is TcpPhone else []), **more))
        self.assertEqual(phone.register(self.at(node)).status, 200)
        return phone

    def watcher_at(self, name, node, shard, user, event="dialog"):
        watcher = self.at_shard(node, shard, lambda: Watcher(name, HERE))
        watcher.subscribe(self.at(node), user, event)
        watcher.sees(lambda text: text, "anything")
        return watcher

    def eight_phones(self):
        """At each shard of each node one by UDP and one over a connection that only that shard has."""
        users = iter(range(1001, 1009))
        phones = [self.phone_at(str(next(users)), node, shard, kind) for node in self.names for shard in SHARDS for kind in (Phone, TcpPhone)]
        for phone in phones:
            self.wait_known(phone)
        return phones

    def test_any_to_any(self):
        phones = self.eight_phones()
        for caller in phones:
            for callee in phones:
                if caller is not callee:
                    self.calls(caller, callee)
        # Behind a NAT that lets only its node in, whichever shard of it sends.
        natted = self.phone_at("1001", "a", 1, Phone, contact_host="192.168.77.7:5060")
        self.assertEqual(phones[0].register(self.at("a"), expires=0).status, 200)
        self.wait_known(natted)
        for caller in phones[1:]:
            self.calls(caller, natted)
        # What is gone at one is gone at all.
        self.assertEqual(natted.register(self.at("a"), expires=0).status, 200)
        for node in self.names:
            wait_until(lambda node=node: not self.knows(node, natted), f"node {node} has forgotten 1001")

    def test_lamps_and_messages(self):
        """Whoever looks, at any shard, sees the calls of every other one; what is published and counted too."""
        phones = self.eight_phones()
        callee = phones[1]
        watchers = [self.watcher_at(f"{1005 + 2 * (node == 'b') + shard}", node, shard, callee.user) for node in self.names for shard in SHARDS]
        for caller in (phones[0], phones[2], phones[4], phones[6]):
            hang_up = caller.talk(self.at(caller.node), callee)
            for watcher in watchers:
                watcher.sees_call("confirmed")
            hang_up()
            for watcher in watchers:
                watcher.sees_call("terminated")
        seen = [self.watcher_at("1003", node, shard, "1001", "presence") for node in self.names for shard in SHARDS]
        etag = publish(phones[0], self.at("a"), "open")
        for watcher in seen:
            watcher.sees(lambda text: 'id="t1"' in text and "open" in text, "open")
        publish(phones[0], self.at("a"), "closed", etag)
        for watcher in seen:
            watcher.sees(lambda text: 'id="t1"' in text and "closed" in text, "closed")
        boxes = [self.watcher_at("1004", node, shard, "1004", "message-summary") for node in self.names for shard in SHARDS]
        self.admin("b").ask("PUT", "/messages/1004", body={"new": 2, "old": 5})
        for box in boxes:
            box.sees(lambda text: "2/5" in text, "two messages")

    def test_node_killed(self):
        """Its calls go out at the lamps, its phones register elsewhere and are called there; it starts again and knows all."""
        phones = self.eight_phones()
        kept, kept_callee = phones[4], phones[7]
        lamps = [self.watcher_at("1001", "b", shard, phones[5].user) for shard in SHARDS]
        others = [self.watcher_at("1002", "b", shard, kept_callee.user) for shard in SHARDS]
        phones[0].talk(self.at("a"), phones[5])  # never ends
        kept.talk(self.at("b"), kept_callee)
        for watcher in lamps + others:
            watcher.sees_call("confirmed")
        self.nodes["a"].kill()
        # Nobody answers at a's connections; the callers are told so at both shards.
        for caller in (phones[5], phones[7]):
            answer, _ = caller.refusal(self.at("b"), phones[1].user)
            self.assertIn(answer.status, (408, 480), answer.start)
        for watcher in lamps:
            watcher.sees_call("terminated")
        for watcher in others:
            self.assertNotIn("terminated", watcher.documents[-1])
        moved = [self.phone_at(phones[1].user, "b", 0, TcpPhone), self.phone_at(phones[3].user, "b", 1, TcpPhone)]
        for phone in moved:
            self.calls(phones[4], phone)
            self.calls(phones[6], phone)
        self.start_node("a")
        self.wait_known(moved[0])
        self.wait_known(phones[0])
        for shard in SHARDS:
            caller = self.phone_at("1001", "a", shard, Phone)
            for phone in (*moved, phones[4], phones[5]):
                self.calls(caller, phone)
            for lamp in lamps:
                lamp.documents.clear()
            hang_up = caller.talk(self.at("a"), phones[5])
            for lamp in lamps:
                lamp.sees_call("confirmed")
            hang_up()
            for lamp in lamps:
                lamp.sees_call("terminated")

    def test_redis_killed(self):
        """Registrations are refused at every shard, calls go on; afterwards all is as it was."""
        phones = self.eight_phones()
        self.redis.kill()
        for name in self.names:
            self.nodes[name].wait_for("registrations are refused: Redis")
        for phone in phones:
            refused = phone.register(self.at(phone.node))
            self.assertEqual(refused.status, 503, refused.start)
            self.assertTrue(refused.header("retry-after"))
        self.calls(phones[0], phones[7])
        self.calls(phones[5], phones[2])
        marks = {name: self.nodes[name].mark() for name in self.names}
        self.redis = self.start_redis()
        for name in self.names:
            self.nodes[name].wait_for("the store is there again", after=marks[name])
        for phone in phones:
            self.wait_known(phone)
            self.assertEqual(phone.register(self.at(phone.node)).status, 200)
        self.calls(phones[3], phones[6])


if __name__ == "__main__":
    case.main()
