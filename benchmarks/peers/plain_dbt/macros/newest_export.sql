{# An object of the CRM as it stands: every export read, the last version of each record. #}
{% macro newest_export(name, changed_at='SystemModstamp', is_deleted='IsDeleted') %}
(
    select * from (
        select *, row_number() over (partition by Id order by {{ changed_at }} desc, filename desc) as version
        from read_csv(
            '{{ var("inbox") }}/salesforce/*/{{ name }}.csv',
            all_varchar = true, union_by_name = true, filename = true
        )
    )
    where version = 1 {%- if is_deleted %} and coalesce({{ is_deleted }}, 'false') <> 'true' {%- endif %}
)
{% endmacro %}
