"""`python -m benchmarks` names every benchmark once, and says which failed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import benchmarks.__main__ as runner
from benchmarks.__main__ import BENCHMARKS, Benchmark, chosen, run_all

FOLDER = Path(runner.__file__).parent


def test_every_benchmark_of_the_sets_is_a_file() -> None:
    assert [one.module for one in BENCHMARKS if not one.file.is_file()] == []
    assert len({one.module for one in BENCHMARKS}) == len(BENCHMARKS)


def test_every_script_that_writes_a_section_is_in_a_set_and_the_other_way_round() -> None:
    writing = set()
    for file in FOLDER.rglob("*.py"):
        named = re.search(r"Section\(\s*\"([\w.]+)\"", file.read_text(encoding="utf-8"))
        if named:
            module = ".".join(file.relative_to(FOLDER).with_suffix("").parts)
            assert named[1] == module, f"{file} writes the section of {named[1]}"
            writing.add(module)
    assert writing == {one.module for one in BENCHMARKS if one.writes_results}


def test_results_are_asked_of_those_that_have_a_section() -> None:
    asked = {one.module: one.command("--a 1")[2:] for one in BENCHMARKS}
    assert asked["lists"] == ["benchmarks.lists", "--a", "1", "--results"]
    assert asked["peers.chart"] == ["benchmarks.peers.chart", "--a", "1"]


def test_the_quick_set_leaves_out_what_the_full_one_alone_has() -> None:
    quick = [one.module for one, _ in chosen("quick", [])]
    full = [one.module for one, _ in chosen("full", [])]
    assert set(quick) < set(full)
    assert [one.module for one, _ in chosen("quick", ["lists"])] == ["lists"]
    with pytest.raises(SystemExit, match="quick set has no engines"):
        chosen("quick", ["engines"])


def test_a_benchmark_that_fails_is_named_and_does_not_stop_the_next(capsys) -> None:
    # Modules that do not exist beside one that ends well at once.
    good = Benchmark("lists", "", "", writes_results=False)
    failed = run_all([(Benchmark("nowhere", "", ""), ""), (good, "--help")])
    assert failed == ["nowhere"]
    assert "nowhere FAILED with exit code 1" in capsys.readouterr().out


def test_a_set_with_a_failure_ends_with_exit_code_1(monkeypatch) -> None:
    monkeypatch.setattr(runner, "run_all", lambda asked: ["lists"])
    monkeypatch.setattr("sys.argv", ["benchmarks"])
    with pytest.raises(SystemExit, match="lists") as failed:
        runner.main()
    # A message as code is exit code 1.
    assert isinstance(failed.value.code, str)
