"""The newest workbook of each partner that sends one: DuckDB alone reads none."""


def model(dbt, session):
    """One row per record of a workbook, by the partner's own headers."""
    from pathlib import Path

    import pandas as pd

    dbt.config(materialized="table")
    inbox = Path(dbt.config.get("inbox"))
    newest = {file.parts[-3]: file for file in sorted(inbox.glob("*/*/accounts.xlsx"))}
    lists = [
        pd.read_excel(file, dtype=str, engine="calamine").assign(partner_id=partner_id)
        for partner_id, file in newest.items()
    ]
    return pd.concat(lists, ignore_index=True)
