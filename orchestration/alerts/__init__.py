"""Alerts: who is told that refreshes fail, that a feed is late, and that it is over.

`settings` reads config/alerts.yaml; `causes` says what is wrong now; `channels` brings a message to
Slack, a mail server or a webhook; `telling` decides who hears what, once. Nothing here can make a
refresh fail, and no alert quotes a row.
"""

from orchestration.alerts.causes import Cause, standing_causes
from orchestration.alerts.channels import Channel, Message, open_channels
from orchestration.alerts.settings import AlertSettings, load_alert_settings
from orchestration.alerts.telling import (
    FailedChannel,
    failed_channels,
    send_test,
    tell_of_refresh,
)

__all__ = [
    "AlertSettings",
    "Cause",
    "Channel",
    "FailedChannel",
    "Message",
    "failed_channels",
    "load_alert_settings",
    "open_channels",
    "send_test",
    "standing_causes",
    "tell_of_refresh",
]
