{# The value of the first undeclared column whose header contains a pattern, lower case as text;
   NULL without such a column or without a value. `extra` is the landed JSON of undeclared columns,
   `header` a regular expression in lower case without groups or quotes. #}
{% macro undeclared_value(extra, header) -%}
case
            when {{ regexp_matches_whole('lower(' ~ extra ~ ')', '.*"[^":]*' ~ header ~ '[^":]*"[ ]*:[ ]*("[^"]|-?[0-9]).*') }}
                then nullif(trim({{ regexp_replace_all(
                    regexp_replace_all(
                        'lower(' ~ extra ~ ')',
                        '^.*?"[^":]*' ~ header ~ '[^":]*"[ ]*:[ ]*"?'
                    , ''),
                    '[",}].*$', ''
                ) }}), '')
        end
{%- endmacro %}
