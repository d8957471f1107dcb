"""A small SIP client of the tests' own: messages as text, digest, one UDP socket. It shares no code with the product on purpose."""
import hashlib
import itertools
import re
import select
import socket
import time

COMPACT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length", "c": "content-type", "s": "subject"}


class Message:
    """A parsed message: start line, header fields in order, body."""

    def __init__(self, data):
        head, _, self.body = data.partition(b"\r\n\r\n")
        lines = head.decode(errors="replace").split("\r\n")
        self.start, self.headers = lines[0], []
        for line in lines[1:]:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            self.headers.append((COMPACT.get(name, name), value.strip()))
        first = self.start.split(" ", 2)
        self.status = int(first[1]) if first[0] == "SIP/2.0" else 0
        self.method = "" if self.status else first[0]
        self.uri = "" if self.status else first[1]

    def all(self, name):
        return [value for key, value in self.headers if key == name.lower()]

    def header(self, name):
        return next(iter(self.all(name)), "")

    def branch(self):
        found = re.search(r"branch=([^;,\s]+)", self.header("via"))
        return found.group(1) if found else ""


def digest(challenge, method, uri, user, password):
    """The value of an Authorization or Proxy-Authorization field that answers `challenge` (RFC 2617, MD5)."""
    fields = {key.lower(): quoted or plain for key, quoted, plain in re.findall(r'(\w+)\s*=\s*(?:"([^"]*)"|([^",\s]+))', challenge)}
    md5 = lambda *parts: hashlib.md5(":".join(parts).encode()).hexdigest()
    secret, action = md5(user, fields["realm"], password), md5(method, uri)
    if "qop" in fields:
        answer = md5(secret, fields["nonce"], "00000001", "0a4f113b", "auth", action)
        more = ', qop=auth, nc=00000001, cnonce="0a4f113b"'
    else:
        answer, more = md5(secret, fields["nonce"], action), ""
    if "opaque" in fields:
        more += f', opaque="{fields["opaque"]}"'
    return (f'Digest username="{user}", realm="{fields["realm"]}", nonce="{fields["nonce"]}", uri="{uri}", '
            f'response="{answer}", algorithm=MD5{more}')


