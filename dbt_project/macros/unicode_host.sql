{# A host in its own letters, each label read by unicode_label: www.xn--mller-kva.de and www.müller.de
   are one. #}
{% macro unicode_host(host) -%}
    {{ return(adapter.dispatch('unicode_host', 'cosell')(host)) }}
{%- endmacro %}

{% macro duckdb__unicode_host(host) -%}
case
            when {{ host }} like '%xn--%'
            then array_to_string(list_transform(string_split({{ host }}, '.'), lambda part: {{ unicode_label('part') }}), '.')
            else {{ host }}
        end
{%- endmacro %}

{% macro spark__unicode_host(host) -%}
case
            when {{ host }} like '%xn--%'
            then array_join(transform(split({{ host }}, '[.]'), part -> {{ unicode_label('part') }}), '.')
            else {{ host }}
        end
{%- endmacro %}
