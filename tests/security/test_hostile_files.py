"""Files of the inbox that somebody made to hurt: each is landed as text or refused in a sentence.

One landing takes all of them at once; nothing is run, nothing outside the home is read or written,
and the honest file beside them lands.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from openpyxl import Workbook

from orchestration.company_status import company_status, refused_reasons
from orchestration.landing import InboxReport, land_inbox, read_journal, read_refused_files
from orchestration.landing.manifests import read_manifest
from orchestration.settings import Home
from tests.landing.conftest import AS_OF, copy_of_home

SECRET = "root:x:0:0:the secret of another file"
HEADER = "partner_account_id,account_name,website,status\n"
HONEST = f"{HEADER}A1,Contoso,contoso.com,Customer\n"

HOSTILE_NAMES = (
    "x'); drop table accounts; --.csv",
    "it's.csv",
    'double "quoted".csv',
    "$(touch marker).csv",
    "`touch marker`.csv",
    "; touch marker;.csv",
    "| touch marker |.csv",
    "-rf.csv",
    "--output=marker.csv",
    "line\nbreak.csv",
    "[a-z]*?.csv",
    "{0}{1.__class__}%s%n.csv",
    "=cmd|' ' !A0.csv",
    "<img src=x onerror=alert(1)>.csv",
    "[bold red]markup[bold].csv",
    "rtl\u202egpj.csv",
    "..csv",
    "~.csv",
    f"{'long' * 50}.csv",
)


def workbook(parts: dict[str, bytes] | None = None) -> bytes:
    """A workbook with one honest row, some of whose parts are replaced or added."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADER.strip().split(","), ["A1", "Contoso", "contoso.com", "Customer"]):
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    made = io.BytesIO()
    replaced = dict(parts or {})
    with (
        zipfile.ZipFile(written) as source,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, replaced.pop(name, source.read(name)))
        for name, content in replaced.items():
            target.writestr(name, content)
    return made.getvalue()


def sheet_xml(doctype: str, value: str) -> bytes:
    cells = "".join(
        f'<c r="{column}1" t="inlineStr"><is><t>{name}</t></is></c>'
        for column, name in zip("ABCD", HEADER.strip().split(","), strict=True)
    )
    row = f'<c r="A2" t="inlineStr"><is><t>{value}</t></is></c>'
    return (
        f'<?xml version="1.0"?>{doctype}'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f'<row r="1">{cells}</row><row r="2">{row}</row></sheetData></worksheet>'
    ).encode()


def entity(target: Path) -> str:
    return f'<!DOCTYPE x [<!ENTITY e SYSTEM "{target.as_uri()}">]>'


LAUGHS = '<!ENTITY l0 "lol">' + "".join(
    f'<!ENTITY l{level} "{f"&l{level - 1};" * 9}">' for level in range(1, 12)
)


def hostile_contents(secret: Path) -> dict[str, bytes]:
    sheet = "xl/worksheets/sheet1.xml"
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../outside.csv", HONEST)
        archive.writestr("Account.csv", HONEST)
    return {
        "external_entity.xlsx": workbook({sheet: sheet_xml(entity(secret), "&e;")}),
        "parameter_entity.xlsx": workbook(
            {sheet: sheet_xml(f'<!DOCTYPE x [<!ENTITY % p SYSTEM "{secret.as_uri()}"> %p;]>', "A")}
        ),
        "external_styles.xlsx": workbook(
            {"xl/styles.xml": entity(secret).encode() + b"<x>&e;</x>"}
        ),
        "billion_laughs.xlsx": workbook({sheet: sheet_xml(f"<!DOCTYPE x [{LAUGHS}]>", "&l11;")}),
        "bomb.xlsx": workbook({sheet: b"<worksheet>" + b" " * 260_000_000}),
        "far_cell.xlsx": workbook(
            {sheet: sheet_xml("", "A").replace(b'r="A2"', b'r="XFD1048576"')}
        ),
        "bomb.csv.gz": gzip.compress(b"a," * 40_000_000),
        "leads_out.zip": zipped.getvalue(),
        "deep.json": b"[" * 200_000,
        "deep_lines.jsonl": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        "huge_number.json": b'[{"Account ID": ' + b"9" * 100_000 + b"}]",
        "nul.csv": HEADER.encode() + b"A\x00,B\x00,c,d\n",
        "parquet_that_is_none.parquet": b"PAR1" + b"\xff" * 400 + b"PAR1",
    }


