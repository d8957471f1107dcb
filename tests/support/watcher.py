"""A phone that watches others: subscribes at a node, answers its NOTIFYs and keeps what they say. And one that publishes its presence."""
import re
import time

from support import sip
from support.sip_phone import Phone


def challenged(phone, make, to):
    """As Client.with_digest, of challenges that name several algorithms."""
    data = make([], 1)
    answer = phone.exchange(data, to)
    if answer.status != 407:
        return answer
    md5 = [value for value in answer.all("proxy-authenticate") if "MD5" in value]
    method, uri = data.split(b" ", 2)[:2]
    return phone.exchange(make([("Proxy-Authorization", sip.digest(md5[0], method.decode(), uri.decode(), phone.user, phone.user))], 2), to)


class Watcher(Phone):
    def subscribe(self, to, user, event, expires=3600):
        self.call_id = f"watch-{self.name}-{self.next()}"
        self.documents = []  # bodies of NOTIFYs, in their order
        uri = f"sip:{user}@127.0.0.1"
        self.notified = set()
        answer = challenged(self, lambda headers, cseq: self.request("SUBSCRIBE", uri, call_id=self.call_id, cseq=cseq, headers=[
            *headers, ("Event", event), ("Expires", str(expires))]), to)
        if answer.status != 200:
            raise AssertionError(f"{self.user} watches {user}: {answer.start}")

    def receive(self, timeout):
        """NOTIFYs are answered and kept; the rest is as it is."""
        deadline = time.monotonic() + timeout
        while True:
            message = super().receive(max(0.0, deadline - time.monotonic()))
            if message is None or message.method != "NOTIFY":
                return message
            self.send(self.respond(message, 200), self.way_back(message, None))
            if message.branch() not in self.notified:
                self.notified.add(message.branch())
                self.documents.append(message.body.decode())

    def sees(self, wanted, what, timeout=30.0):
        """Waits until the latest document is `wanted`; returns the seconds that it took."""
        start = time.monotonic()
        while not (self.documents and wanted(self.documents[-1])):
            left = start + timeout - time.monotonic()
            if left <= 0:
                raise AssertionError(f"{self.user} does not see {what}; the last it was told: {self.documents[-1:]}")
            self.receive(min(left, 0.2))
        return time.monotonic() - start

    def sees_call(self, state, timeout=30.0):
        return self.sees(lambda text: re.search(rf"<state[^>]*>{state}</state>", text), f"a call that is {state}", timeout)


def publish(phone, to, basic, etag=None, expires=3600):
    """Publishes "open" or "closed" for the phone's user; "" takes it back, with expires=0. Returns the entity tag."""
    uri = f"sip:{phone.user}@127.0.0.1"
    body = basic and (f'<?xml version="1.0"?><presence xmlns="urn:ietf:params:xml:ns:pidf" entity="{uri}"><tuple id="t1"><status><basic>{basic}</basic>'
                      f"</status></tuple></presence>")
    call_id = f"publish-{phone.name}-{phone.next()}"
    rows = [("Event", "presence"), ("Expires", str(expires)), *([("SIP-If-Match", etag)] if etag else [])]
    answer = challenged(phone, lambda headers, cseq: phone.request("PUBLISH", uri, call_id=call_id, cseq=cseq, contact=False, headers=[*headers, *rows],
                                                                  body=body).replace(b"application/sdp", b"application/pidf+xml"), to)
    if answer.status != 200:
        raise AssertionError(f"{phone.user} publishes {basic}: {answer.start}")
    return answer.header("sip-etag")
