{#- The order in which versions of one record follow each other: what became known later wins;
    inside one step the source's own modification time, then the place in the files. -#}
{%- macro newest_version(key, modified_at=none, prefix='') -%}
row_number() over (
            partition by {{ key }}
            order by
                {{ prefix }}known_step desc nulls last,
                {% if modified_at %}{{ modified_at }} desc nulls last,
                {% endif %}{{ prefix }}batch_id desc nulls last,
                {{ prefix }}source_row_number desc nulls last
        )
{%- endmacro -%}
