"""A home per test, prepared once, and the servers and certificates of other tests."""

from tests.landing.conftest import drop, home, prepared_root  # noqa: F401 - fixtures
