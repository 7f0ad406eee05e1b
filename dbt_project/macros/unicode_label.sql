{# A label of a host in its own letters: xn--mller-kva is müller. What is not well formed stays as it
   is, and so does every label without the prefix: xn--abc- would be the abc of somebody else. #}
{% macro unicode_label(label) -%}
    {{ return(adapter.dispatch('unicode_label', 'cosell')(label)) }}
{%- endmacro %}

{% macro duckdb__unicode_label(label) -%}
{%- set digits = "list_transform(string_split(regexp_replace(" ~ label ~ ", '^.*-', ''), ''), lambda letter: strpos('abcdefghijklmnopqrstuvwxyz0123456789', letter) - 1)" -%}
{%- set start = "case when " ~ label ~ " like 'xn--%-%' then regexp_replace(substr(" ~ label ~ ", 5), '-[^-]*$', '') else '' end" -%}
{%- set state = punycode_state('before', 'now.digit', '//', 'chr(cast(CODE_POINT as int))') -%}
case
            when {{ label }} like 'xn--_%' and {{ label }} not like '%-' and length({{ label }}) <= 63
            then list_transform(
                [list_reduce(
                    list_prepend(
                        {'digit': cast(0 as bigint), 'is_sound': true, 'label': {{ start }}, 'code_point': cast(128 as bigint), 'position': cast(0 as bigint), 'before': cast(0 as bigint), 'bias': cast(72 as bigint), 'weight': cast(1 as bigint), 'step': cast(36 as bigint)},
                        list_transform({{ digits }}, lambda one: {'digit': cast(one as bigint), 'is_sound': true, 'label': '', 'code_point': cast(0 as bigint), 'position': cast(0 as bigint), 'before': cast(0 as bigint), 'bias': cast(0 as bigint), 'weight': cast(0 as bigint), 'step': cast(0 as bigint)})
                    ),
                    lambda before, now: {'digit': now.digit{% for name, expression in state.items() %}, '{{ name }}': {{ expression }}{% endfor %}}
                )],
                lambda done: case when done.is_sound and done.step = 36 then done.label else {{ label }} end
            )[1]
            else {{ label }}
        end
{%- endmacro %}

{% macro spark__unicode_label(label) -%}
{%- set digits = "transform(split(regexp_replace(" ~ label ~ ", '^.*-', ''), ''), letter -> cast(instr('abcdefghijklmnopqrstuvwxyz0123456789', letter) - 1 as bigint))" -%}
{%- set start = "case when " ~ label ~ " like 'xn--%-%' then regexp_replace(substr(" ~ label ~ ", 5), '-[^-]*$', '') else '' end" -%}
{%- set state = punycode_state('before', 'digit', 'div', "decode(unhex(lpad(hex(CODE_POINT), 8, '0')), 'UTF-32')") -%}
case
            when {{ label }} like 'xn--_%' and {{ label }} not like '%-' and length({{ label }}) <= 63
            then aggregate(
                {{ digits }},
                named_struct('is_sound', true, 'label', {{ start }}, 'code_point', cast(128 as bigint), 'position', cast(0 as bigint), 'before', cast(0 as bigint), 'bias', cast(72 as bigint), 'weight', cast(1 as bigint), 'step', cast(36 as bigint)),
                (before, digit) -> named_struct({% for name, expression in state.items() %}'{{ name }}', {{ "cast(" ~ expression ~ " as bigint)" if name not in ('is_sound', 'label') else expression }}{{ ', ' if not loop.last }}{% endfor %}),
                done -> case when done.is_sound and done.step = 36 then done.label else {{ label }} end
            )
            else {{ label }}
        end
{%- endmacro %}
