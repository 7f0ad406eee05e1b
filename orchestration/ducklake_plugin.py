"""Loads the extensions that are packages into dbt's connection; named by the profile `ducklake`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dbt.adapters.duckdb.plugins import BasePlugin

from orchestration.ducklake import load_extensions

if TYPE_CHECKING:
    import duckdb


class Plugin(BasePlugin):
    """Loads DuckLake's extensions before dbt attaches the lake."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """What dbt-duckdb calls once for a connection."""
        load_extensions(conn)
