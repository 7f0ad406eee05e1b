{# The id of a HubSpot record as it is known here: HubSpot counts its records, so its ids carry
   the name of their CRM and never equal one of another CRM. #}
{% macro hubspot_id(column) -%}
'hubspot:' || {{ column }}
{%- endmacro %}
