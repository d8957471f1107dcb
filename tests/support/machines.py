"""Machines of a test: network namespaces inside the test's own, on bridges. A cable can be pulled; what is sent then gets lost silently."""
import os
import subprocess

from support.process import wait_until


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Network:
    """A bridge that this namespace is on with the address PREFIX.1."""

    def __init__(self, name, prefix):
        self.name, self.prefix = name, prefix
        ip("link", "add", name, "type", "bridge")
        ip("addr", "add", f"{prefix}.1/24", "dev", name)
        ip("link", "set", name, "up")


class Machine:
    """A namespace with one cable to each network; its address there ends in `number`."""

    def __init__(self, case, name, number, networks):
        self.name, self.number = name, number
        self.addresses = {network.name: f"{network.prefix}.{number}" for network in networks}
        holder = case.start(f"machine {name}", ["unshare", "-n", "sleep", "infinity"])
        self._namespace = f"/proc/{holder.pid}/ns/net"
        mine = os.stat("/proc/self/ns/net").st_ino
        wait_until(lambda: os.stat(self._namespace).st_ino != mine, f"{name} has a namespace")
        self.run("ip", "link", "set", "lo", "up")
        for network in networks:
            inside, outside = network.name, self._cable(network)
            ip("link", "add", outside, "type", "veth", "peer", "name", f"x{number}{network.name}")
            # A namespace goes some time after its last process, and its cables with it: the next test may be here before.
            case.addCleanup(subprocess.run, ["ip", "link", "del", outside], check=False, capture_output=True)
            ip("link", "set", f"x{number}{network.name}", "netns", str(holder.pid), "name", inside)
            ip("link", "set", outside, "master", network.name, "up")
            self.run("ip", "addr", "add", f"{self.addresses[network.name]}/24", "dev", inside)
            self.run("ip", "link", "set", inside, "up")

    def _cable(self, network):
        return f"v{self.number}{network.name}"

    def words(self, *words):
        """A command line that runs there."""
        return ["nsenter", f"--net={self._namespace}", *words]

    def run(self, *words):
        subprocess.run(self.words(*words), check=True, capture_output=True)

    def pull(self, network):
        ip("link", "set", self._cable(network), "nomaster")

    def plug(self, network):
        ip("link", "set", self._cable(network), "master", network.name)
