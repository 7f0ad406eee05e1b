{# Columns with the last one to four words of a text, NULL where it has no more words than that:
   a name is never all legal form. #}
{% macro last_words(words) -%}
{%- for count in range(1, 5) %}
        case
            when length({{ words }}) - length(replace({{ words }}, ' ', '')) >= {{ count }}
            then {% for back in range(count, 0, -1) %}split_part({{ words }}, ' ', -{{ back }}){{ " || ' ' || " if not loop.last }}{% endfor %}
        end as last_{{ count }}{{ ',' if not loop.last }}
{%- endfor %}
{%- endmacro %}
