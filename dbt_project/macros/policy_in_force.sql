{# The rows of a policy file that hold on the day of the refresh: of the newest known file, for
   each key the row with the newest effective day that has come. No keys: one row for the file.
   A file that may be empty names its source and table, see latest_batch. #}
{% macro policy_in_force(relation, keys, source_name=none, table_name=none) -%}
(
    select policy_ranked.*
    from (
        select
            policy_rows.*,
            row_number() over (
                {% if keys -%}
                partition by {% for key in keys %}policy_rows.{{ key }}{{ ', ' if not loop.last }}{% endfor %}
                {% endif -%}
                order by
                    policy_rows.effective_from_on desc nulls last,
                    policy_rows.source_row_number desc nulls last
            ) as policy_rank
        from {{ latest_batch(relation, source_name, table_name) }} as policy_rows
        cross join {{ ref('int_refresh_current') }} as refresh_current
        where policy_rows.effective_from_on <= refresh_current.as_of
    ) as policy_ranked
    where policy_ranked.policy_rank = 1
)
{%- endmacro %}
