"""Routing: the week's lists are frozen, and delivered."""
