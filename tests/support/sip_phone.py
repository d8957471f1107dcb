"""A phone of the tests' own on support.sip: registers, calls, answers, hangs up; by UDP or over one TCP connection.

One behind a NAT registers what it believes to be its address, and in calls (as with STUN) says the true one."""
import itertools
import re
import select
import socket
import time

from support import sip

FINAL = 200
RUNS = itertools.count(1)  # a phone that starts again has another Call-ID


class Phone(sip.Client):
    """By UDP. `contact` replaces the host of its Contact: a phone behind a NAT says where it thinks it is."""

    def __init__(self, user, address, contact_host=None, contact_params="", field_params="", headers=()):
        self.user, self.contact_host, self.contact_params = user, contact_host, contact_params
        self.password = user
        self.field_params, self.more = field_params, list(headers)
        self.cseq, self.run = 0, next(RUNS)
        super().__init__(address=address, name=f"p{user}")

    def uri(self, registered=True):
        host = (self.contact_host if registered else None) or f"{self.address}:{self.port}"
        return f"sip:{self.user}@{host}{self.contact_params}"

    def request(self, method, uri, contact=True, headers=(), **more):
        rows = [*headers, *([("Contact", f"<{self.uri(method == 'REGISTER')}>" + (self.field_params if method == "REGISTER" else ""))] if contact else []), *self.more]
        data = super().request(method, uri, contact=False, headers=rows, **{"user": self.user, **more})
        if self.contact_host and method == "REGISTER":
            data = data.replace(f"{self.address}:{self.port};branch".encode(), f"{self.contact_host};branch".encode())
        return data

    def register(self, to, expires=3600, contact=True):
        """The final response, after a challenge."""
        call_id = f"reg-{self.name}-{self.run}"

        def make(headers, _):
            self.cseq += 1
            return self.request("REGISTER", "sip:127.0.0.1", to=f"sip:{self.user}@127.0.0.1", call_id=call_id, cseq=self.cseq, contact=contact,
                                headers=[*headers, *([("Expires", str(expires))] if contact else [])])

        return self.with_digest(make, to, self.user, self.password)

    def call(self, to, callee, timeout=30.0):
        """A whole call by way of the node `to`: answered, acknowledged, ended by the caller. Raises when a step is missing."""
        self.talk(to, callee, timeout)()

    def talk(self, to, callee, timeout=30.0):
        """The same without its end: that is the function that is returned."""
        call_id = f"call-{self.name}-{self.next()}"
        uri = f"sip:{callee.user}@127.0.0.1"

        def make(headers, cseq):
            return self.request("INVITE", uri, call_id=call_id, cseq=cseq, headers=headers, body=sip.offer(self.address, 40000))

        first = make([], 1)
        answer = self.exchange(first, to)
        if answer.status != 407:
            raise AssertionError(f"{self.name} is not challenged: {answer.start}")
        # The challenges name several algorithms; ours is MD5.
        md5 = [value for value in answer.all("proxy-authenticate") if "MD5" in value]
        invite = make([("Proxy-Authorization", sip.digest(md5[0], "INVITE", uri, self.user, self.user))], 2)
        self.send(invite, to)
        asked = callee.wait(lambda m: m.method == "INVITE" and m.header("call-id") == call_id, f"INVITE of {self.user}", timeout)
        back = callee.way_back(asked, to)
        callee.send(callee.respond(asked, 200, tag="callee", headers=[("Contact", f"<{callee.uri(False)}>")], body=sip.offer(callee.address, 40002)), back)
        ok = self.wait(lambda m: m.status >= FINAL and m.header("call-id") == call_id, "answer", timeout)
        if ok.status != 200:
            raise AssertionError(f"{self.user} calls {callee.user}: {ok.start}")
        route = [value.strip() for field in ok.all("record-route") for value in field.split(",")][::-1]
        target = re.search(r"<([^>]+)>", ok.header("contact")).group(1)
        in_dialog = {"to": uri, "to_tag": "callee", "call_id": call_id, "headers": [("Route", value) for value in route]}
        self.send(self.request("ACK", target, cseq=2, contact=False, **in_dialog), to)
        callee.wait(lambda m: m.method == "ACK" and m.header("call-id") == call_id, f"ACK of {self.user}", timeout)

        def hang_up():
            bye = self.request("BYE", target, cseq=3, contact=False, **in_dialog)
            self.send(bye, to)
            over = callee.wait(lambda m: m.method == "BYE" and m.header("call-id") == call_id, f"BYE of {self.user}", timeout)
            callee.send(callee.respond(over, 200), callee.way_back(over, to))
            ended = self.wait(lambda m: m.status >= FINAL and m.branch() == sip.Message(bye).branch(), "answer to the BYE", timeout)
            if ended.status != 200:
                raise AssertionError(f"BYE of {self.user} to {callee.user}: {ended.start}")

        return hang_up

    def refusal(self, to, user, timeout=60.0):
        """The final response to a call that nobody will answer, and the seconds that it took."""
        call_id, uri, start = f"call-{self.name}-{self.next()}", f"sip:{user}@127.0.0.1", time.monotonic()

        def make(headers, cseq):
            return self.request("INVITE", uri, call_id=call_id, cseq=cseq, headers=headers, body=sip.offer(self.address, 40000))

        answer = self.exchange(make([], 1), to, timeout)
        md5 = [value for value in answer.all("proxy-authenticate") if "MD5" in value]
        if md5:
            answer = self.exchange(make([("Proxy-Authorization", sip.digest(md5[0], "INVITE", uri, self.user, self.user))], 2), to, timeout)
        return answer, time.monotonic() - start

    def with_digest(self, make, to, user, password):
        data = make([], 1)
        answer = self.exchange(data, to)
        if answer.status != 401:
            return answer
        md5 = [value for value in answer.all("www-authenticate") if "MD5" in value]
        method, uri = data.split(b" ", 2)[:2]
        return self.exchange(make([("Authorization", sip.digest(md5[0], method.decode(), uri.decode(), user, password))], 2), to)

    def way_back(self, request, _):
        host, port = re.match(r"SIP/2.0/\w+ ([^:;]+):(\d+)", request.header("via")).groups()
        return host, int(port)


class TcpPhone(Phone):
    """Over one connection to its node, which it opens."""

    def __init__(self, user, address, to, **more):
        super().__init__(user, address, **more)
        self.socket.close()
        self.socket = socket.create_connection(to, 10, (address, 0))
        self.address, self.port = self.socket.getsockname()
        self.contact_params = self.contact_params + ";transport=tcp"
        self._read = b""

    def request(self, method, uri, **more):
        return super().request(method, uri, **more).replace(b"SIP/2.0/UDP", b"SIP/2.0/TCP", 1)

    def send(self, data, to):
        self.socket.sendall(data)

    def exchange(self, data, to, timeout=30.0, first_wait=30.0):  # nothing is repeated over TCP
        return super().exchange(data, to, timeout, first_wait)

    def receive(self, timeout):
        deadline = time.monotonic() + timeout
        while True:
            message = self._take()
            if message is not None:
                return message
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.socket], [], [], left)[0]:
                return None
            data = self.socket.recv(65536)
            if not data:
                return None
            self._read += data

    def _take(self):
        self._read = self._read.lstrip(b"\r\n")
        head, mark, rest = self._read.partition(b"\r\n\r\n")
        if not mark:
            return None
        length = int(re.search(rb"(?im)^(?:content-length|l)\s*:\s*(\d+)", head).group(1))
        if len(rest) < length:
            return None
        self._read = rest[length:]
        return sip.Message(head + mark + rest[:length])
