{# A partner's list by our names: its newest file, or every row's last version of a delta. #}
{% macro newest_list(partner_id, reader, headers, mode='full') %}
select
    '{{ partner_id }}' as partner_id,
    {% for ours in ['partner_account_id', 'name', 'website', 'country', 'duns', 'status', 'crm_account_id'] %}
    {% if headers[ours] %}cast("{{ headers[ours] }}" as varchar){% else %}cast(null as varchar){% endif %} as {{ ours }}{{ ',' if not loop.last }}
    {% endfor %}
from {{ reader }}
{% if mode == 'full' %}
qualify filename = max(filename) over ()
{% else %}
qualify row_number() over (partition by "{{ headers.partner_account_id }}" order by filename desc) = 1
{% endif %}
{% endmacro %}
