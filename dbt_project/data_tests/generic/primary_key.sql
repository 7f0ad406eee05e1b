{# The key of a model, in one query: fails with one row per combination of the columns that occurs
   more than once or has a NULL in it. #}
{% test primary_key(model, columns) %}

select
    {{ columns | join(', ') }},
    cast(count(*) as bigint) as rows_count
from {{ model }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {% for column in columns %}
    or {{ column }} is null
    {% endfor %}

{% endtest %}
