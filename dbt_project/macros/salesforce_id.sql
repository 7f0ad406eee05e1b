{# The id of a Salesforce record in 18 characters, whichever of its two forms is given: the three
   last characters say which of the others are capitals, five at a time. #}
{% macro salesforce_id(column) -%}
case
            when length({{ column }}) = 15 then {{ column }}
                {%- for first in [1, 6, 11] %}
                || substr(
                    'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345',
                    1
                    {%- for place in range(5) %}
                    + case when substr({{ column }}, {{ first + place }}, 1) between 'A' and 'Z' then {{ 2 ** place }} else 0 end
                    {%- endfor %},
                    1
                )
                {%- endfor %}
            else {{ column }}
        end
{%- endmacro %}
