with

decisions as (

    select * from {{ ref('int_match_decisions_resolved') }}
    where status = 'in_force'

),

in_force as (

    select
        crm_account_id,
        partner_id,
        partner_account_id,
        decision,
        decided_by,
        decided_at,
        reason,
        expires_on
    from decisions

)

select * from in_force
