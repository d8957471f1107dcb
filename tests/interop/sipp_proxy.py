"""SIPp and the proxy: registering with and without digest, calls between two SIPps."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import case, sip, sipp  # noqa: E402

PROXY = ("127.0.0.1", 5060)
CALLS = 20
# SIPp 3.6 and baresip 1.0 look at the first challenge only, and know no other algorithm than MD5.
MD5 = ["--digest", "MD5"]


class Registering(case.Case):
    USERS = [*MD5, "--user", "alice:wonderland", "--user", "bob:builder"]

    def bindings(self, user, password):
        with sip.Client(name="asker") as client:
            answer = client.register(user, PROXY, password=password, contact=False)
            self.assertEqual(answer.status, 200, answer.start)
            return answer.all("contact")

    def test_with_digest(self):
        self.proxy(*self.USERS)
        sipp.run(self, "register.xml", 5080, user="alice", replace={"CONTACT_PORT": 5080, "USER": "alice", "PASSWORD": "wonderland", "ANSWER": 200})
        self.assertIn("sip:alice@127.0.0.1:5080", "".join(self.bindings("alice", "wonderland")))

    def test_wrong_password(self):
        self.proxy(*self.USERS)
        sipp.run(self, "register.xml", 5080, user="alice", replace={"CONTACT_PORT": 5080, "USER": "alice", "PASSWORD": "rabbit", "ANSWER": 401})
        self.assertEqual(self.bindings("alice", "wonderland"), [])

    def test_password_of_another_user(self):
        self.proxy(*self.USERS)
        sipp.run(self, "register.xml", 5080, user="alice", replace={"CONTACT_PORT": 5080, "USER": "bob", "PASSWORD": "builder", "ANSWER": 403})
        self.assertEqual(self.bindings("alice", "wonderland"), [])

    def test_without_digest(self):
        self.proxy("--no-auth")
        sipp.run(self, "register_open.xml", 5080, user="carol", replace={"CONTACT_PORT": 5099})


class Calls(case.Case):
    def test_built_in_scenarios_through_the_proxy(self):
        self.proxy("--no-auth")
        sipp.run(self, "register_open.xml", 5080, user="service", replace={"CONTACT_PORT": 5091})
        callee = sipp.listen(self, "uas", 5091, calls=CALLS)
        sipp.run(self, "uac", 5092, calls=CALLS, user="service", arguments=["-r", 20, "-d", 100])
        sipp.finish(self, callee)

    def test_caller_proves_itself_with_407(self):
        self.proxy(*MD5, "--user", "alice:wonderland", "--user", "bob:builder")
        sipp.run(self, "register.xml", 5080, user="bob", replace={"CONTACT_PORT": 5091, "USER": "bob", "PASSWORD": "builder", "ANSWER": 200})
        callee = sipp.listen(self, "answer.xml", 5091, calls=CALLS)
        sipp.run(self, "call_digest.xml", 5092, calls=CALLS, user="bob", replace={"CALLER": "alice", "PASSWORD": "wonderland"}, arguments=["-r", 20])
        sipp.finish(self, callee)

    def test_user_who_is_not_registered(self):
        self.proxy("--no-auth")
        sipp.run(self, "refused.xml", 5092, user="nobody", replace={"STATUS": 404, "HEADER": "CSeq", "HOLDS": "1 INVITE"})


if __name__ == "__main__":
    case.main()
