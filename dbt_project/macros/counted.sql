{# A number with its noun, as people say it: 1 deal, 2 deals. NULL for NULL. #}
{% macro counted(number, one, many) -%}
case
            when {{ number }} = 1 then '1 {{ one }}'
            else cast({{ number }} as {{ type_string() }}) || ' {{ many }}'
        end
{%- endmacro %}
