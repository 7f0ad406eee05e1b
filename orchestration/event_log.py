"""Where Dagster keeps its events: its own SQLite files, with connections that stay open.

Dagster's storage opens and closes a connection for every event. Closing the last connection to a
SQLite file writes its log back and waits for the disk, so that two thousand events (one per model
and data test) cost more than building the models. Only how a connection is got differs here; the
files are Dagster's own, and its UI reads them with or without this class.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sql import create_engine
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import QueuePool


class KeptConnectionsEventLogStorage(SqliteEventLogStorage):
    """Dagster's SQLite event log with one open connection per file."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> KeptConnectionsEventLogStorage:
        """Make the storage that dagster.yaml describes."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engines.get(shard)
            if engine is None:
                engine = _engine(self.conn_string_for_shard(shard))
                self._engines[shard] = engine
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def dispose(self) -> None:
        """Close every connection."""
        super().dispose()
        while self._engines:
            self._engines.popitem()[1].dispose()


def _engine(connection_string: str) -> Engine:
    """An engine that keeps its connection and leaves it to SQLite when to wait for the disk.

    A power cut may cost the last events of a run; the release never depends on them.
    """
    engine = create_engine(
        connection_string,
        connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
        poolclass=QueuePool,
        pool_size=1,
    )

    @event.listens_for(engine, "connect")
    def relax(connection: Any, _: Any) -> None:
        connection.execute("pragma synchronous = normal")

    return engine
