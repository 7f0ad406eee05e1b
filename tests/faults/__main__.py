"""`python -m tests.faults` writes docs/faults.md."""

from __future__ import annotations

from tests.faults.catalogue import PAGE, page

PAGE.write_text(page(), encoding="utf-8")
