with

decided as (

    select * from {{ ref('int_matches_decided') }}

),

conflicts as (

    select * from {{ ref('int_match_conflicts_found') }}

),

-- What fits the account and not the company that stands behind it waits for a person.
settled as (

    select
        decided.*,
        case
            when conflicts.crm_account_id is not null then 'review'
            else decided.decision
        end as settled_decision,
        case
            when conflicts.crm_account_id is not null then 'contested_evidence'
            else decided.rule_id
        end as settled_rule_id,
        conflicts.conflict as company_conflict
    from decided
    left join conflicts
        on decided.crm_account_id = conflicts.crm_account_id
        and decided.partner_id = conflicts.partner_id
        and decided.partner_account_id = conflicts.partner_account_id

)

select * from settled
