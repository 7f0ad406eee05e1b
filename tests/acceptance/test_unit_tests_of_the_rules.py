"""Every unit test of the dbt project, on the tables of the demo company: each states one rule."""

from __future__ import annotations

from orchestration.dbt_invocation import DbtProject
from orchestration.settings import Home, load_settings


def test_every_rule_does_what_its_unit_test_says(copy_of_demo_home: Home) -> None:
    project = DbtProject(load_settings(copy_of_demo_home.root))
    results = project.run_dbt("test", ["test_type:unit"], ["--no-write-json"])
    broken = {
        one.node.name: one.message for one in results if one.node and str(one.status) != "pass"
    }
    # dbt counts its own hook among the results.
    names = {one.node.name for one in results if one.node.resource_type == "unit_test"}
    assert not {name: why for name, why in broken.items() if name in names}
    assert len(names) == sum(
        len(file.read_text(encoding="utf-8").split("\n    model: ")) - 1
        for file in project.folder.glob("models/**/*.yml")
    )
