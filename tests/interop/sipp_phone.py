"""SIPp and a desk phone: being called, refusing, hold from the other side, calling, transfer."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case, sipp  # noqa: E402
from support.phone_api import PhoneApi  # noqa: E402

PHONE = "127.0.0.1:5061"


class PhoneCase(case.Case):
    def setUp(self):
        super().setUp()
        self.proxy("--no-auth")

    def start_phone(self, settings=None, arguments=()):
        phone = self.phone(settings=settings, arguments=["--api", "127.0.0.1:8081", *arguments])
        self.api = PhoneApi(8081, "1001")
        return phone

    def register_sipp(self, user, port):
        sipp.run(self, "register_open.xml", 5080, user=user, replace={"CONTACT_PORT": port})


class Called(PhoneCase):
    """SIPp calls; directly, and through the proxy."""

    def both_ways(self, scenario, during=None, **kwargs):
        for number, target in enumerate((PHONE, "127.0.0.1:5060")):
            with self.subTest(target):
                process = sipp.start(self, scenario, 5092 + number, target=target, user="1001", **kwargs)
                if during:
                    during()
                sipp.finish(self, process)

    def test_answers_and_is_hung_up_on(self):
        phone = self.start_phone()

        def answer():
            begun = phone.mark()
            phone.wait_for(r"\[\d+ ringing caller", after=self.seen)
            self.api.act("answer")
            phone.wait_for(r"\[\d+ held-by-remote caller", after=begun)  # the scenario holds, resumes, hangs up
            phone.wait_for(r"\[\d+ ended caller", after=begun)
            self.seen = phone.mark()

        self.seen = phone.mark()
        self.both_ways("call_hold.xml", answer, replace={"TALK_MS": 300})

    def test_answers_and_hangs_up(self):
        phone = self.start_phone()

        def answer_and_hang_up():
            phone.wait_for(r"\[\d+ ringing caller", after=self.seen)
            self.api.act("answer")
            phone.wait_for(r"\[\d+ talking caller", after=self.seen)
            self.api.act("hangup")
            phone.wait_for(r"\[\d+ ended caller", after=self.seen)
            self.seen = phone.mark()

        self.seen = phone.mark()
        self.both_ways("call_until_bye.xml", answer_and_hang_up)

    def test_caller_gives_up(self):
        phone = self.start_phone()

        def rings_and_stops():
            phone.wait_for(r"\[\d+ ringing caller", after=self.seen)
            phone.wait_for(r"\[\d+ ended caller", after=self.seen)
            self.seen = phone.mark()

        self.seen = phone.mark()
        self.both_ways("cancel.xml", rings_and_stops)

    def test_refuses(self):
        phone = self.start_phone(settings={"features.normal_refuse_code": 486})

        def reject():
            phone.wait_for(r"\[\d+ ringing caller", after=self.seen)
            self.seen = phone.mark()
            self.api.act("reject")

        self.seen = phone.mark()
        self.both_ways("refused.xml", reject, replace={"STATUS": 486, "HEADER": "CSeq", "HOLDS": "1 INVITE"})

    def test_busy_without_call_waiting(self):
        phone = self.start_phone(settings={"call_waiting.enable": 0})
        first = sipp.start(self, "call_until_bye.xml", 5098, target=PHONE, user="1001")
        phone.wait_for(r"\[\d+ ringing caller")
        self.api.act("answer")
        phone.wait_for(r"\[\d+ talking caller")
        self.both_ways("refused.xml", replace={"STATUS": 486, "HEADER": "CSeq", "HOLDS": "1 INVITE"})
        self.api.act("hangup")
        sipp.finish(self, first)

    def test_do_not_disturb(self):
        self.start_phone(settings={"features.dnd_refuse_code": 480})
        self.api.act("dnd", on=True)
        self.both_ways("refused.xml", replace={"STATUS": 480, "HEADER": "CSeq", "HOLDS": "1 INVITE"})

    def test_forwards_always(self):
        self.start_phone()
        self.api.act("forward", kind="always", to="1003")
        self.both_ways("refused.xml", replace={"STATUS": 302, "HEADER": "Contact", "HOLDS": "sip:1003"})


class Calls(PhoneCase):
    """The phone calls SIPp through the proxy."""

    def test_calls_and_hangs_up(self):
        self.register_sipp("bob", 5091)
        callee = sipp.listen(self, "answer.xml", 5091)
        phone = self.start_phone()
        self.api.act("dial", number="bob")
        phone.wait_for(r"\[\d+ talking bob")
        self.api.act("hangup")
        sipp.finish(self, callee)

    def test_calls_and_is_hung_up_on(self):
        self.register_sipp("bob", 5091)
        callee = sipp.listen(self, "answer_and_hang_up.xml", 5091, replace={"TALK_MS": 200})
        phone = self.start_phone(arguments=["--do", "call bob"])
        phone.wait_for(r"\[\d+ talking bob")
        phone.wait_for(r"\[\d+ ended bob")
        sipp.finish(self, callee)

    def test_nobody_there(self):
        phone = self.start_phone()
        self.api.act("dial", number="nobody")
        phone.wait_for(r"\[\d+ ended nobody, .*(Not Found|404)")

    def test_transfers(self):
        self.register_sipp("bob", 5091)
        transferee = sipp.listen(self, "transferee.xml", 5091, replace={"TARGET": "1003"})
        phone = self.start_phone(arguments=["--do", "call bob"])
        phone.wait_for(r"\[\d+ talking bob")
        self.api.act("transfer", to="1003")
        phone.wait_for(r"\[\d+ ended bob, transferred to 1003")
        sipp.finish(self, transferee)


if __name__ == "__main__":
    case.main()
