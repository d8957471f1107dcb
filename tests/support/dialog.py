"""A call through a proxy between two clients of ours, step by step."""
from support import sip


class Call:
    """alice calls bob, who is registered; both are UDP clients of the test."""

    def __init__(self, proxy, call_id="call-1@test", caller="alice", callee="bob", name=""):
        self.proxy, self.call_id, self.names = proxy, call_id, (caller, callee)
        self.password = None  # of the callee; his name without one
        self.caller, self.callee = sip.Client(name=f"{name}a"), sip.Client(name=f"{name}b")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.caller.socket.close()
        self.callee.socket.close()

    def connect(self):
        """Registers bob, calls him, and has him answer."""
        caller, callee = self.names
        assert self.callee.register(callee, self.proxy, self.password).status == 200
        uri = f"sip:{callee}@{self.proxy[0]}"
        invite = self.caller.request("INVITE", uri, user=caller, call_id=self.call_id, body=sip.offer("127.0.0.1", 30000))
        self.caller.send(invite, self.proxy)
        asked = self.callee.wait(lambda m: m.method == "INVITE", "INVITE")
        self.callee.send(self.callee.respond(asked, 200, tag="b", headers=[("Contact", f"<sip:{callee}@127.0.0.1:{self.callee.port}>")],
                                             body=sip.offer("127.0.0.1", 30002)), self.proxy)
        self.ok = self.caller.wait(lambda m: m.status == 200 and "INVITE" in m.header("cseq"), "200 to the INVITE")
        self.caller.send(self.inside("ACK", 1), self.proxy)
        self.callee.wait(lambda m: m.method == "ACK", "ACK")

    def inside(self, method, cseq):
        """The caller's request inside of the dialog."""
        caller, callee = self.names
        routes = [("Route", value) for value in reversed(self.ok.all("record-route"))]
        return self.caller.request(method, f"sip:{callee}@127.0.0.1:{self.callee.port}", to=f"sip:{callee}@{self.proxy[0]}", user=caller,
                                   call_id=self.call_id, cseq=cseq, to_tag="b", headers=routes)

    def hang_up(self):
        """The caller's BYE; returns with its 200."""
        self.caller.send(self.inside("BYE", 2), self.proxy)
        bye = self.callee.wait(lambda m: m.method == "BYE", "BYE")
        self.callee.send(self.callee.respond(bye, 200), self.proxy)
        return self.caller.wait(lambda m: m.status >= 200 and "BYE" in m.header("cseq"), "200 to the BYE")
