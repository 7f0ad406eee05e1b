"""A Slack workspace as its documentation says it answers: `ok` or an error's name, always as JSON.

It refuses what Slack refuses: more than 50 blocks, texts that are too long, channels nobody knows.
"""

from __future__ import annotations

import ssl
import time
from typing import Any

from tests.crm.local_server import Answer, Asked, LocalServer

TEAM = "T0OURS"


class SlackServer(LocalServer):
    """The workspace: its people, its channels, and what was posted in each."""

    def __init__(self, tls: ssl.SSLContext, token: str) -> None:
        super().__init__(tls, token)
        self.users: list[dict[str, Any]] = []
        self.channels: dict[str, dict[str, Any]] = {}
        self.posted: dict[str, list[dict[str, Any]]] = {}
        self.now = time.time()
        self.page = 2

    def add_user(self, email: str, **more: Any) -> str:
        """Somebody of the workspace; returns their direct channel."""
        number = f"{len(self.users):04d}"
        user = {"id": f"U{number}", "team_id": TEAM, "profile": {"email": email}, **more}
        self.users.append(user)
        self.channels[f"D{number}"] = {"id": f"D{number}", "is_im": True}
        return f"D{number}"

    def digests(self, channel: str) -> list[dict[str, Any]]:
        return self.posted.get(channel, [])

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("Authorization") != f"Bearer {self.token}":
            return error("invalid_auth")
        method = asked.path.rsplit("/", 1)[1].replace(".", "_")
        given = asked.body or {}
        serve = getattr(self, f"_{method}", None)
        return serve(given) if serve else error("unknown_method")

    def _auth_test(self, given: dict[str, Any]) -> Answer:
        return Answer(content={"ok": True, "team_id": TEAM, "user_id": "UBOT"})

    def _users_list(self, given: dict[str, Any]) -> Answer:
        return self._paged(self.users, "members", given)

    def _conversations_open(self, given: dict[str, Any]) -> Answer:
        known = [each["id"] for each in self.users if not each.get("deleted")]
        if given["users"] not in known:
            return error("user_not_found")
        return Answer(content={"ok": True, "channel": {"id": f"D{given['users'][1:]}"}})

    def _conversations_info(self, given: dict[str, Any]) -> Answer:
        channel = self.channels.get(given["channel"])
        return (
            Answer(content={"ok": True, "channel": channel})
            if channel
            else error("channel_not_found")
        )

    def _conversations_history(self, given: dict[str, Any]) -> Answer:
        found = [
            {
                **each,
                "metadata": each["metadata"] if given.get("include_all_metadata") == "true" else {},
            }
            for each in reversed(self.posted.get(given["channel"], []))
            if float(each["ts"]) >= float(given.get("oldest", 0))
        ]
        return self._paged(found, "messages", given)

    def _chat_postMessage(self, given: dict[str, Any]) -> Answer:  # noqa: N802 - Slack's own word
        if given["channel"] not in self.channels:
            return error("channel_not_found")
        if problem := broken_limit(given["blocks"]):
            return error(problem)
        self.now += 1
        message = {**given, "ts": f"{self.now:.6f}"}
        self.posted.setdefault(given["channel"], []).append(message)
        return Answer(content={"ok": True, "channel": given["channel"], "ts": message["ts"]})

    def _paged(self, rows: list[dict[str, Any]], key: str, given: dict[str, Any]) -> Answer:
        first = int(given.get("cursor") or 0)
        behind = first + min(self.page, int(given.get("limit", 100)))
        following = str(behind) if behind < len(rows) else ""
        content = {
            "ok": True,
            key: rows[first:behind],
            "response_metadata": {"next_cursor": following},
        }
        return Answer(content=content)


def error(name: str) -> Answer:
    return Answer(content={"ok": False, "error": name})


def broken_limit(blocks: list[dict[str, Any]]) -> str | None:
    """The error that Slack gives for blocks beyond its limits."""
    if len(blocks) > 50:
        return "invalid_blocks"
    for block in blocks:
        kind, text = block["type"], block.get("text", {})
        if kind == "header" and (text["type"] != "plain_text" or len(text["text"]) > 150):
            return "invalid_blocks"
        if kind == "section" and not 0 < len(text["text"]) <= 3000:
            return "invalid_blocks"
        if kind == "context" and len(block["elements"]) > 10:
            return "invalid_blocks"
    return None
