"""Nodes with one store, three unless a test says otherwise: the proxies of a cluster, each on a machine of its own, and phones at them.

Phones live on the network `sip`, the store on `db`, and each node has a cable to both."""
import subprocess

from support import case, machines
from support.process import wait_until
from support.sip_phone import Phone, TcpPhone

HERE, REDIS = "10.9.0.1", ("10.9.1.1", 6379)
USERS = [str(user) for user in range(1001, 1009)]
FLOW = ';+sip.instance="<urn:uuid:00000000-0000-1000-8000-00000000%s>";reg-id=1'
OUTBOUND = [("Supported", "path, outbound")]


class Nodes(case.Case):
    names = "abc"
    top = ""  # of each node's configuration, at its top
    more = ""  # and further tables
    store = f"redis://{REDIS[0]}:{REDIS[1]}"

    def setUp(self):
        super().setUp()
        self.sip_net, self.db_net = machines.Network("sip", "10.9.0"), machines.Network("db", "10.9.1")
        self.addCleanup(self.remove_networks)
        self.start_store()
        self.nodes, self.machines, self.phones = {}, {}, []
        for number, name in enumerate(self.names, 11):
            self.machines[name] = machines.Machine(self, name, number, [self.sip_net, self.db_net])
            self.start_node(name)

    def remove_networks(self):
        for network in ("sip", "db"):
            subprocess.run(["ip", "link", "del", network], check=False, capture_output=True)

    def start_store(self):
        self.redis = self.start_redis()

    def start_redis(self, port=REDIS[1], *more):
        """Each answer is on the disk."""
        folder = self.folder / f"redis-{port}"
        folder.mkdir(exist_ok=True)
        redis = self.start(f"redis {port}", ["redis-server", "--bind", REDIS[0], "--port", port, "--protected-mode", "no", "--dir", folder, "--save", "",
                                             "--appendonly", "yes", "--appendfsync", "always", *more])
        redis.wait_for("Ready to accept connections")
        return redis

    def start_node(self, name, wait=True):
        machine = self.machines[name]
        address = machine.addresses["sip"]
        config = self.folder / f"{name}.toml"
        config.write_text(f'listen = ["udp:{address}:5060", "tcp:{address}:5060"]\ndomains = ["127.0.0.1"]\n'
                          f'store = "{self.store}"\n{self.top}[cluster]\nnode = "sip:{address}:5060"\n'
                          f'secret = "one secret of all the nodes"\npeers = ["10.9.0.11", "10.9.0.12", "10.9.0.13"]\n'
                          + self.more + "".join(f'[[user]]\nname = "{user}"\npassword = "{user}"\n' for user in USERS))
        process = self.start(f"node {name}", machine.words(case.OFFHOOK, "proxy", "--config", config))
        self.addCleanup(self.end, process)  # before the kill of start()
        if wait:
            process.wait_for(r"^ready$")
        self.nodes[name] = process
        return process

    def at(self, name):
        return self.machines[name].addresses["sip"], 5060

    def phone(self, user, node, kind=Phone, **more):
        phone = kind(user, HERE, *([self.at(node)] if kind is TcpPhone else []), **more)
        self.addCleanup(phone.socket.close)
        phone.node = node
        self.assertEqual(phone.register(self.at(node)).status, 200)
        self.phones.append(phone)
        return phone

    def calls(self, caller, callee, node=None):
        caller.call(self.at(node or caller.node), callee)

    def knows(self, node, phone):
        """The node has the phone's binding: another socket asks for it, with the phone's password."""
        with Phone(phone.user, HERE) as asker:
            answer = asker.register(self.at(node), contact=False)
            return answer.status == 200 and any(phone.uri() in contact for contact in answer.all("contact"))

    def wait_known(self, phone, nodes=None):
        for node in nodes or self.names:
            wait_until(lambda node=node: self.knows(node, phone), f"node {node} knows {phone.user}")

    def four_phones(self):
        phones = [self.phone("1001", "a"), self.phone("1002", "b", TcpPhone),
                  self.phone("1003", "c", TcpPhone, field_params=FLOW % "1003", headers=OUTBOUND),
                  self.phone("1004", "a", contact_host="192.168.77.7:5060")]  # behind a NAT that lets only its node in
        for phone in phones:
            self.wait_known(phone)
        return phones

    @staticmethod
    def redis_cli(*words, port=REDIS[1]):
        return subprocess.run(["redis-cli", "-h", REDIS[0], "-p", str(port), *map(str, words)], check=True, capture_output=True, text=True).stdout
