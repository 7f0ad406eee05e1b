"""What a sender may write into a manifest, and what is said where it cannot be meant."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from orchestration.errors import LandingError
from orchestration.landing.manifests import (
    ManifestEntry,
    is_manifest,
    manifest_of,
    read_manifest,
    refuse_other_bytes,
    refuse_other_count,
)

SHA = "0123456789abcdef" * 4


def entries(folder: Path, content: Any, name: str = "manifest.json") -> list[ManifestEntry]:
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / name).write_text(text, encoding="utf-8")
    return read_manifest(folder / name, f"inbox/{name}")


def test_every_way_of_writing_a_manifest_says_the_same(tmp_path: Path) -> None:
    row = {"filename": "a.csv", "sha256": SHA, "row_count": 7, "as_of": "2026-02-09"}
    other = {
        "Path": "out/a.csv",
        "Checksum": SHA.upper(),
        "records": "7",
        "date": "2026-02-09T10:00",
    }
    csv_text = f"file,hash,rows,as_of_date\na.csv,{SHA},7,2026-02-09\n"
    found = [
        *entries(tmp_path, row),
        *entries(tmp_path, [row]),
        *entries(tmp_path, {"as_of": "2026-02-09", "files": [{**row, "as_of": ""}, "no entry"]}),
        *entries(tmp_path, other),
        *entries(tmp_path, csv_text, "manifest.csv"),
        *entries(tmp_path, {**row, "filename": None}, "a.csv.manifest.json"),
    ]
    said = {(one.filename, one.sha256, one.row_count, one.mode, one.sender) for one in found}
    assert said == {("a.csv", SHA, 7, None, None)}
    assert [one.as_of for one in found].count(datetime.date(2026, 2, 9)) == 5
    assert len(found) == 6


def test_an_entry_is_written_as_a_manifest_of_its_own(tmp_path: Path) -> None:
    (entry,) = entries(
        tmp_path, {"filename": "é.csv", "mode": "Delta", "as_of": "2026-02-09", "sender": "Ann"}
    )
    assert "é.csv" in entry.to_json()
    assert entries(tmp_path, entry.to_json()) == [entry]
    assert "manifest" not in json.loads(entry.to_json())


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"sha256": SHA[1:]}, "sha256 of a.csv is"),
        ({"sha256": SHA[1:] + "g"}, "and not 64 hexadecimal digits"),
        ({"row_count": "-1"}, "'-1' and not a number of rows"),
        ({"row_count": "1.0"}, "'1.0' and not a number of rows"),
        ({"row_count": "²"}, "and not a number of rows"),
        ({"row_count": "1" * 16}, "and not a number of rows"),
        ({"mode": "some"}, "'some' and not full or delta"),
        ({"as_of": "9.2.2026"}, "'9.2.2026' and not a day such as 2026-02-09"),
        ({"as_of": "x" * 81}, f"is '{'x' * 80}' and not a day"),
        ({"filename": ""}, "has an entry without filename"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_was_expected(
    tmp_path: Path, row: dict[str, str], told: str
) -> None:
    with pytest.raises(LandingError) as refused:
        entries(tmp_path, {"filename": "a.csv", **row})
    assert told in str(refused.value)
    assert str(refused.value).startswith("inbox/manifest.json")


def test_a_count_of_fifteen_digits_and_none_are_counts(tmp_path: Path) -> None:
    for written, count in (("9" * 15, int("9" * 15)), ("0", 0)):
        (entry,) = entries(tmp_path, {"filename": "a.csv", "row_count": written})
        assert entry.row_count == count


@pytest.mark.parametrize("text", ["{", "7", '["a.csv"]', " " * (4 * 1024 * 1024 + 1)])
def test_what_is_no_manifest_says_what_a_manifest_holds(tmp_path: Path, text: str) -> None:
    with pytest.raises(LandingError) as refused:
        entries(tmp_path, text)
    sentence = str(refused.value)
    assert sentence.startswith("inbox/manifest.json is not a readable manifest (")
    assert "filename, sha256, row_count, as_of and mode" in sentence
    assert len(sentence) < 230


def test_a_manifest_may_be_as_long_as_four_mebibytes(tmp_path: Path) -> None:
    text = json.dumps({"filename": "a.csv"})
    assert len(entries(tmp_path, text.ljust(4 * 1024 * 1024))) == 1


def test_a_file_is_described_by_its_own_manifest_before_that_of_its_folder(tmp_path: Path) -> None:
    entries(tmp_path, [{"filename": "b.csv", "rows": 1}, {"filename": "a.csv", "rows": 2}])
    entries(tmp_path, "file,rows\na.csv,3\nc.csv,4\n", "manifest.csv")
    counts = {}
    for name in ("a.csv", "b.csv", "c.csv", "d.csv"):
        found = manifest_of(tmp_path / name, f"inbox/acme/{name}")
        counts[name] = found and (found.row_count, found.manifest)
    assert counts == {
        "a.csv": (2, "inbox/acme/manifest.json"),
        "b.csv": (1, "inbox/acme/manifest.json"),
        "c.csv": (4, "inbox/acme/manifest.csv"),
        "d.csv": None,
    }
    entries(tmp_path, {"rows": 5}, "a.csv.manifest.json")
    own = manifest_of(tmp_path / "a.csv", "inbox/acme/a.csv")
    assert own is not None and own.row_count == 5


def test_manifests_are_known_by_their_names() -> None:
    names = ("manifest.json", "Manifest.CSV", "a.csv.manifest.json", "A.CSV.MANIFEST.JSON")
    assert all(is_manifest(name) for name in names)
    assert not any(is_manifest(name) for name in ("manifest.txt", "manifest.json.csv", "a.json"))


def test_a_file_is_refused_for_other_bytes_or_rows_than_its_sender_named() -> None:
    entry = ManifestEntry("inbox/manifest.json", "a.csv", sha256=SHA, row_count=7)
    refuse_other_bytes(None, "inbox/a.csv", "f" * 64)
    refuse_other_bytes(entry, "inbox/a.csv", SHA)
    refuse_other_count(None, "inbox/a.csv", 1)
    refuse_other_count(entry, "inbox/a.csv", 7)
    with pytest.raises(LandingError, match=f"begins with {'f' * 12} and not with {SHA[:12]}\\)"):
        refuse_other_bytes(entry, "inbox/a.csv", "f" * 64)
    with pytest.raises(LandingError, match="has 6 rows, fewer than the 7 that"):
        refuse_other_count(entry, "inbox/a.csv", 6)
    with pytest.raises(LandingError, match="has 8 rows, more than the 7 that"):
        refuse_other_count(entry, "inbox/a.csv", 8)
