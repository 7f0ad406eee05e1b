{# The weighted words of the first text for which the second has none that differs by a slip of the
   pen: one letter or two that changed places from four letters on, two letters from nine on. ''
   when each has one. The cases stand in the order of what they cost: most pairs of words are told
   apart by their lengths. #}
{% macro words_without_twin(words, other_words) -%}
    {{ return(adapter.dispatch('words_without_twin', 'cosell')(words, other_words)) }}
{%- endmacro %}

{% macro duckdb__words_without_twin(words, other_words) -%}
array_to_string(list_filter(string_split({{ words }}, ' '), lambda one: len(list_filter(string_split({{ other_words }}, ' '), lambda two: case when length(one) < 6 or length(two) < 6 or abs(length(one) - length(two)) > 2 then false when levenshtein(substr(one, 3), substr(two, 3)) <= case when length(one) >= 11 and length(two) >= 11 then 2 else 1 end then true when length(one) <> length(two) or levenshtein(substr(one, 3), substr(two, 3)) <> 2 then false else list_sort(string_split(substr(one, 3), '')) = list_sort(string_split(substr(two, 3), '')) end)) = 0), ' ')
{%- endmacro %}

{% macro spark__words_without_twin(words, other_words) -%}
array_join(filter(split({{ words }}, ' '), one -> not exists(split({{ other_words }}, ' '), two -> case when length(one) < 6 or length(two) < 6 or abs(length(one) - length(two)) > 2 then false when levenshtein(substr(one, 3), substr(two, 3)) <= case when length(one) >= 11 and length(two) >= 11 then 2 else 1 end then true when length(one) <> length(two) or levenshtein(substr(one, 3), substr(two, 3)) <> 2 then false else sort_array(split(substr(one, 3), '')) = sort_array(split(substr(two, 3), '')) end)), ' ')
{%- endmacro %}
