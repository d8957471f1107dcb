"""The administration of `offhook proxy --admin` (docs/operations.md)."""
import http.client
import json


class AdminApi:
    def __init__(self, port=8088, token="", address="127.0.0.1"):
        self.address, self.port, self.token = address, port, token

    def raw(self, method, path, token=None, body=None):
        """(status, content type, bytes); `body` is sent as JSON."""
        token = self.token if token is None else token
        connection = http.client.HTTPConnection(self.address, self.port, timeout=30)
        try:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            if body is not None:
                headers["Content-Type"] = "application/json"
            connection.request(method, path, headers=headers, body=None if body is None else json.dumps(body))
            response = connection.getresponse()
            return response.status, response.getheader("Content-Type", ""), response.read()
        finally:
            connection.close()

    def ask(self, method, path, token=None, body=None):
        """(status, answer)"""
        status, _, answer = self.raw(method, path, token, body)
        return status, json.loads(answer or b"null")

    def get(self, path):
        status, answer = self.ask("GET", path)
        assert status == 200, f"GET {path}: {status} {answer}"
        return answer

    def metrics(self):
        """{"offhook_bindings": 2.0, 'offhook_requests_total{method="INVITE"}': 1.0, …}"""
        status, kind, body = self.raw("GET", "/metrics")
        assert status == 200 and kind.startswith("text/plain"), (status, kind)
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in body.decode().splitlines() if not line.startswith("#"))}
