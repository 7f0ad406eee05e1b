{#- CTEs that follow lines (`<lines>_1`: child, parent, depth 1) upwards, apart for each `within`,
    16 levels far. The last CTE is `<lines>_16`: everybody above is listed once, at the least depth,
    also in a circle. Every round joins the first lines again, which an engine reads once; rounds
    that join themselves are fewer, and a plan that grows with their power. -#}
{% macro climbed(lines, within, child, parent) -%}
{% for round in range(2, 17) %}
{{ lines }}_{{ 'listed' if loop.last else round }} as (

    select
        {{ within }},
        {{ child }},
        {{ parent }},
        depth
    from {{ lines }}_1

    union all

    select
        near.{{ within }},
        near.{{ child }},
        far.{{ parent }},
        near.depth + 1 as depth
    from {{ lines }}_{{ round - 1 }} as near
    inner join {{ lines }}_1 as far
        on near.{{ within }} = far.{{ within }}
        and near.{{ parent }} = far.{{ child }}

),

{% endfor %}
{{ lines }}_16 as (

    select
        {{ within }},
        {{ child }},
        {{ parent }},
        min(depth) as depth
    from {{ lines }}_listed
    group by {{ within }}, {{ child }}, {{ parent }}

)
{%- endmacro %}
