"""Names and hosts in any letters, held against Unicode and the vectors of the suffix list."""

from __future__ import annotations

import csv
import os
import random
import re
import unicodedata
from pathlib import Path

import duckdb
import pytest

from orchestration.landing.public_suffix_list import public_suffixes
from tests.matching.character_foldings import SEED, foldings
from tests.portable_sql.rendering import ProjectRenderer

PROJECT = SEED.parents[1]
MODELS = PROJECT / "models" / "intermediate" / "matching"
SHARED = Path(os.environ.get("COSELL_SHARED", Path(__file__).resolve().parents[3] / "shared"))
VECTORS = SHARED / "data" / "matching" / "public_suffix_test_vectors.txt"


@pytest.fixture
def engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def _built(engine: duckdb.DuckDBPyConnection, *models: str) -> None:
    """Build models on the tables of the connection, each under its own name."""
    renderer = ProjectRenderer(PROJECT / "macros", engine="duckdb")
    for name in models:
        sql = renderer.render(MODELS / f"{name}.sql")[0].sql
        engine.execute(f"create or replace table {name} as {sql}")


def _folded(engine: duckdb.DuckDBPyConnection, texts: list[str]) -> dict[str, str]:
    """The texts as the product folds them; plain ones are their small letters."""
    engine.execute("create or replace table int_company_records_unified (account_name text)")
    engine.execute("alter table int_company_records_unified add column city text")
    engine.execute("create or replace table legal_forms (legal_form text)")
    engine.execute(
        f"create or replace table character_foldings as from read_csv('{SEED}', all_varchar = true)"
    )
    engine.execute(
        "insert into int_company_records_unified (account_name) select unnest(?)", [texts]
    )
    _built(engine, "int_texts_folded")
    rows = dict(engine.execute("select typed_text, folded_text from int_texts_folded").fetchall())
    return {text: rows.get(text, text.lower()) for text in texts}


def test_the_seed_holds_what_unicode_says() -> None:
    """Characters that this Python does not know yet are left to the seed."""
    with SEED.open(encoding="utf-8", newline="") as stream:
        seed = {
            character: row["folded"]
            for row in csv.DictReader(stream)
            for character in row["characters"]
        }
    wanted = {
        character: text for text, characters in foldings().items() for character in characters
    }
    known = {one for one in seed if unicodedata.category(one) != "Cn"}
    assert {one: seed[one] for one in known} == wanted


def test_all_spellings_of_a_text_fold_alike(engine: duckdb.DuckDBPyConnection) -> None:
    """NFKC: whatever Unicode calls compatible is one text, in any case."""
    chance = random.Random(44)
    letters = "Ａｂ①ﬀ²ÄéñŁøßŒΣςЙ한국ｶﾞ株㈱𝐁\u00a0\u200b X-&"
    texts = ["".join(chance.choices(letters, k=12)).strip() for _ in range(400)]
    spellings = {
        text: [unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD")]
        + [text.upper()]
        for text in texts
    }
    found = _folded(engine, sorted({*texts, *(one for row in spellings.values() for one in row)}))
    different = {
        text: {one: found[one] for one in (text, *others)}
        for text, others in spellings.items()
        if len({found[one].strip() for one in (text, *others)}) > 1
    }
    assert different == {}


@pytest.mark.skipif(not VECTORS.is_file(), reason="needs the vectors in ../shared")
def test_registrable_domains_pass_the_vectors_of_the_public_suffix_list(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    pattern = re.compile(r"^checkPublicSuffix\((null|'.*?'), (null|'.*?')\);$", re.MULTILINE)
    vectors = {
        host.strip("'"): None if domain == "null" else domain.strip("'")
        for host, domain in pattern.findall(VECTORS.read_text(encoding="utf-8"))
        if host != "null"
    }
    assert len(vectors) > 70
    suffixes, _ = public_suffixes()
    engine.execute("create table stg_reference__public_suffixes (suffix text, kind text)")
    engine.execute("alter table stg_reference__public_suffixes add column section text")
    columns = [list(column) for column in zip(*suffixes, strict=True)]
    engine.execute(
        "insert into stg_reference__public_suffixes select unnest(?), unnest(?), unnest(?)", columns
    )
    engine.execute(
        "alter table stg_reference__public_suffixes add column known_step bigint default 1"
    )
    engine.execute(
        "alter table stg_reference__public_suffixes add column batch_id text default 'b1'"
    )
    engine.execute(
        "create table int_crm_accounts_current as select unnest(?) as website", [[*vectors]]
    )
    engine.execute("create table int_partner_accounts_known (website text)")
    engine.execute("create table int_intent_signals_unified (domain text)")
    engine.execute("create table int_crm_contacts_unified (email text)")
    _built(engine, "int_websites_cleaned", "int_hosts_registered")
    found = dict(
        engine.execute(
            "select website, registrable_domain from int_websites_cleaned"
            " left join int_hosts_registered using (host)"
        ).fetchall()
    )
    assert found == vectors
    # The same vectors twice in the list, in their own letters and in ASCII, are one domain.
    unified = engine.execute(
        "select count(distinct unicode_domain) from int_hosts_registered"
        " where registrable_domain in ('食狮.公司.cn', 'xn--85x722f.xn--55qx5d.cn')"
    ).fetchall()
    assert unified == [(1,)]
