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
    more = '[guard]\nexempt = ["10.9.0.1"]\n'  # who asks whether a user comes in is no stranger that guesses

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

    def user(self, command, *words, secret=""):
        done = subprocess.run([case.OFFHOOK, "proxy", "user", command, "--store", self.store, *words], input=secret, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def add_user(self, name, command="add", password=None):
        self.assertEqual(self.user(command, name, "--domain", "127.0.0.1", "--password-stdin", secret=f"{password or name}\n"), (0, ""))

    def registers(self, node, user, password=None):
        with Phone(user, HERE) as phone:
            phone.password = password or user
            return phone.register(self.at(node)).status == 200

    def wait_registers(self, user, password=None, comes_in=True):
        for node in self.names:
            wait_until(lambda node=node: self.registers(node, user, password) == comes_in, f"{user} {'comes' if comes_in else 'does not come'} in at {node}")

    def test_users_in_redis(self):
        """Added, changed and taken out once, and every node knows it at once."""
        self.add_user("2001")
        self.wait_registers("2001")
        code, said = self.user("add", "2001", "--password-stdin", secret="other\n")
        self.assertEqual(code, 1)
        self.assertIn("user '2001' is there already", said)
        self.assertEqual(self.user("list"), (0, "2001\t127.0.0.1\n"))
        self.assertNotIn("password", self.redis_cli("HGETALL", "offhook-user:{2001}"))
        self.add_user("2001", "passwd", "other")
        self.wait_registers("2001", "other")
        self.assertFalse(self.registers("a", "2001"))
        # Many together, and one who is in the files of the nodes too: there they win.
        users = self.folder / "users.csv"
        users.write_text("name,password\n1001,other\n" + "".join(f"{name},{name}\n" for name in range(2100, 2250)))
        self.assertEqual(self.user("import", users), (0, "151 users\n"))
        self.wait_registers("2249")
        self.wait_registers("2100")
        self.assertFalse(self.registers("b", "1001", "other"))
        self.assertTrue(self.registers("b", "1001"))
        self.assertEqual(self.user("del", "2001"), (0, ""))
        self.assertEqual(self.user("del", "2001")[0], 1)
        self.wait_registers("2001", "other", False)
        # What nobody has told of is read on SIGHUP.
        self.redis_cli("DEL", "offhook-user:{2100}")
        mark = self.nodes["a"].mark()
        self.nodes["a"].send_signal(signal.SIGHUP)
        self.nodes["a"].wait_for("read again", after=mark)
        wait_until(lambda: not self.registers("a", "2100"), "2100 does not come in at a")

    def test_users_of_meanwhile(self):
        """A node that was cut off, and one that was not there, know what has changed; Redis that has lost all locks nobody out."""
        for name in ("2001", "2002"):
            self.add_user(name)
            self.wait_registers(name)
        mark = self.nodes["b"].mark()
        self.machines["b"].pull(self.db_net)
        self.nodes["b"].wait_for("registrations are refused: Redis", after=mark)
        self.nodes["c"].kill()
        self.add_user("2003")
        self.assertEqual(self.user("del", "2001"), (0, ""))
        self.machines["b"].plug(self.db_net)
        self.nodes["b"].wait_for("the store is there again", after=mark)
        self.start_node("c")
        self.wait_registers("2003")
        self.wait_registers("2001", comes_in=False)
        self.redis.kill()
        for file in self.folder.glob("redis-*/appendonlydir/*"):
            file.unlink()
        marks = {name: self.nodes[name].mark() for name in self.names}
        self.redis = self.start_redis()
        for name in self.names:
            self.nodes[name].wait_for("the store is there again", after=marks[name])
            self.nodes[name].wait_for("Redis has no users any more; the 2 that were known stay", after=marks[name])
        self.wait_registers("2003")

    def test_started_without_redis(self):
        """A node that cannot reach Redis starts, says what is wrong, and sends everybody to the next one until it has read the users."""
        self.add_user("2001")
        self.wait_registers("2001")
        self.redis.kill()
        self.nodes["a"].kill()
        node = self.start_node("a")
        node.wait_for("registrations are refused: Redis: ")
        for user in ("1001", "2001", "nobody"):
            with Phone(user, HERE) as phone:
                refused = phone.register(self.at("a"))
                self.assertEqual(refused.status, 503, refused.start)
                self.assertGreaterEqual(int(refused.header("retry-after")), 5)
                answer, _ = phone.refusal(self.at("a"), "1002")
                self.assertEqual(answer.status, 503, answer.start)
                self.assertTrue(answer.header("retry-after"))
        # Those who ask it whether it is there, as the other nodes do, are told so.
        with Phone("1001", HERE) as phone:
            self.assertEqual(phone.exchange(phone.request("OPTIONS", "sip:127.0.0.1", call_id="ping", contact=False), self.at("a")).status, 200)
        mark = node.mark()
        self.redis = self.start_redis()
        node.wait_for("the store is there again", after=mark)
        self.wait_registers("2001")
        caller, callee = self.phone("1001", "a"), self.phone("1002", "b")
        self.wait_known(callee)
        self.calls(caller, callee)

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
