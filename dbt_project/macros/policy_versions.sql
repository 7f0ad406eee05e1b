{#- Every row of every known file of a policy, with the two times it is bound to: the days it is
    in force (`effective_from_on`, `effective_before_on`, NULL = still) and the steps in which its
    file was the newest known one (`valid_from_step`, `valid_until_step`, NULL = still). -#}
{%- macro policy_versions(relation, keys) -%}
(
    select
        policy_rows.*,
        lead(policy_rows.effective_from_on) over (
            partition by policy_rows.known_step, {{ keys | join(', ') }}
            order by policy_rows.effective_from_on nulls last, policy_rows.source_row_number nulls last
        ) as effective_before_on,
        policy_rows.known_step as valid_from_step,
        min(policy_rows.known_step) over (
            order by policy_rows.known_step nulls last
            range between 1 following and unbounded following
        ) as valid_until_step
    from {{ relation }} as policy_rows
)
{%- endmacro -%}
