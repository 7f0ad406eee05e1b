"""Land the rows of a history, a batch per table and step, and record the refreshes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tests.ledger.compiled_ledger import Warehouse
from tests.ledger.histories import Step


def land_step(warehouse: Warehouse, step: Step) -> None:
    """Land the rows of a step, a batch per table."""
    day = str(step.known_on)
    for (source, table), rows in step.rows.items():
        batch = f"{step.number:03d}_{source}_{table}"
        facts = {
            "_batch_id": batch,
            "_source_file": f"{source}/{day}/{table}.csv",
            "_source_sha256": batch,
            "_landed_at": f"{day} 06:00:00",
            "_as_of": day,
        }
        warehouse.land(
            source, table, [{**row, **facts, "_row_number": n} for n, row in enumerate(rows, 1)]
        )
        warehouse.land(
            "cosell",
            "landed_batches",
            [
                {
                    "refresh_number": str(step.refresh_number),
                    "batch_id": batch,
                    "feed": table if source == "templates" else source,
                    "source": source,
                    "table_name": table,
                    "file": facts["_source_file"],
                    "sha256": batch,
                    "mode": "full" if (source, table) in step.is_full else "delta",
                    "rows_count": str(len(rows)),
                    "good_count": str(len(rows)),
                    "quarantined_count": "0",
                    "as_of": day,
                    "known_on": day,
                    "known_step": str(step.number),
                    "landed_at": f"{day} 06:00:00",
                    "_row_number": 1,
                }
            ],
        )


def record_refresh(warehouse: Warehouse, number: int, day: date) -> None:
    """Record a refresh of a day."""
    warehouse.land(
        "cosell",
        "refreshes",
        [
            {
                "refresh_number": str(number),
                "refresh_id": f"{number:06d}",
                "as_of": str(day),
                "started_at": f"{day} 06:00:00",
                "_row_number": 1,
            }
        ],
    )


def land_refresh(warehouse: Warehouse, number: int, steps: Sequence[Step]) -> None:
    """Land the steps of one refresh and record it."""
    for step in steps:
        land_step(warehouse, step)
    record_refresh(warehouse, number, steps[-1].known_on)
