{#- CTEs that follow lines (`<lines>_1`: child, parent, depth 1) upwards, apart for each `within`.
    Each round doubles how far is looked: four rounds see 16 levels, and the last CTE is
    `<lines>_16`. Everybody above is listed once, at the least depth, also in a circle. -#}
{% macro climbed(lines, within, child, parent) -%}
{% for length in [2, 4, 8, 16] %}
{%- set shorter = lines ~ '_' ~ (length // 2) -%}
{{ lines }}_{{ length }} as (

    select
        {{ within }},
        {{ child }},
        {{ parent }},
        min(depth) as depth
    from (
        select
            {{ within }},
            {{ child }},
            {{ parent }},
            depth
        from {{ shorter }}

        union all

        select
            near.{{ within }},
            near.{{ child }},
            far.{{ parent }},
            near.depth + far.depth as depth
        from {{ shorter }} as near
        inner join {{ shorter }} as far
            on near.{{ within }} = far.{{ within }}
            and near.{{ parent }} = far.{{ child }}
    ) as reached
    group by {{ within }}, {{ child }}, {{ parent }}

){{ ',\n' if not loop.last }}
{% endfor %}
{%- endmacro %}
