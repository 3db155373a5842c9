"""EC2 on loopback: a proxy before moto's server that makes faults, and an instance's metadata."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs
from urllib.request import Request, urlopen

FAULT = (
    "<?xml version='1.0'?><Response><Errors><Error><Code>{code}</Code><Message>{code}</Message>"
    "</Error></Errors><RequestID>x</RequestID></Response>"
)


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, format, *args):  # noqa: A002 - as inherited
        pass

    def say(self, body: bytes, status: int = 200, kind: str = "text/plain") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Served:
    """A server in threads, from `with` to its end."""

    def __init__(self, handler: type[_Handler]) -> None:
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


class Faulty(Served):
    """Passes on to moto; `fault` says which action gets which error instead."""

    def __init__(self, moto: str) -> None:
        cloud = self
        self.fault: Callable[[str], str | None] = lambda action: None
        self.actions: list[str] = []

        class Handler(_Handler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                (action,) = parse_qs(body.decode())["Action"]
                cloud.actions.append(action)
                if code := cloud.fault(action):
                    status = 503 if code == "RequestLimitExceeded" else 400
                    self.say(FAULT.format(code=code).encode(), status, "text/xml")
                    return
                headers = {k: v for k, v in self.headers.items() if k.lower() != "host"}
                with urlopen(Request(moto, body, headers)) as answer:
                    self.say(answer.read(), answer.status, "text/xml")

        super().__init__(Handler)


class Metadata(Served):
    """IMDSv2 of one instance; its public address is what EC2 says."""

    def __init__(self, instance: str, public: Callable[[], str]) -> None:
        self.asked: list[str] = []
        imds = self

        class Handler(_Handler):
            def do_PUT(self) -> None:
                self.rfile.read(int(self.headers.get("content-length") or 0))
                good = self.headers.get("X-aws-ec2-metadata-token-ttl-seconds")
                self.say(b"token-1" if good else b"", 200 if good else 400)

            def do_GET(self) -> None:
                imds.asked.append(self.path)
                if self.headers.get("X-aws-ec2-metadata-token") != "token-1":
                    self.say(b"", 401)
                    return
                known = {"instance-id": lambda: instance, "placement/region": lambda: "us-east-1",
                         "public-ipv4": public}  # fmt: skip
                found = known.get(self.path.removeprefix("/latest/meta-data/"))
                self.say(found().encode() if found else b"", 200 if found else 404)

        super().__init__(Handler)


def in_a_process(code: str, **env: str) -> subprocess.Popen[str]:
    """Python in a process of its own, to be killed."""
    return subprocess.Popen([sys.executable, "-c", code], env={**os.environ, **env}, text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip


def as_json(value: object) -> str:
    return json.dumps(value, default=str)
