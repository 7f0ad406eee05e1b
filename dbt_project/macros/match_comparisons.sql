{# The comparisons of a pair, each a column <comparison>_level of int_match_pairs_compared and levels
   of the seed match_model. #}
{% macro match_comparisons() -%}
    {{ return([
        'name', 'name_rarity', 'country', 'city', 'phone', 'duns', 'domain', 'linkedin',
        'email_domain', 'crm_id',
    ]) }}
{%- endmacro %}
