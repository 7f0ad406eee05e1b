{# What a posting says for good, as one text: the hash of a closed quarter is taken over it. A column
   that a later version of the ledger adds stays out, so that a signed hash can always be computed
   again; `orchestration/release/quarter_verification.py` writes the same text from the release. #}
{% macro posting_text(prefix='') -%}
{% for column in [
    'posting_id', 'opportunity_id', 'measure', 'attribution_class', 'partner_id', 'rep_id', 'manager_id',
    'posted_quarter', 'origin_quarter', 'event_on', 'amount_company_currency', 'amount', 'currency',
    'conversion_rate', 'rate_on', 'rate_kind', 'exclusion', 'posting_kind', 'rule_id', 'tie_break',
    'override_id', 'evidence_touch_ids', 'policy_version', 'policy_sha256', 'reason',
    'corrects_posting_id', 'posted_at', 'known_step', 'opportunity_source_file',
    'opportunity_source_sha256', 'opportunity_source_row_number',
] %}coalesce(cast({{ prefix }}{{ column }} as {{ type_string() }}), '∅'){{ " || '|' || " if not loop.last }}{% endfor %}
{%- endmacro %}
