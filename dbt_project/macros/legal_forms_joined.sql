{# Joins the legal forms that a relation with last_words ends on; '*' is a form that is known
   everywhere. #}
{% macro legal_forms_joined(relation) -%}
{%- for count in range(1, 5) %}
    left join legal_forms as form_everywhere_{{ count }}
        on {{ relation }}.last_{{ count }} = form_everywhere_{{ count }}.form_words
        and form_everywhere_{{ count }}.country_code = '*'
    left join legal_forms as form_{{ count }}
        on {{ relation }}.last_{{ count }} = form_{{ count }}.form_words
        and {{ relation }}.country_code = form_{{ count }}.country_code
{%- endfor %}
{%- endmacro %}
