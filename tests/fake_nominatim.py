"""A local server that answers like Nominatim, and fails like it on demand."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


def result(
    lat: float, lon: float, country: str, name: str = "", kind: str = "town"
) -> dict[str, Any]:
    """One search result, with the members of Nominatim's `format=json&addressdetails=1`."""
    return {
        "lat": str(lat), "lon": str(lon), "display_name": name, "addresstype": kind,
        "importance": 0.5, "address": {"country_code": country},
    }  # fmt: skip


@dataclass
class FakeNominatim:
    """What the server was asked and what it answers.

    `answers` holds results by the city asked for. `faults` are served first, one a request: a
    status code, a pair of status and Retry-After, `"garbage"`, `"html"` or `"timeout"`.
    """

    answers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    faults: list[int | tuple[int, str] | str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    domain: str = ""


@contextmanager
def fake_nominatim(**settings: Any) -> Iterator[FakeNominatim]:
    """Run the server in a thread at `domain` (http) until the block ends."""
    fake = FakeNominatim(**settings)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake))
    fake.domain = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(fake: FakeNominatim) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
            fake.asked.append(query)
            fake.agents.append(self.headers["User-Agent"])
            fault = fake.faults.pop(0) if fake.faults else None
            if fault is None:
                self._send(200, json.dumps(fake.answers.get(query.get("city", ""), [])))
            elif fault == "timeout":
                time.sleep(0.6)
            elif fault == "garbage":
                self._send(200, '[{"lat": "north", "display_name": 7}, 12]')
            elif fault == "html":
                self._send(200, "<html>Bandwidth limit exceeded</html>")
            elif isinstance(fault, tuple):
                self._send(fault[0], "slow down", {"Retry-After": fault[1]})
            elif isinstance(fault, int):
                self._send(fault, "broken")

        def _send(self, status: int, body: str, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Keep the tests' output clean."""

    return Handler
