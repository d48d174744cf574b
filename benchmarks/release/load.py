"""A light load generator: connections kept alive, requests formatted beforehand, one epoll loop, no library.

python benchmarks/release/load.py REQUESTS PORT CLIENTS SECONDS ANSWERS

REQUESTS: a file with the JSON bodies, one a line. Prints one JSON object: `seconds` in all, `took` (seconds, one a request that was answered
with 200), `failures` (sentences), `spent` (its own processor seconds). The answers' bodies go to ANSWERS, one a line.
"""

from __future__ import annotations

import json
import select
import socket
import sys
import time
from pathlib import Path

PATH = "/projects/demo/predict"
AGAIN_SECONDS = 0.02  # after a connection was lost
GIVE_UP_SECONDS = 30.0


class Client:
    """One connection, one request under way."""

    def __init__(self, port: int, requests: list[bytes], first: int) -> None:
        self.port, self.requests, self.next = port, requests, first
        self.socket: socket.socket | None = None
        self.read, self.began, self.wanted = b"", 0.0, -1

    def ask(self) -> None:
        """Send the next request, over a new connection where there is none."""
        self.read, self.wanted = b"", -1
        self.began = time.perf_counter()
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=GIVE_UP_SECONDS)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(self.requests[self.next % len(self.requests)])
        self.next += 1

    def heard(self) -> tuple[int, bytes] | None:
        """Read what has come; status and body when that is all of an answer."""
        assert self.socket is not None
        more = self.socket.recv(1 << 20)
        if not more:
            raise ConnectionResetError("closed")
        self.read += more
        if self.wanted < 0:
            end = self.read.find(b"\r\n\r\n")
            if end < 0:
                return None
            head = self.read[:end].lower()
            at = head.index(b"content-length:") + 15
            self.wanted = end + 4 + int(head[at:].split(b"\r", 1)[0])
        if len(self.read) < self.wanted:
            return None
        return int(self.read[9:12]), self.read[self.read.index(b"\r\n\r\n") + 4 :]

    def drop(self) -> None:
        """Let go of the connection."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None


class Load:
    """All clients, until the time is up; then those under way are heard to the end."""

    def __init__(self, port: int, clients: int, requests: list[bytes]) -> None:
        self.clients = [Client(port, requests, i * 17) for i in range(clients)]
        self.took: list[float] = []
        self.failures: list[str] = []
        self.bodies: list[bytes] = []
        self._poll = select.epoll()
        self._at: dict[int, Client] = {}
        self._again: list[tuple[float, Client]] = []

    def run(self, seconds: float) -> float:
        """The seconds that it took in all."""
        start = time.perf_counter()
        end = start + seconds
        self._again = [(start, client) for client in self.clients]
        while self._at or (self._again and time.perf_counter() < end):
            now = time.perf_counter()
            if now > end + GIVE_UP_SECONDS:
                self.failures += ["no answer"] * len(self._at)
                break
            due = [client for at, client in self._again if at <= now < end]
            if due:
                self._again = [(at, client) for at, client in self._again if client not in due]
                for client in due:
                    self._ask(client)
            for number, _ in self._poll.poll(AGAIN_SECONDS if self._again else 1.0):
                if number in self._at:
                    self._hear(self._at[number], end)
        return time.perf_counter() - start

    def _ask(self, client: Client) -> None:
        fresh = client.socket is None
        try:
            client.ask()
        except OSError as error:
            self._lost(client, error)
            return
        assert client.socket is not None
        if fresh:
            self._poll.register(client.socket, select.EPOLLIN)
            self._at[client.socket.fileno()] = client

    def _hear(self, client: Client, end: float) -> None:
        try:
            found = client.heard()
        except (OSError, ValueError) as error:
            self._lost(client, error)
            return
        if found is None:
            return
        now = time.perf_counter()
        if found[0] == 200:
            self.took.append(now - client.began)
            self.bodies.append(found[1])
        else:
            self.failures.append(f"{found[0]} {found[1][:200].decode()}")
        if now < end:
            self._ask(client)
        else:
            self._leave(client)

    def _leave(self, client: Client) -> None:
        if client.socket is not None:
            self._at.pop(client.socket.fileno(), None)
        client.drop()

    def _lost(self, client: Client, error: Exception) -> None:
        self.failures.append(type(error).__name__)
        self._leave(client)
        self._again.append((time.perf_counter() + AGAIN_SECONDS, client))


def formatted(body: str, port: int) -> bytes:
    """The bytes of one request."""
    head = f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {len(body.encode())}\r\n\r\n"
    return (head + body).encode()


def main() -> None:
    file, port, clients, seconds, answers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), sys.argv[5]
    bodies = Path(file).read_text("utf-8").splitlines()
    load = Load(port, clients, [formatted(body, port) for body in bodies])
    before = time.process_time()
    lasted = load.run(seconds)
    Path(answers).write_bytes(b"\n".join(load.bodies))
    print(json.dumps({"seconds": lasted, "took": load.took, "failures": load.failures, "spent": time.process_time() - before}))


if __name__ == "__main__":
    main()