class Client:
    """A user agent at a UDP port of 127.0.0.1; numbers make its branches, tags and Call-IDs, so that a run is repeatable."""

    def __init__(self, port=0, address="127.0.0.1", name="t"):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, port))
        self.address, self.port = self.socket.getsockname()
        self.name = name
        self._numbers = itertools.count(1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def next(self):
        return next(self._numbers)

    def request(self, method, uri, to=None, user="tester", headers=(), body="", call_id=None, cseq=1, to_tag="", contact=True, branch=None):
        """The bytes of a request outside or inside a dialog. `headers` are (name, value) pairs put behind the mandatory ones."""
        number = self.next()
        here = f"{self.address}:{self.port}"
        rows = [("Via", f"SIP/2.0/UDP {here};branch={branch or f'z9hG4bK{self.name}{number}'};rport"), ("Max-Forwards", "70"),
                ("From", f"<sip:{user}@127.0.0.1>;tag={self.name}{user}"), ("To", f"<{to or uri}>" + (f";tag={to_tag}" if to_tag else "")),
                ("Call-ID", call_id or f"{self.name}-{number}@{here}"), ("CSeq", f"{cseq} {method}")]
        if contact:
            rows.append(("Contact", f"<sip:{user}@{here}>"))
        rows += list(headers)
        if body:
            rows.append(("Content-Type", "application/sdp"))
        rows.append(("Content-Length", str(len(body))))
        return (f"{method} {uri} SIP/2.0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in rows) + "\r\n" + body).encode()

    def respond(self, request, status, reason="OK", tag="", headers=(), body=""):
        """The bytes of a response to a received request."""
        rows = [(name.title(), value) for name, value in request.headers if name in ("via", "from", "call-id", "cseq", "record-route")]
        rows.append(("To", request.header("to") + (f";tag={tag}" if tag and "tag=" not in request.header("to") else "")))
        rows += list(headers)
        if body:
            rows.append(("Content-Type", "application/sdp"))
        rows.append(("Content-Length", str(len(body))))
        return (f"SIP/2.0 {status} {reason}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in rows) + "\r\n" + body).encode()

    def send(self, data, to):
        self.socket.sendto(data, to)

    def receive(self, timeout):
        """The next message, or None at the deadline. What is no SIP message is left out."""
        deadline = time.monotonic() + timeout
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.socket], [], [], left)[0]:
                return None
            try:
                data, _ = self.socket.recvfrom(65536)
            except ConnectionRefusedError:  # an ICMP answer to an earlier datagram
                continue
            if b"SIP/2.0" in data:
                return Message(data)

    def wait(self, wanted, what, timeout=30.0):
        """The first message for which `wanted` holds; others are left out."""
        deadline = time.monotonic() + timeout
        seen = []
        while (left := deadline - time.monotonic()) > 0:
            message = self.receive(left)
            if message is None:
                break
            if wanted(message):
                return message
            seen.append(message.start)
        raise AssertionError(f"{self.name}: no {what} within {timeout:g} s; came instead: {seen}")

    def exchange(self, data, to, timeout=30.0, first_wait=0.5):
        """Sends a request, again when nothing comes (timer E), and returns its final response."""
        branch, deadline, wait = Message(data).branch(), time.monotonic() + timeout, first_wait
        while time.monotonic() < deadline:
            self.send(data, to)
            again = time.monotonic() + wait
            while (left := again - time.monotonic()) > 0:
                answer = self.receive(left)
                if answer is not None and answer.status >= 200 and answer.branch() == branch:
                    if answer.status >= 300 and data.startswith(b"INVITE "):
                        self.send(self.acknowledge(data, answer), to)
                    return answer
            wait = min(2 * wait, 4.0)
        raise AssertionError(f"{self.name}: no final response within {timeout:g} s to {data.splitlines()[0].decode(errors='replace')}")

    @staticmethod
    def acknowledge(invite, answer):
        """The ACK of a refusal: same hop, same branch (RFC 3261 section 17.1.1.3)."""
        asked = Message(invite)
        rows = [("Via", asked.header("via")), ("Max-Forwards", "70"), ("From", asked.header("from")), ("To", answer.header("to")),
                ("Call-ID", asked.header("call-id")), ("CSeq", asked.header("cseq").split()[0] + " ACK"), ("Content-Length", "0")]
        return (f"ACK {asked.uri} SIP/2.0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in rows) + "\r\n").encode()

    def options(self, to, uri=None, timeout=30.0):
        """An OPTIONS ping; its final response."""
        uri = uri or f"sip:{to[0]}:{to[1]}"
        return self.exchange(self.request("OPTIONS", uri, contact=False), to, timeout)

    def with_digest(self, make, to, user, password):
        """`make(headers, cseq)` gives a request; it is sent again with credentials after a 401 or 407. Returns the last response."""
        data = make([], 1)
        answer = self.exchange(data, to)
        if answer.status not in (401, 407):
            return answer
        method, uri = data.split(b" ", 2)[:2]
        field, name = (("WWW-Authenticate", "Authorization") if answer.status == 401 else ("Proxy-Authenticate", "Proxy-Authorization"))
        return self.exchange(make([(name, digest(answer.header(field), method.decode(), uri.decode(), user, password))], 2), to)

    def register(self, user, to, password=None, expires=3600, contact=True):
        """Registers `user` (or asks for the bindings, contact=False); returns the final response."""
        call_id = f"reg-{self.name}-{user}-{self.next()}"

        def make(headers, cseq):
            return self.request("REGISTER", f"sip:{to[0]}", to=f"sip:{user}@{to[0]}", user=user, call_id=call_id, cseq=cseq, contact=contact,
                                headers=[*headers, *([("Expires", str(expires))] if contact else [])])

        return self.with_digest(make, to, user, password or user)


def offer(address, port, direction="sendrecv", session=1):
    """An SDP body for G.711."""
    return (f"v=0\r\no=test 1 {session} IN IP4 {address}\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na={direction}\r\n")
