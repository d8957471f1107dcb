#!/usr/bin/env python3
"""bench/idle_connections.py --offhook BINARY [--count 10000] [--json FILE]: what an idle connection costs the proxy.

Opens that many TCP, TLS and WebSocket connections to one `offhook proxy` on the loopback interface, sends a keep-alive over each and reads the pong, waits
until nothing moves, and divides the growth of the proxy's own memory (PSS; what the kernel keeps for a socket is not in it) by their number."""
import argparse
import json
import os
import resource
import signal
import socket
import ssl
import subprocess
import sys
import tempfile

UPGRADE = (b"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
           b"Sec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n\r\n")
WS_PING = b"\x89\x80\0\0\0\0"


def proportional_set_size(pid):
    with open(f"/proc/{pid}/smaps_rollup") as rows:
        return next(int(row.split()[1]) * 1024 for row in rows if row.startswith("Pss:"))


def connect(kind, port, context):
    plain = socket.create_connection(("127.0.0.1", port), timeout=30)
    stream = context.wrap_socket(plain) if kind == "tls" else plain
    if kind == "ws":
        stream.sendall(UPGRADE)
        while b"\r\n\r\n" not in stream.recv(4096):
            pass
    stream.sendall(WS_PING if kind == "ws" else b"\r\n\r\n")
    assert stream.recv(4096), "a pong"
    return stream


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--offhook", required=True)
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--json")
    options = parser.parse_args()
    if os.environ.get("OFFHOOK_IDLE_INSIDE") is None:  # a network of its own, where it may be had
        inside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tools/in-namespace")
        status = subprocess.run([inside, sys.executable, *sys.argv], env=os.environ | {"OFFHOOK_IDLE_INSIDE": "1"}).returncode
        if status != 77:
            return status
    wanted = options.count + 200
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, wanted))
        except (PermissionError, ValueError):
            options.count = hard - 200
            print(f"only {hard} descriptors are permitted: {options.count} connections", file=sys.stderr)
    resource.setrlimit(resource.RLIMIT_NOFILE, (options.count + 200, max(hard, options.count + 200) if hard != resource.RLIM_INFINITY else hard))
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=bench", "-keyout", key,
                        "-out", certificate], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        for kind in ("tcp", "tls", "ws"):
            proxy = subprocess.Popen([options.offhook, "proxy", "--no-auth", "--domain", "bench.test", "--listen", f"{kind}:127.0.0.1:0", "--tls-certificate",
                                      certificate, "--tls-key", key], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            try:
                port = int(proxy.stdout.readline().rsplit(":", 1)[1])
                assert proxy.stdout.readline() == "ready\n"
                warm = connect(kind, port, context)  # what the first one brings along is no cost of the next
                before = proportional_set_size(proxy.pid)
                held = [connect(kind, port, context) for _ in range(options.count)]
                each = (proportional_set_size(proxy.pid) - before) / len(held)
                results[kind] = round(each)
                print(f"{len(held):,} idle {kind.upper()} connections: {each:,.0f} bytes each", flush=True)
                for stream in [warm, *held]:
                    stream.close()
            finally:
                proxy.send_signal(signal.SIGTERM)
                proxy.wait(60)
    if options.json:
        with open(options.json, "w") as out:
            json.dump(results, out)
    return 0


sys.exit(main())
