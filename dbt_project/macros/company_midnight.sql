{#- The UTC instant at which a day begins in the company's time zone. -#}
{%- macro company_midnight(day) -%}
{{ adapter.dispatch('company_midnight', 'cosell')(day) }}
{%- endmacro -%}

{%- macro duckdb__company_midnight(day) -%}
timezone('UTC', timezone((select time_zone from {{ ref('stg_settings__company') }}), cast({{ day }} as timestamp)))
{%- endmacro -%}

{%- macro spark__company_midnight(day) -%}
to_utc_timestamp(cast({{ day }} as timestamp), (select time_zone from {{ ref('stg_settings__company') }}))
{%- endmacro -%}
