{#- One row per known file of a policy: the steps in which it was the newest known one
    (`valid_from_step`, `valid_until_step`, NULL = still). -#}
{%- macro policy_files(relation) -%}
(
    select
        known_step as valid_from_step,
        lead(known_step) over (order by known_step nulls last) as valid_until_step
    from {{ relation }}
    group by known_step
)
{%- endmacro -%}
