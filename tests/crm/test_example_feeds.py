"""The feeds that a new company copies are valid as they are."""

from __future__ import annotations

import pytest

from orchestration.landing import load_feed
from orchestration.settings import Home


@pytest.mark.parametrize("name", ["salesforce_org", "hubspot_portal", "hubspot"])
def test_an_example_is_a_feed_once_it_is_renamed(home: Home, name: str) -> None:
    (home.feeds / f"{name}.yaml.example").rename(home.feeds / f"{name}.yaml")
    feed = load_feed(home, name)
    assert (feed.name, bool(feed.connection)) == (name, name != "hubspot")
