"""Spark's thrift server, for the few questions that are asked outside dbt.

PyHive comes with the extra `spark`; it is imported where a question is asked.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from orchestration.errors import RefreshError, one_sentence, packages_are_missing
from orchestration.settings import SparkSettings

# What dbt's profile sets for its own sessions: the two ask the same questions.
SESSION_CONFIGURATION = {
    "set:hivevar:spark.sql.ansi.enabled": "true",
    "set:hivevar:spark.sql.session.timeZone": "UTC",
    "set:hivevar:spark.sql.timestampType": "TIMESTAMP_NTZ",
}


@dataclass(frozen=True)
class SparkServer:
    """One thrift server; every question opens a session of its own."""

    settings: SparkSettings

    @property
    def address(self) -> str:
        """Host and port as a person reads them."""
        return f"{self.settings.host}:{self.settings.port}"

    @property
    def url(self) -> str:
        """The server as SQLAlchemy writes it (PyHive's dialect), without a password."""
        return f"hive://{self.address}/default"

    @property
    def connect_args(self) -> dict[str, Any]:
        """What PyHive is told beside host and port."""
        password = self.settings.password
        return {
            "username": self.settings.user,
            "password": password,
            "auth": "LDAP" if password else "NONE",
            "configuration": dict(SESSION_CONFIGURATION),
        }

    def run(self, statement: str) -> None:
        """Run a statement that returns nothing."""
        with self.session() as cursor:
            cursor.execute(statement)

    def read(self, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Names of the columns, and all rows of a query."""
        with self.session() as cursor:
            cursor.execute(query)
            names = [str(column[0]) for column in cursor.description or ()]
            return names, list(cursor.fetchall())

    def schemas(self, prefix: str) -> list[str]:
        """Names of the schemas that begin with a prefix."""
        return [name for (name, *_) in self.read("show schemas")[1] if str(name).startswith(prefix)]

    def location_of_schema(self, schema: str) -> str | None:
        """The folder of a schema; None where there is no such schema."""
        if schema not in self.schemas(schema):
            return None
        described = dict(row[:2] for row in self.read(f"describe schema {schema}")[1])
        return str(Path(unquote(urlparse(str(described["Location"])).path)))

    @contextmanager
    def session(self) -> Iterator[Any]:
        """A cursor of a session of its own; raises RefreshError where the server cannot be had."""
        hive = _hive()
        try:
            connection = hive.connect(
                host=self.settings.host, port=self.settings.port, **self.connect_args
            )
        except Exception as error:
            # Thrift has errors of its own for a closed port, a refused login, another protocol.
            raise RefreshError(
                f"Spark's thrift server at {self.address} does not answer "
                f"({one_sentence(str(error))}): start it, or set COSELL_SPARK_HOST and "
                "COSELL_SPARK_PORT to where it is."
            ) from error
        try:
            yield connection.cursor()
        finally:
            connection.close()


def _hive() -> Any:
    try:
        from pyhive import hive
    except ImportError:
        raise RefreshError(packages_are_missing("spark")) from None
    # It prints what it raises; the one who catches it says it once.
    logging.getLogger("thrift.transport.TSocket").setLevel(logging.CRITICAL)
    return hive
