"""Receipts of what was purged when a partner was off-boarded: written once, signed by their hash.

A receipt holds counts, hashes, days and names of people, and nothing of what was purged. Its hash
is over its content as canonical JSON, stands in the receipt itself and is landed as
`cosell.partner_offboardings`, so that neither the receipt nor the landed row can be changed alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestration.errors import ReleaseError
from orchestration.landing.knowledge_tables import PARTNER_OFFBOARDINGS, recorded_rows
from orchestration.settings import Home

SIGNATURE = "sha256"
RECEIPT_ENDING = ".receipt.json"


def receipt_file(home: Home, receipt_id: str) -> Path:
    """Where a receipt lies."""
    return home.offboarding / f"{receipt_id}{RECEIPT_ENDING}"


def receipt_hash(receipt: Mapping[str, Any]) -> str:
    """SHA-256 over everything that a receipt says, its own signature left out."""
    said = {name: value for name, value in receipt.items() if name != SIGNATURE}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def read_receipt(home: Home, receipt_id: str) -> dict[str, Any]:
    """A receipt as it was signed and landed; raises ReleaseError for any other."""
    file = receipt_file(home, receipt_id)
    try:
        receipt: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError):
        raise ReleaseError(
            f"The receipt {home.relative(file)} is missing or damaged: restore it from a copy."
        ) from None
    landed = {
        row["receipt_id"]: row["receipt_sha256"]
        for row in recorded_rows(home, PARTNER_OFFBOARDINGS, ["receipt_id", "receipt_sha256"])
    }
    found = receipt_hash(receipt)
    if receipt.get(SIGNATURE) != found or landed.get(receipt_id) != found:
        raise ReleaseError(
            f"The receipt {home.relative(file)} is not what was signed: restore it from a copy."
        )
    return receipt
