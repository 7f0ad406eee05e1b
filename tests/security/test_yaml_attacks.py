"""Settings are YAML that people copy and partners propose: none of it is run or unfolded."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.company_defaults import initialise_home
from orchestration.errors import ConfigurationError, CosellError
from orchestration.file_shares.share_settings import load_share
from orchestration.landing.feeds import load_feed
from orchestration.routing.delivery_settings import load_delivery_settings
from orchestration.settings import Home, load_company, read_yaml_mapping

LEVELS = "\n".join(
    f"l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * 9)}]" for level in range(1, 10)
)
BILLION_LAUGHS = f"l0: &l0 [lol, lol]\n{LEVELS}\nname: *l9\n"

ATTACKS = {
    "billion laughs": (BILLION_LAUGHS, "alias"),
    "itself": ("name: &a [*a]\n", "alias"),
    "merge of an alias": ("a: &a {name: x}\nb: {<<: *a}\n", "alias"),
    "deep list": (f"name: {'[' * 5000}{']' * 5000}\n", "levels"),
    "deep mapping": ("".join(f"{' ' * depth}a:\n" for depth in range(300)), "levels"),
    "large file": (f"name: {'x' * (2**20)}\n", "larger than"),
    "two documents": ("name: a\n---\nname: b\n", "valid YAML"),
    "the same key twice": ("name: a\nname: b\n", "written twice"),
    "no text": ("name: \x00\n", "valid YAML"),
    "a list": ("- name\n", "key: value"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused_in_one_short_sentence(tmp_path: Path, attack: str) -> None:
    text, expected = ATTACKS[attack]
    file = tmp_path / "settings.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        read_yaml_mapping(file)
    assert expected in str(refused.value)
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system ['touch {marker}']",
        "!!python/object/new:os.system ['touch {marker}']",
        "!!python/name:os.system",
        "!!python/module:os",
        "!!python/object/apply:subprocess.check_output [['touch', '{marker}']]",
    ],
)
def test_a_tag_of_python_is_a_text_or_a_list_and_nothing_more(tmp_path: Path, tag: str) -> None:
    marker = tmp_path / "marker"
    file = tmp_path / "settings.yaml"
    file.write_text(f"name: {tag.format(marker=marker)}\n", encoding="utf-8")
    found = read_yaml_mapping(file)["name"]
    assert isinstance(found, str | list)
    assert not marker.exists()


READERS = {
    "company.yaml": load_company,
    "delivery.yaml": load_delivery_settings,
    "feeds/acme.yaml": lambda home: load_feed(home, "acme"),
    "shares/acme.yaml": lambda home: load_share(home, "acme"),
}


@pytest.mark.parametrize("file", READERS)
@pytest.mark.parametrize("attack", ["billion laughs", "deep list", "large file"])
def test_every_reader_of_settings_stands_behind_it(tmp_path: Path, file: str, attack: str) -> None:
    home = Home(tmp_path)
    initialise_home(home)
    home.config.joinpath(file).write_text(ATTACKS[attack][0], encoding="utf-8")
    with pytest.raises(ConfigurationError, match=ATTACKS[attack][1]):
        READERS[file](home)


def test_there_is_one_reader_of_yaml(repository: Path) -> None:
    """Another one would have to be attacked here, too."""
    readers = {
        str(path.relative_to(repository))
        for folder in ("orchestration", "expectations")
        for path in (repository / folder).rglob("*.py")
        if any(
            word in path.read_text(encoding="utf-8")
            for word in ("yaml.load", "yaml.safe_load", "yaml.full_load", "yaml.unsafe_load")
        )
    }
    assert readers == {"orchestration/settings.py"}


@pytest.mark.parametrize(
    "name", ["../acme", "a/b", "/etc/passwd", "acme.yaml", "ACME", "-x", "a\n"]
)
def test_a_feed_or_share_is_named_by_a_plain_name(tmp_path: Path, name: str) -> None:
    home = Home(tmp_path / "home")
    initialise_home(home)
    for target in (home.feeds / f"{name}.yaml", home.share_files / f"{name}.yaml"):
        if not name.startswith("/") and "\n" not in name:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("feed: acme\nsource: salesforce\n", encoding="utf-8")
    for load in (load_feed, load_share):
        with pytest.raises(CosellError, match="There is no"):
            load(home, name)
