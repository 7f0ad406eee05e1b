"""An HTTPS server on this machine that answers as its subclass says and notes what it was asked."""

from __future__ import annotations

import json
import ssl
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    parameters: dict[str, str]
    body: Any
    headers: dict[str, str]


@dataclass
class Answer:
    """One answer; `content` is sent as JSON unless it is text. cut: bytes that are held back."""

    status: int = 200
    content: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0


class LocalServer(ABC):
    """Serves `answer` of its subclass; `faults` are answered first, each once, where they fit."""

    def __init__(self, tls: ssl.SSLContext, token: str) -> None:
        self.token = token
        self.asked: list[Asked] = []
        # Called with each request before it is answered, and when it was done but not yet answered.
        self.on_request: Callable[[Asked], None] = lambda asked: None
        self.on_answer: Callable[[Asked], None] = lambda asked: None
        self.faults: list[tuple[str, Answer | Callable[[Answer], Answer]]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @abstractmethod
    def answer(self, asked: Asked) -> Answer:
        """What the CRM says."""

    def fail_once(self, part_of_path: str, fault: Answer | Callable[[Answer], Answer]) -> None:
        """The next request whose path holds the part gets this answer, or the right one changed."""
        self.faults.append((part_of_path, fault))

    def paths(self, part: str) -> list[str]:
        return [each.path for each in self.asked if part in each.path]

    def _answered(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        self.on_request(asked)
        for fault in self.faults:
            part, answer = fault
            if part in asked.path:
                self.faults.remove(fault)
                return answer(self.answer(asked)) if callable(answer) else answer
        return self.answer(asked)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        serve = self._answered

        def done(asked: Asked) -> None:
            self.on_answer(asked)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                """The test's output stays the test's."""

            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                raw = self.rfile.read(length).decode()
                parts = urlsplit(self.path)
                kind = self.headers.get("Content-Type") or ""
                body: Any = raw
                if "form" in kind:
                    body = {name: values[0] for name, values in parse_qs(raw).items()}
                elif "csv" not in kind:
                    body = json.loads(raw or "null")
                asked = Asked(
                    self.command,
                    parts.path,
                    {name: values[0] for name, values in parse_qs(parts.query).items()},
                    body,
                    dict(self.headers),
                )
                answer = serve(asked)
                done(asked)
                is_text = isinstance(answer.content, str)
                content = (answer.content if is_text else json.dumps(answer.content)).encode()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "text/csv" if is_text else "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content[: len(content) - answer.cut])
                if answer.cut:
                    self.close_connection = True

            do_GET = do_POST = do_PATCH = do_PUT = _serve  # noqa: N815 - the base class calls them so

        return Handler
