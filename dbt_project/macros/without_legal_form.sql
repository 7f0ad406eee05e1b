{# The words without the longest legal form at their end; goes with legal_forms_joined. #}
{% macro without_legal_form(words) -%}
case
            {%- for count in range(4, 0, -1) %}
            when coalesce(form_everywhere_{{ count }}.form_words, form_{{ count }}.form_words) is not null
            then substr({{ words }}, 1, length({{ words }}) - length(last_{{ count }}) - 1)
            {%- endfor %}
            else {{ words }}
        end
{%- endmacro %}
