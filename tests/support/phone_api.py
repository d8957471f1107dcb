"""The JSON API of `offhook phone --api` (docs/api.md)."""
import http.client
import json


class PhoneApi:
    def __init__(self, port, phone, address="127.0.0.1"):
        self.address, self.port, self.phone = address, port, phone

    def ask(self, method, path, body=None):
        """(status, answer)"""
        connection = http.client.HTTPConnection(self.address, self.port, timeout=30)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, json.loads(response.read() or b"null")
        finally:
            connection.close()

    def view(self):
        status, view = self.ask("GET", f"/api/phones/{self.phone}")
        assert status == 200, view
        return view

    def act(self, action, **arguments):
        """POST /api/phones/PHONE/ACTION; fails unless the phone does it."""
        status, answer = self.ask("POST", f"/api/phones/{self.phone}/{action}", arguments)
        assert status == 200, f"{action} {arguments}: {status} {answer}"
        return answer
