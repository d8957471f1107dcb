"""Three proxies that share one Redis: any phone calls any other; a node dies, is cut off; Redis dies, comes back, comes back empty.

tools/in-namespace tests/interop/cluster.py -v"""
import signal
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case  # noqa: E402
from support.nodes import FLOW, HERE, OUTBOUND, USERS, Nodes  # noqa: E402
from support.process import wait_until  # noqa: E402
from support.sip_phone import Phone, TcpPhone  # noqa: E402


class Cluster(Nodes):
    def test_any_to_any(self):
        """By UDP, over a connection, by a flow of RFC 5626 and through a NAT, from every node to every phone, challenged once."""
        phones = self.four_phones()
        for caller in phones:
            for callee in phones:
                if caller is not callee:
                    self.calls(caller, callee)
        # By UDP any node takes a request of anybody, and a challenge of another node.
        for node in "abc":
            self.calls(phones[0], phones[1], node)
            self.calls(phones[0], phones[2], node)
        # What is gone at one node is gone at all.
        self.assertEqual(phones[0].register(self.at("b"), expires=0).status, 200)
        for node in "abc":
            wait_until(lambda node=node: not self.knows(node, phones[0]), f"node {node} has forgotten 1001")

    def test_users_in_redis(self):
        """Added once, they come in at every node that has read its configuration again; one that is taken out does not."""
        def user(command, *words, secret=""):
            done = subprocess.run([case.OFFHOOK, "proxy", "user", command, "--store", self.store, *words], input=secret, capture_output=True, text=True, check=False)
            return done.returncode, done.stdout + done.stderr

        self.assertEqual(user("add", "2001", "--domain", "127.0.0.1", "--password-stdin", secret="2001\n"), (0, ""))
        code, said = user("add", "2001", "--password-stdin", secret="other\n")
        self.assertEqual(code, 1)
        self.assertIn("user '2001' is there already", said)
        self.assertEqual(user("list"), (0, "2001\t127.0.0.1\n"))
        self.assertNotIn("password", self.redis_cli("HGETALL", "offhook-user:{2001}"))
        for name in "abc":
            mark = self.nodes[name].mark()
            self.nodes[name].send_signal(signal.SIGHUP)
            self.nodes[name].wait_for("read again", after=mark)
        fresh = self.phone("2001", "b")
        self.wait_known(fresh)
        self.assertEqual(user("del", "2001"), (0, ""))
        self.assertEqual(user("del", "2001")[0], 1)
        mark = self.nodes["a"].mark()
        self.nodes["a"].send_signal(signal.SIGHUP)
        self.nodes["a"].wait_for("read again", after=mark)
        self.assertIn(fresh.register(self.at("a")).status, (401, 403, 404))

    def test_node_killed(self):
        """Its phones register elsewhere, and are called there."""
        udp, tcp, flow, natted = self.four_phones()
        self.nodes["b"].kill()
        self.nodes["c"].kill()
        again = self.phone("1002", "a", TcpPhone)
        moved = self.phone("1003", "a", TcpPhone, field_params=FLOW % "1003", headers=OUTBOUND)
        self.calls(udp, moved)
        self.calls(moved, natted)
        self.calls(again, udp)
        # A node that starts again knows all there is, and nothing of its own connections that have ended.
        self.start_node("c")
        self.wait_known(moved, "ac")
        self.calls(udp, moved, "c")
        self.calls(udp, natted, "c")

    def test_machine_gone(self):
        """A machine that has vanished says nothing, not even by ICMP: who calls by way of it is told so within seconds, not in half a minute."""
        udp, tcp, flow, natted = self.four_phones()
        self.calls(udp, tcp)
        marks = {name: self.nodes[name].mark() for name in "ac"}
        for network in (self.sip_net, self.db_net):
            self.machines["b"].pull(network)
        # One that has called before anybody knew.
        answer, took = udp.refusal(self.at("a"), "1002")
        self.assertEqual(answer.status, 480, answer.start)
        self.assertLess(took, 16, "without the questions between nodes it is 32 s")
        for name in "ac":
            self.nodes[name].wait_for("node 10.9.0.12:5060 does not answer", after=marks[name])
        # And those that come later.
        for caller in (udp, flow):
            answer, took = caller.refusal(self.at(caller.node), "1002")
            self.assertEqual(answer.status, 480, answer.start)
            self.assertLess(took, 5)
        self.calls(udp, flow)
        # The phone is called where it registers now, though its old binding is still there.
        moved = self.phone("1002", "c", TcpPhone)
        self.wait_known(moved, "a")
        self.calls(udp, moved)
        marks = {name: self.nodes[name].mark() for name in "ac"}
        for network in (self.sip_net, self.db_net):
            self.machines["b"].plug(network)
        for name in "ac":
            self.nodes[name].wait_for("node 10.9.0.12:5060 answers again", after=marks[name])

    def test_node_cut_off(self):
        """Calls go on with what it knows, registrations are refused; back again it knows what has changed."""
        udp, tcp, flow, natted = self.four_phones()
        self.machines["b"].pull(self.db_net)
        self.calls(tcp, udp)
        self.calls(tcp, flow)
        mark = self.nodes["b"].mark()
        with Phone("1005", HERE) as late:
            refused = late.register(self.at("b"))
            self.assertEqual(refused.status, 503, refused.start)
            self.assertGreaterEqual(int(refused.header("retry-after")), 5)
        self.nodes["b"].wait_for("registrations are refused: Redis", after=0)
        fresh = self.phone("1006", "a")
        self.wait_known(fresh, "ac")
        self.assertEqual(udp.register(self.at("c"), expires=0).status, 200)
        self.machines["b"].plug(self.db_net)
        self.nodes["b"].wait_for("the store is there again", after=mark)
        self.wait_known(fresh, "b")
        self.assertFalse(self.knows("b", udp))
        self.calls(tcp, fresh)
        self.phone("1005", "b")

    def test_redis_killed(self):
        """Nothing that was acknowledged is lost, and calls go on without it."""
        udp, tcp, flow, natted = self.four_phones()
        self.redis.kill()
        for name in "abc":
            self.nodes[name].wait_for("registrations are refused: Redis")
            with Phone("1005", HERE) as late:
                refused = late.register(self.at(name))
                self.assertEqual(refused.status, 503, refused.start)
                self.assertTrue(refused.header("retry-after"))
        self.calls(udp, tcp)
        self.calls(tcp, flow)
        self.calls(flow, natted)
        marks = {name: self.nodes[name].mark() for name in "abc"}
        self.redis = self.start_redis()
        for name in "abc":
            self.nodes[name].wait_for("the store is there again", after=marks[name])
        for phone in (udp, tcp, flow, natted):
            self.wait_known(phone)
        self.calls(tcp, udp)
        self.phone("1005", "c")

    def test_redis_killed_while_phones_register(self):
        """Each 200 that has left is there afterwards, at every node, whatever was under way."""
        phones = [Phone(user, HERE) for user in USERS]
        for phone in phones:
            self.addCleanup(phone.socket.close)
        acknowledged = {}
        for turn, phone in enumerate(phones * 3):
            if turn == 2 * len(phones) - 3:
                self.redis.kill()
            node = "abc"[turn % 3]
            answer = phone.register(self.at(node))
            self.assertIn(answer.status, (200, 503), answer.start)
            if answer.status == 200:
                acknowledged[phone.user] = phone
        self.assertEqual(len(acknowledged), len(phones))
        marks = {name: self.nodes[name].mark() for name in "abc"}
        self.redis = self.start_redis()
        for name in "abc":
            self.nodes[name].wait_for("the store is there again", after=marks[name])
        for phone in acknowledged.values():
            self.wait_known(phone)

    def test_redis_comes_back_empty(self):
        """What Redis has lost the nodes put back, each what it reaches."""
        phones = self.four_phones()
        self.redis.kill()
        for file in self.folder.glob("redis-*/appendonlydir/*"):
            file.unlink()
        marks = {name: self.nodes[name].mark() for name in "abc"}
        self.redis = self.start_redis()
        for name in "abc":
            self.nodes[name].wait_for("the store is there again", after=marks[name])
        wait_until(lambda: len(self.redis_cli("KEYS", "offhook:{*").split()) == len(phones), "four addresses-of-record in Redis again")
        for phone in phones:
            self.wait_known(phone)
        self.calls(phones[0], phones[2], "b")
        self.calls(phones[0], phones[3], "b")


if __name__ == "__main__":
    case.main()
