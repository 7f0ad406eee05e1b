"""Alerts: who is told that refreshes fail, that a feed is late, and that it is over.

`settings` reads config/alerts.yaml; `causes` says what is wrong now; `channels` brings a message to
Slack, a mail server or a webhook; `telling` decides who hears what, once. Nothing here can make a
refresh fail, and no alert quotes a row. The modules are imported one by one: a refresh that has
nobody to tell loads none of what speaks to servers.
"""
