"""One process may build the project more than once: `cosell demo` refreshes four times in one."""

from __future__ import annotations

from types import SimpleNamespace

from orchestration.dbt_invocation import _forget_what_was_compiled


def test_what_dbt_put_into_a_node_is_put_in_again_by_the_next_build() -> None:
    node = SimpleNamespace(extra_ctes_injected=True, extra_ctes=["an ephemeral"], compiled=True)
    seed = SimpleNamespace()
    _forget_what_was_compiled(SimpleNamespace(nodes={"model": node, "seed": seed}))
    assert (node.extra_ctes_injected, node.extra_ctes, node.compiled) == (False, [], False)
