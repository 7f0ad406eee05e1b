"""Files as they come when something went wrong: mutated at random, read by every reader.

Whatever the bytes are, landing answers with rows that add up or with one sentence; the words of the
sentence are for a partner manager, so it never shows what went wrong inside.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.errors import CosellError
from orchestration.landing import LandedFile, land_file
from orchestration.landing.preview import preview_file
from orchestration.settings import Home
from tests.landing.conftest import AS_OF, copy_of_home

HEADERS = ["partner_account_id", "account_name", "status", "employees", "customer_since", "as_of"]
STATES = ["customer", "prospect", "Open Opportunity", "former customer"]
FILES = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NASTY = st.sampled_from(
    [
        *(
            '"',
            '""',
            '"a',
            "\x00",
            "\ufeff",
            "\r",
            "\n",
            "\t",
            ",",
            ";",
            "'",
            "\\",
            "\x1a",
            "\ud7ff",
        ),
        *("=1+1", "@SUM(A1)", '=HYPERLINK("http://x")', "-2+3", "NULL", "#N/A", "NaN", "1e999"),
        *("0000-00-00", "9999-12-31", "31/31/2026", "2026-02-30", "12345678", "-1", "1,5", "١٢٣"),
        *("1.23E+17", "customer ", "Ω" * 50, "{}", "[[[", "a" * 5_000, "💥", "\u202e", ""),
    ]
)


def table() -> list[list[str]]:
    rows = [
        [f"A{number}", f"Company {number}", STATES[number % 4], str(number), "2020-01-02", "x"]
        for number in range(8)
    ]
    return [HEADERS, *rows]


@st.composite
def mutated_tables(draw: st.DrawFn) -> list[list[str]]:
    """A table with columns reordered, renamed, dropped or doubled and values of wrong kinds."""
    rows = [list(row) for row in table()]
    order = draw(st.permutations(range(len(HEADERS))))
    kept = draw(st.integers(1, len(HEADERS)))
    if draw(st.booleans()):
        rows = [[row[place] for place in order[: max(kept, 3)]] for row in rows]
    for _ in range(draw(st.integers(0, 6))):
        line = draw(st.integers(0, len(rows) - 1))
        place = draw(st.integers(0, max(len(rows[line]) - 1, 0)))
        change = draw(st.sampled_from(["value", "value", "value", "drop", "add"]))
        if change == "value" and rows[line]:
            rows[line][place] = draw(NASTY | st.text(max_size=8))
        elif change == "drop" and rows[line]:
            del rows[line][place]
        elif change == "add":
            rows[line].insert(place, draw(NASTY))
    return rows


def answer(home: Home, name: str, content: bytes, feed: str = "acme") -> LandedFile | str:
    """What became of a file: its batch with rows that add up, or a sentence."""
    folder = home.inbox / feed / AS_OF.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    try:
        landed = land_file(home, feed, path)
    except CosellError as error:
        sentence = str(error)
        assert "\n" not in sentence and sentence.endswith("."), sentence
        assert "Traceback" not in sentence and name in sentence, sentence
        assert len(sentence) < 4_000, sentence[:4_000]
        return sentence
    finally:
        path.unlink()
    assert landed.rows == landed.good + landed.quarantined
    assert landed.good == _count(home.landing, landed)
    assert landed.quarantined == _count(home.quarantine, landed)
    return landed


def _count(area: Path, landed: LandedFile) -> int:
    path = area / landed.source / landed.table / f"{landed.batch_id}.parquet"
    return int(parquet.read_metadata(path).num_rows) if path.is_file() else 0


@pytest.fixture(params=["held", "streamed"])
def fuzzed_home(
    request: pytest.FixtureRequest,
    prepared_root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Home:
    """A home for many files; `streamed`: every file is read as large ones are."""
    if request.param == "streamed":
        for module in ("delimited", "json_lines", "parquet_files"):
            monkeypatch.setattr(f"orchestration.landing.{module}.STREAM_ABOVE_BYTES", 0)
    return copy_of_home(prepared_root, tmp_path / "fuzzed")


def delimited(rows: list[list[str]], quoted: bool) -> bytes:
    mark = '"' if quoted else ""
    lines = (",".join(f"{mark}{value}{mark}" for value in row) for row in rows)
    return "\n".join(lines).encode("utf-8", errors="surrogatepass")


@FILES
@given(rows=mutated_tables(), quoted=st.booleans(), cut=st.integers(0, 40))
def test_any_delimited_file_is_answered(fuzzed_home, rows, quoted: bool, cut: int) -> None:
    content = delimited(rows, quoted)
    answer(fuzzed_home, "list.csv", content[: len(content) - cut] if cut else content)


def workbook(rows: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    for line, row in enumerate(rows, start=1):
        for place, value in enumerate(row, start=1):
            cell = book.active.cell(line, place)
            try:
                cell.value = value
            except (ValueError, openpyxl.utils.exceptions.IllegalCharacterError):
                cell.value = "?"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@FILES
@given(
    rows=mutated_tables(),
    flips=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=3),
)
def test_any_workbook_is_answered(home, rows, flips) -> None:
    content = bytearray(workbook(rows))
    for share, byte in flips:
        content[min(int(share * len(content)), len(content) - 1)] = byte
    answer(home, "list.xlsx", bytes(content))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | NASTY,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@FILES
@given(
    objects=st.lists(
        st.dictionaries(st.sampled_from(HEADERS) | st.text(max_size=5), JSON_VALUES, max_size=6),
        min_size=1,
        max_size=5,
    ),
    cut=st.integers(0, 20),
)
def test_any_json_is_answered(fuzzed_home, objects, cut: int) -> None:
    lines = "\n".join(json.dumps(each) for each in objects).encode("utf-8", errors="surrogatepass")
    answer(fuzzed_home, "list.jsonl", lines[: len(lines) - cut] if cut else lines)


@FILES
@given(
    rows=mutated_tables(),
    flips=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=3),
)
def test_any_parquet_file_is_answered(home, rows, flips) -> None:
    width = max(len(row) for row in rows)
    names = [*rows[0], *(f"more_{place}" for place in range(width))][:width]
    columns = [
        [row[place] if place < len(row) else None for row in rows[1:]] for place in range(width)
    ]
    stream = io.BytesIO()
    parquet.write_table(
        pa.Table.from_arrays([pa.array(each, pa.string()) for each in columns], names=names), stream
    )
    content = bytearray(stream.getvalue())
    for share, byte in flips:
        content[min(int(share * len(content)), len(content) - 1)] = byte
    answer(home, "list.parquet", bytes(content))


@FILES
@given(rows=mutated_tables(), cut=st.integers(0, 40))
def test_any_file_is_previewed(home, tmp_path, rows, cut: int) -> None:
    for name, content in (("list.csv", delimited(rows, False)), ("list.xlsx", workbook(rows))):
        path = tmp_path / name
        path.write_bytes(content[: len(content) - cut] if cut else content)
        try:
            preview_file(home, path)
        except CosellError as error:
            assert str(error).endswith(".")


def test_a_header_of_ten_thousand_columns(fuzzed_home) -> None:
    names = [*HEADERS[:3], *(f"column {number}" for number in range(10_000))]
    row = ["1", "A", "customer", *(str(number) for number in range(10_000))]
    content = f"{','.join(names)}\n{','.join(row)}\n".encode()
    landed = answer(fuzzed_home, "list.csv", content)
    assert isinstance(landed, str) or landed.good == 1


@pytest.mark.parametrize("depth", [100, 100_000])
def test_deep_json(fuzzed_home, depth: int) -> None:
    deep = '{"a":' * depth + "1" + "}" * depth
    line = f'{{"partner_account_id":"1","account_name":"A","status":"customer","x":{deep}}}\n'
    answer(fuzzed_home, "list.jsonl", line.encode())


def test_a_line_without_end(home) -> None:
    content = b"partner_account_id,account_name,status\n1," + b"x" * (20 * 1024 * 1024)
    sentence = answer(home, "list.csv", content)
    assert isinstance(sentence, str) and "one row per line" in sentence


def test_a_workbook_of_entities(home) -> None:
    """The billion laughs in a workbook's shared strings."""
    stream = io.BytesIO(workbook(table()))
    bomb = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "' + b"x" * 1000 + b'">'
    bomb += b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"&a;" * 10) for n in range(9)
    )
    bomb += b'] ><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="1">'
    bomb += b"<si><t>&a8;</t></si></sst>"
    changed = io.BytesIO()
    with zipfile.ZipFile(stream) as source, zipfile.ZipFile(changed, "w") as target:
        for entry in source.infolist():
            is_strings = entry.filename == "xl/sharedStrings.xml"
            target.writestr(entry, bomb if is_strings else source.read(entry))
    answer(home, "list.xlsx", changed.getvalue())


SAMPLE_ORG = Path(__file__).resolve().parents[3] / "shared/data/crm_salesforce_sample_org"


@pytest.mark.skipif(not SAMPLE_ORG.is_dir(), reason="needs the sample org in ../shared")
@pytest.mark.parametrize("name", ["Account.csv", "Opportunity.csv", "OpportunityHistory.csv"])
@FILES
@given(
    changes=st.lists(st.tuples(st.floats(0, 1), NASTY, st.booleans()), max_size=4),
    kept=st.floats(0.2, 1),
)
def test_any_mutation_of_a_real_export_is_answered(fuzzed_home, name: str, changes, kept) -> None:
    """Values put over or between the bytes of a real file, and its end cut off."""
    content = (SAMPLE_ORG / name).read_bytes()[:20_000]
    for share, text, over in changes:
        place = int(share * len(content))
        value = text.encode("utf-8", errors="surrogatepass")
        content = content[:place] + value + content[place + (len(value) if over else 0) :]
    answer(fuzzed_home, name, content[: int(kept * len(content))], "salesforce")
