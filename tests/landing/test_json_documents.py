"""What the pages and the nested lists of a JSON report become."""

from __future__ import annotations

from typing import Any

import pytest

from orchestration.landing.json_documents import _more_pages_follow, _rows


@pytest.mark.parametrize(
    ("item", "rows"),
    [
        ({"id": 1}, [{"id": "1"}]),
        ({"id": 1, "tags": []}, [{"id": "1", "tags": None}]),
        ({"id": 1, "tags": ["a", "b"]}, [{"id": "1", "tags": "a"}, {"id": "1", "tags": "b"}]),
        ({"id": 1, "tags": {"a": 2}}, [{"id": "1", "tags.a": "2"}]),
        ({"id": True, "of": {}}, [{"id": "true", "of": None}]),
        ({"id": False, "of": ["a", 1]}, [{"id": "false", "of": '["a", 1]'}]),
        ({"of": [{"a": 1}, {"b": "é"}]}, [{"of.a": "[1, null]", "of.b": '[null, "é"]'}]),
        ({"of": [{"a": 1}, 2]}, [{"of": '[{"a": 1}, 2]'}]),
    ],
)
def test_a_list_that_unfolds_is_a_row_per_element_and_another_stays_in_its_row(
    item: dict[str, Any], rows: list[dict[str, Any]]
) -> None:
    assert _rows(iter([item]), ("tags",)) == rows


def test_keys_nest_seven_deep_and_what_lies_deeper_is_one_text() -> None:
    item: dict[str, Any] = {"h": 1}
    for key in "gfedcba":
        item = {key: item}
    assert _rows(iter([item]), ()) == [{"a.b.c.d.e.f.g": '{"h": 1}'}]


@pytest.mark.parametrize(
    ("page", "follow"),
    [
        ({"items": [], "pagination": {"has_more": True}}, True),
        ({"items": [], "pagination": {"has_more": False}}, False),
        ({"items": [], "pagination": {"has_more": "true"}}, False),
        ({"items": [], "number": 0, "totalPages": 2}, True),
        ({"items": [], "number": 1, "totalPages": 2}, False),
        ({"items": [], "number": 0}, False),
        ({"items": [], "totalPages": 2}, False),
        ({"id": 7, "pagination": {"has_more": True}}, False),
        ("text", False),
    ],
)
def test_more_pages_follow_where_the_last_one_says_so(page: Any, follow: bool) -> None:
    assert _more_pages_follow([{"items": []}, page]) == follow
    assert _more_pages_follow([[{"items": []}, page]]) == follow
