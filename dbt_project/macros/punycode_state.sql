{# The state after one more digit of an internationalized label (RFC 3492), as expressions by name:
   `state` is the struct before, `digit` a number from 0 to 35 and -1 for any other sign, `division`
   the engine's operator for whole numbers, `character` its text of a CODE_POINT. Sums are bounded,
   so that no label can overflow; one that is not well formed ends with is_sound false. #}
{% macro punycode_state(state, digit, division, character) -%}
{%- set position = "least(" ~ state ~ ".position + " ~ digit ~ " * " ~ state ~ ".weight, 2000000000)" -%}
{%- set threshold = "greatest(1, least(26, " ~ state ~ ".step - " ~ state ~ ".bias))" -%}
{%- set is_last = "(" ~ digit ~ " < " ~ threshold ~ ")" -%}
{%- set letters = "(length(" ~ state ~ ".label) + 1)" -%}
{%- set code_point = "(" ~ state ~ ".code_point + (" ~ position ~ " " ~ division ~ " " ~ letters ~ "))" -%}
{%- set place = "(" ~ position ~ " % " ~ letters ~ ")" -%}
{%- set moved = "((" ~ position ~ " - " ~ state ~ ".before) " ~ division ~ " case when " ~ state ~ ".before = 0 then 700 else 2 end)" -%}
{%- set spread = "(" ~ moved ~ " + (" ~ moved ~ " " ~ division ~ " " ~ letters ~ "))" -%}
{%- set is_character = "(" ~ code_point ~ " between 128 and 1114111 and " ~ code_point ~ " not between 55296 and 57343)" -%}
{{ return({
    'is_sound': state ~ ".is_sound and " ~ digit ~ " >= 0 and (not " ~ is_last ~ " or " ~ is_character ~ ")",
    'label': "case when " ~ state ~ ".is_sound and " ~ digit ~ " >= 0 and " ~ is_last ~ " and " ~ is_character
        ~ " then substr(" ~ state ~ ".label, 1, cast(" ~ place ~ " as int)) || " ~ character.replace('CODE_POINT', code_point)
        ~ " || substr(" ~ state ~ ".label, cast(" ~ place ~ " + 1 as int)) else " ~ state ~ ".label end",
    'code_point': "case when " ~ is_last ~ " then least(" ~ code_point ~ ", 2000000000) else " ~ state ~ ".code_point end",
    'position': "case when " ~ is_last ~ " then " ~ place ~ " + 1 else " ~ position ~ " end",
    'before': "case when " ~ is_last ~ " then " ~ place ~ " + 1 else " ~ state ~ ".before end",
    'bias': "case when not " ~ is_last ~ " then " ~ state ~ ".bias"
        ~ " when " ~ spread ~ " <= 455 then (36 * " ~ spread ~ ") " ~ division ~ " (" ~ spread ~ " + 38)"
        ~ " when " ~ spread ~ " " ~ division ~ " 35 <= 455 then 36 + (36 * (" ~ spread ~ " " ~ division ~ " 35)) " ~ division ~ " ((" ~ spread ~ " " ~ division ~ " 35) + 38)"
        ~ " when " ~ spread ~ " " ~ division ~ " 1225 <= 455 then 72 + (36 * (" ~ spread ~ " " ~ division ~ " 1225)) " ~ division ~ " ((" ~ spread ~ " " ~ division ~ " 1225) + 38)"
        ~ " else 108 + (36 * (" ~ spread ~ " " ~ division ~ " 42875)) " ~ division ~ " ((" ~ spread ~ " " ~ division ~ " 42875) + 38) end",
    'weight': "case when " ~ is_last ~ " then 1 else least(" ~ state ~ ".weight * (36 - " ~ threshold ~ "), 50000000) end",
    'step': "case when " ~ is_last ~ " then 36 else " ~ state ~ ".step + 36 end",
}) }}
{%- endmacro %}
