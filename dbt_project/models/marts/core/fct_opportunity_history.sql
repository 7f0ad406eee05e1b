with

values_dated as (

    select * from {{ ref('int_crm_opportunity_values_dated') }}

),

published as (

    select
        opportunity_id,
        field_name,
        field_value,
        effective_at,
        superseded_at,
        evidence,
        known_step
    from values_dated

)

select * from published
