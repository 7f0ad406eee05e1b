with

decisions as (

    select * from {{ ref('int_match_decisions_resolved') }}

),

match_decisions as (

    select
        decision_id || '|' || partner_account_id as match_decision_id,
        decision_id,
        crm_account_id,
        partner_id,
        partner_account_id,
        written_crm_account_id,
        written_partner_account_id,
        decision,
        status,
        is_contradicted,
        is_account_known,
        is_partner_record_listed,
        decided_by,
        decided_at,
        effective_on,
        reason,
        expires_on,
        batch_id,
        source_file,
        source_sha256,
        source_row_number
    from decisions

)

select * from match_decisions
