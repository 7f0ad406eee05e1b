"""One of several known things, found by what a person wrote."""

from __future__ import annotations

import pytest

from orchestration.errors import CosellError
from orchestration.known_names import Known, find_known

PEOPLE = [
    Known("005A", "Lena Lowry", "lena.lowry@ours.example"),
    Known("005B", "Lena Draper", "Lena.Draper@ours.example"),
    Known("005C", "Özlem Şahin"),
    Known("005D", "005D"),
]


@pytest.mark.parametrize(
    ("written", "identifier"),
    [
        ("005A", "005A"),
        (" lena   LOWRY ", "005A"),
        ("lena.draper@OURS.example", "005B"),
        ("low", "005A"),
        ("özlem", "005C"),
        ("005D", "005D"),
    ],
)
def test_an_id_an_address_a_name_or_the_beginning_of_a_word_is_enough(
    written: str, identifier: str
) -> None:
    assert find_known(written, PEOPLE, "manager").identifier == identifier


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Lena", "'Lena' is more than one manager: Lena Lowry (lena.lowry@ours.example), Lena"),
        ("Lena Lowrie", "No manager has the name, e-mail or id 'Lena Lowrie': did you mean Lena L"),
        ("Şahn", "did you mean Özlem Şahin?"),
        ("nobody", "known are Lena Lowry, Lena Draper, Özlem Şahin, 005D."),
        ("", "No manager has the name, e-mail or id ''"),
        ("Lena\nLowri", "did you mean"),
    ],
)
def test_what_is_not_found_is_said_in_one_sentence_with_what_is_near(
    written: str, said: str
) -> None:
    with pytest.raises(CosellError) as raised:
        find_known(written, PEOPLE, "manager")
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_without_anything_known_it_says_so() -> None:
    with pytest.raises(CosellError, match="no partner is known yet"):
        find_known("Acme", [], "partner")
