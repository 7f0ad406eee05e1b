with

decisions as (

    select * from {{ ref('stg_templates__match_decisions') }}

),

merged as (

    select * from {{ ref('int_crm_accounts_merged') }}

),

refresh_current as (

    select * from {{ ref('int_refresh_current') }}

),

-- The newest word about a pair counts; a decision about an account that was merged away holds
-- for the survivor (case 8).
decisions_ranked as (

    select
        coalesce(merged.surviving_account_id, decisions.crm_account_id) as crm_account_id,
        decisions.partner_id,
        decisions.partner_account_id,
        decisions.decision,
        decisions.decided_by,
        decisions.decided_at,
        decisions.reason,
        decisions.expires_on,
        row_number() over (
            partition by
                coalesce(merged.surviving_account_id, decisions.crm_account_id),
                decisions.partner_id,
                decisions.partner_account_id
            order by
                decisions.known_step desc nulls last,
                decisions.batch_id desc nulls last,
                decisions.decided_at desc nulls last,
                decisions.source_row_number desc nulls last
        ) as decision_rank
    from decisions
    left join merged
        on decisions.crm_account_id = merged.account_id

),

in_force as (

    select
        decisions_ranked.crm_account_id,
        decisions_ranked.partner_id,
        decisions_ranked.partner_account_id,
        decisions_ranked.decision,
        decisions_ranked.decided_by,
        decisions_ranked.decided_at,
        decisions_ranked.reason,
        decisions_ranked.expires_on
    from decisions_ranked
    cross join refresh_current
    where decisions_ranked.decision_rank = 1
        and coalesce(decisions_ranked.expires_on >= refresh_current.as_of, true)

)

select * from in_force
