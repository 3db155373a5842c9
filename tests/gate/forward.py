"""A forward proxy on loopback that asks from an address of its own, and keeps a log."""

import socket
import socketserver
import threading

ADDRESS = "127.0.0.9"


class Forwarding(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        head = b"".join(iter(self.rfile.readline, b"\r\n"))
        if not head:
            return
        url = head.split(b" ", 2)[1].decode()
        told = b"proxy-authorization" in head.lower()
        self.server.seen.append((url, told))  # type: ignore[attr-defined]
        host, _, path = url.removeprefix("http://").partition("/")
        hop = (b"proxy-", b"connection")
        lines = [one for one in head.split(b"\r\n")[1:] if one and not one.lower().startswith(hop)]
        to = ("127.0.0.1", int(host.partition(":")[2]))
        with socket.create_connection(to, source_address=(ADDRESS, 0)) as out:
            first = f"GET /{path} HTTP/1.1".encode()
            out.sendall(b"\r\n".join([first, *lines, b"Connection: close", b"", b""]))
            while data := out.recv(65536):
                self.wfile.write(data)


class Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Forwarding)
        self.seen: list[tuple[str, bool]] = []
        """What it was asked for, and whether it was told who asks."""
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"