@dataclass(frozen=True)
class Landed:
    home: Home
    report: InboxReport
    around: Path
    """The folder that holds the home and the file that nobody may read."""


@pytest.fixture(scope="module")
def landed(prepared_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Landed:
    around = tmp_path_factory.mktemp("around")
    home = copy_of_home(prepared_root, around / "home")
    secret = around / "secret.txt"
    secret.write_text(SECRET, encoding="utf-8")
    folder = home.inbox / "acme" / AS_OF.isoformat()
    folder.mkdir(parents=True)
    for number, name in enumerate(HOSTILE_NAMES):
        folder.joinpath(name).write_text(HONEST.replace("A1", f"N{number}"), encoding="utf-8")
    for name, content in hostile_contents(secret).items():
        folder.joinpath(name).write_bytes(content)
    folder.joinpath("honest.csv").write_text(HONEST, encoding="utf-8")
    folder.joinpath("linked.csv").symlink_to(secret)
    os.mkfifo(folder / "pipe.csv")
    folder.joinpath("deep.csv.manifest.json").write_text("[" * 200_000, encoding="utf-8")
    return Landed(home, land_inbox(home), around)


def test_hostile_files_are_text_or_refused_and_the_honest_one_lands(
    landed: Landed,
) -> None:
    home, around = landed.home, landed.around
    files = {Path(entry.file).name for entry in read_journal(home)}
    assert "honest.csv" in files
    for file, sentence in landed.report.refused:
        assert "\n" not in sentence and len(sentence) < 700, file
    refused = {Path(file).name for file, _ in landed.report.refused}
    for name in hostile_contents(around / "secret.txt"):
        if name not in refused:
            # What is harmless may land, as text.
            assert name in files or name.startswith(("leads_out", "external_styles")), name
    for name in (
        "bomb.xlsx",
        "far_cell.xlsx",
        "bomb.csv.gz",
        "deep.json",
        "pipe.csv",
        "linked.csv",
    ):
        assert name in refused, name

    # Nothing was run, and nothing lies where it should not.
    assert not list(around.rglob("marker*"))
    assert not list(around.rglob("outside*"))
    assert {path.name for path in around.iterdir()} <= {"home", "secret.txt"}
    # Nothing of another file was read.
    for path in home.root.rglob("*"):
        if path.is_file() and not path.is_symlink() and home.inbox not in path.parents:
            assert SECRET.encode() not in path.read_bytes(), path


def test_a_hostile_name_is_a_value_wherever_it_is_read_again(
    landed: Landed,
) -> None:
    home = landed.home
    entries = [entry for entry in read_journal(home) if entry.table == "partner_accounts"]
    names = {Path(entry.file).name for entry in entries}
    assert {name for name in HOSTILE_NAMES if "\n" not in name} - names <= {"..csv", "~.csv"}
    assert refused_reasons(home) is not None
    assert read_refused_files(home)
    status = company_status(home)
    assert next(feed for feed in status.feeds if feed.feed == "acme").files_count == len(
        {entry.sha256 for entry in entries}
    )
    for folder in (home.landing, home.quarantine):
        for path in folder.rglob("*.parquet"):
            assert path.name.isascii() and path.stem.replace("_", "").isalnum(), path
            duckdb.sql(f"select count(*) from '{path}'").fetchall()


@pytest.mark.parametrize(
    "text", ["[" * 200_000, '{"files": ' * 50_000, json.dumps([[]]), "9" * 5000]
)
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    from orchestration.errors import LandingError

    file = tmp_path / "manifest.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(LandingError):
        read_manifest(file, "manifest.json")
