"""Servers that do what they are asked and answer too late."""

from __future__ import annotations

import dataclasses
import time

import pytest

from orchestration.routing import deliver
from tests.crm.conftest import HURRIED

IMPATIENT = dataclasses.replace(HURRIED, timeout_seconds=1)


@pytest.mark.parametrize("late", ["org", "portal", "slack"])
def test_an_answer_that_comes_too_late_leads_to_no_second_write(
    connected, org, portal, slack, late
) -> None:
    company = connected(org, portal, slack)
    server = {"org": org, "portal": portal, "slack": slack}[late]
    writing = {"org": "/batches", "portal": "/batch/update", "slack": "chat.postMessage"}[late]
    slow = [writing]

    def hold(asked) -> None:
        if slow and slow[0] in asked.path:
            slow.clear()
            time.sleep(1.3)

    server.on_answer = hold
    for _ in range(2):
        deliver(company.home, patience=IMPATIENT)
    assert {len(rows) for rows in (*org.writes.values(), *portal.writes.values())} == {1}
    assert (len(org.writes), len(portal.writes)) == (4, 1)
    assert {channel: len(sent) for channel, sent in slack.posted.items()} == {
        "D0000": 1,
        "D0001": 1,
    }
