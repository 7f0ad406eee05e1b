"""Faults of settings and policies: the refresh says which line is wrong, and does not begin."""

from __future__ import annotations

from collections.abc import Callable

from tests.faults.fault import Fault
from tests.faults.planting import Company


def _policy(name: str, old: str, new: str) -> Callable[[Company], object]:
    return lambda company: company.edit_policy(name, old, new)


def _waiver(line: str) -> Callable[[Company], object]:
    def plant(company: Company) -> None:
        path = company.home.policies / "gate_waivers.csv"
        path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")

    return plant


FAULTS = (
    Fault(
        "a_policy_without_a_version",
        "a row of attribution_windows.csv has no policy_version",
        "configuration",
        ("attribution_windows.csv", "policy_version"),
        plant=_policy("attribution_windows", "\n2026.1,", "\n,"),
    ),
    Fault(
        "a_signed_number_that_was_changed",
        "30 days become 31 under the version that was signed (case 47)",
        "configuration",
        ("attribution_windows.csv", "policy_version of its own"),
        plant=_policy("attribution_windows", ",30,", ",31,"),
    ),
    Fault(
        "weights_that_do_not_sum_to_a_hundred",
        "a new version of the priority weights lacks a row",
        "configuration",
        ("priority_weights.csv", "100"),
        plant=lambda company: (path := company.home.policies / "priority_weights.csv").write_text(
            path.read_text(encoding="utf-8").rstrip("\n")
            + "\n2099.1,2099-01-01,icp_fit,99,A test\n",
            encoding="utf-8",
        ),
    ),
    Fault(
        "a_number_in_words",
        "a weight is called many",
        "configuration",
        ("priority_weights.csv", "many"),
        plant=lambda company: (path := company.home.policies / "priority_weights.csv").write_text(
            path.read_text(encoding="utf-8").rstrip("\n")
            + "\n2099.1,2099-01-01,icp_fit,many,A test\n",
            encoding="utf-8",
        ),
    ),
    Fault(
        "a_policy_of_no_name",
        "config/policy/priority_weight.csv",
        "configuration",
        ("priority_weight.csv is no policy", "did you mean 'priority_weights'"),
        plant=lambda company: (company.home.policies / "priority_weight.csv").write_text(
            "a\n", encoding="utf-8"
        ),
    ),
    Fault(
        "a_policy_that_is_gone",
        "config/policy/stages.csv was deleted",
        "configuration",
        ("stages.csv", "cosell init"),
        plant=lambda company: (company.home.policies / "stages.csv").unlink(),
    ),
    Fault(
        "a_rule_of_hygiene_that_is_misspelled",
        "close_date_passed for close_date_past",
        "configuration",
        ("opportunity_hygiene.csv", "close_date_passed"),
        plant=lambda company: (
            path := company.home.policies / "opportunity_hygiene.csv"
        ).write_text(
            path.read_text(encoding="utf-8").rstrip("\n")
            + "\n2099.1,2099-01-01,close_date_passed,0,A test\n",
            encoding="utf-8",
        ),
    ),
    Fault(
        "a_limit_that_is_no_share",
        "maximum_shrink_share is 20 for 0.20",
        "configuration",
        ("gate_limits.csv", "maximum_shrink_share", "from 0 to 1"),
        plant=lambda company: (path := company.home.policies / "gate_limits.csv").write_text(
            path.read_text(encoding="utf-8").rstrip("\n")
            + "\n2099.1,2099-01-01,maximum_shrink_share,20,A test\n",
            encoding="utf-8",
        ),
    ),
    Fault(
        "a_time_zone_of_no_place",
        "time_zone: America/Wombat",
        "configuration",
        ("company.yaml", "America/Wombat"),
        plant=lambda company: company.edit_config(
            "company.yaml", "America/New_York", "America/Wombat"
        ),
    ),
    Fault(
        "a_waiver_of_a_check_that_does_not_exist",
        "rule_id full_list_do_not_shrink",
        "configuration",
        ("gate_waivers.csv, row 1", "did you mean 'full_lists_do_not_shrink'"),
        plant=_waiver("w1,2026-08-01,full_list_do_not_shrink,*,Dana Fox,2026-09-01,A test"),
    ),
    Fault(
        "a_waiver_without_an_approver",
        "approved_by is empty",
        "configuration",
        ("gate_waivers.csv, row 1", "approved_by"),
        plant=_waiver("w1,2026-08-01,full_lists_do_not_shrink,*,,2026-09-01,A test"),
    ),
    Fault(
        "a_waiver_for_ever",
        "expires_on 2099-01-01",
        "configuration",
        ("gate_waivers.csv, row 1", "within 92 days"),
        plant=_waiver("w1,2026-08-01,full_lists_do_not_shrink,*,Dana Fox,2099-01-01,A test"),
    ),
)
