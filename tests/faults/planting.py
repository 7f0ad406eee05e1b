"""A healthy company to spoil, cheaply: what is immutable is linked, the rest copied."""

from __future__ import annotations

import csv
import datetime
import io
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb

from orchestration.release import current_release
from orchestration.settings import Home

Row = dict[str, str]


def linked_home(healthy: Home, root: Path) -> Home:
    """A home with the landing, the settings and the releases of a healthy one, and no inbox.

    Landing and releases are hard links: a fault that edits one of their files replaces it.
    """
    shutil.copytree(healthy.config, root / "config")
    shutil.copytree(healthy.landing, root / "landing", copy_function=os.link)
    shutil.copytree(healthy.releases, root / "releases", copy_function=os.link, symlinks=True)
    (root / "dagster").mkdir()
    return Home(root)


class Company:
    """A linked home in which a fault is planted a week after the healthy company's last day."""

    def __init__(self, healthy: Home, home: Home) -> None:
        self.healthy = healthy
        self.home = home
        release = current_release(home)
        assert release is not None
        self.last_day = release.as_of
        self.day = self.last_day + datetime.timedelta(days=7)

    def newest_file(self, feed: str, name: str | None = None) -> Path:
        """The newest file that a feed has sent, of that name where it sends several."""
        found = [
            path
            for path in sorted((self.healthy.inbox / feed).rglob("*"))
            if path.is_file() and name in (None, path.name)
        ]
        return found[-1]

    def drop(self, feed: str, name: str, content: str | bytes, day: str | None = None) -> Path:
        """Put a file into the inbox of a feed, below the day of the fault."""
        path = self.home.inbox / feed / (day or self.day.isoformat()) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def send(
        self, feed: str, change: Callable[[list[Row]], Iterable[Row]], name: str | None = None
    ) -> None:
        """Send the feed's newest file again, a week later, with its rows changed."""
        path = self.newest_file(feed, name)
        text = path.read_text(encoding="utf-8-sig")
        dialect = ";" if text.split("\n", 1)[0].count(";") > 3 else ","
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=dialect)
        rows = list(reader)
        changed = list(change(rows))
        out = io.StringIO(newline="")
        writer = csv.DictWriter(
            out, list(changed[0]) if changed else list(rows[0]), delimiter=dialect
        )
        writer.writeheader()
        writer.writerows(changed)
        self.drop(feed, path.name, out.getvalue())

    def newest_full(self, feed: str, table: str) -> list[Row]:
        """The rows of a table as the feed's largest delivery had them."""
        name = {"opportunities": "Opportunity.csv", "accounts": "Account.csv"}[table]
        files = [
            path for path in (self.healthy.inbox / feed).rglob(name) if path.stat().st_size > 0
        ]
        largest = max(files, key=lambda path: path.stat().st_size)
        with largest.open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream))

    def write_rows(self, feed: str, name: str, rows: list[Row]) -> None:
        """Send rows as a file of that name."""
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        self.drop(feed, name, out.getvalue())

    def edit_policy(self, name: str, old: str, new: str) -> None:
        """Replace a text in a policy file; it must be there."""
        path = self.home.policies / f"{name}.csv"
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {name}.csv"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def edit_config(self, relative: str, old: str, new: str) -> None:
        """Replace a text in a file of config/; it must be there."""
        path = self.home.config / relative
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {relative}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def batch_file(self, source: str, table: str) -> Path:
        """The newest landed batch of a table."""
        folder = self.home.landing / source / table
        return max(path for path in folder.glob("*.parquet") if "_schema" not in path.name)

    def tamper(self, file: Path, query: str, target: Path | None = None) -> None:
        """Write a landed file anew with what a query over it (`landed`) gives."""
        made = file.with_suffix(".tampered")
        with duckdb.connect() as connection:
            connection.execute(f"create view landed as select * from read_parquet('{file}')")
            connection.execute(f"copy ({query}) to '{made}' (format parquet)")
        made.replace(target or file)


def plant_in(warehouse: Path, statement: str) -> None:
    """Run a statement in a copy of the workshop; it must change something."""
    with duckdb.connect(str(warehouse)) as connection:
        for one in statement.split(";"):
            if one.strip():
                changed = connection.execute(one).fetchone()
                assert changed is None or changed[0] != 0, "the fault must be there to be found"
