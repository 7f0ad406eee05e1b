{# What a platform calls the partner of a row: the name, else the name that rows known by then give
   its id, else the id itself, so that no row is without a partner. #}
{% macro platform_partner_name() -%}
case
            when partner_platform_id is null then partner_name
            else coalesce(
                partner_name,
                max(partner_name) over (
                    partition by partner_platform_id
                    order by known_step nulls last
                    range between unbounded preceding and current row
                ),
                partner_platform_id
            )
        end
{%- endmacro %}
