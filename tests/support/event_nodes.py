"""Nodes with an administration, and phones that watch others at them."""
from support.admin_api import AdminApi
from support.nodes import HERE, Nodes
from support.watcher import Watcher

TOKEN = "a token of the administration"


class EventNodes(Nodes):
    more = f'[admin]\nlisten = "0.0.0.0:8088"\ntoken = "{TOKEN}"\n'

    def watcher(self, node, user, event="dialog", name="1008"):
        watcher = Watcher(name, HERE)
        self.addCleanup(watcher.socket.close)
        watcher.subscribe(self.at(node), user, event)
        watcher.sees(lambda text: text, "anything")
        return watcher

    def admin(self, node):
        return AdminApi(8088, TOKEN, self.machines[node].addresses["sip"])
