with

decisions as (

    select * from {{ ref('stg_templates__match_decisions') }}

),

crm_ids as (

    select * from {{ ref('int_crm_ids_spelled') }}

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_normalized') }}

),

renamed as (

    select * from {{ ref('int_partner_records_renamed') }}

),

partner_accounts as (

    select * from {{ ref('int_partner_accounts_normalized') }}

),

refresh_current as (

    select * from {{ ref('int_refresh_current') }}

),

-- A decision about an account that was merged away holds for the survivor (case 8). One about a
-- record that was renamed holds for the record that it became: a rejection for all that it may
-- have become, an acceptance only where there is no doubt.
followed as (

    select
        decisions.batch_id || '|' || cast(decisions.source_row_number as {{ type_string() }})
            as decision_id,
        coalesce(crm_ids.surviving_account_id, decisions.crm_account_id) as crm_account_id,
        decisions.partner_id,
        coalesce(renamed.successor_partner_account_id, decisions.partner_account_id)
            as partner_account_id,
        decisions.crm_account_id as written_crm_account_id,
        decisions.partner_account_id as written_partner_account_id,
        decisions.decision,
        decisions.decided_by,
        decisions.decided_at,
        decisions.reason,
        decisions.expires_on,
        coalesce({{ company_date('decisions.decided_at') }}, decisions.known_on) as effective_on,
        decisions.batch_id,
        decisions.source_file,
        decisions.source_sha256,
        decisions.source_row_number,
        decisions.known_step,
        decisions.known_on
    from decisions
    left join crm_ids
        on decisions.crm_account_id = crm_ids.written_id
    left join renamed
        on decisions.partner_id = renamed.partner_id
        and decisions.partner_account_id = renamed.partner_account_id
        and (renamed.successors_count = 1 or decisions.decision = 'reject')

),

-- The newest word about a pair counts: by the day on which it was given, then by when it became
-- known. A word of tomorrow does not count today.
ranked as (

    select
        followed.*,
        followed.effective_on <= refresh_current.as_of as is_effective,
        followed.expires_on < refresh_current.as_of as is_expired,
        row_number() over (
            partition by
                followed.crm_account_id,
                followed.partner_id,
                followed.partner_account_id
            order by
                followed.effective_on > refresh_current.as_of nulls last,
                followed.effective_on desc nulls last,
                followed.decided_at desc nulls last,
                followed.known_step desc nulls last,
                followed.batch_id desc nulls last,
                followed.source_row_number desc nulls last
        ) as decision_rank,
        min(followed.decision) over by_pair as first_decision,
        max(followed.decision) over by_pair as last_decision
    from followed
    cross join refresh_current
    window by_pair as (
        partition by
            followed.crm_account_id,
            followed.partner_id,
            followed.partner_account_id
    )

),

resolved as (

    select
        ranked.decision_id,
        ranked.crm_account_id,
        ranked.partner_id,
        ranked.partner_account_id,
        ranked.written_crm_account_id,
        ranked.written_partner_account_id,
        ranked.decision,
        case
            when not ranked.is_effective then 'not_yet'
            when ranked.decision_rank > 1 then 'superseded'
            when ranked.is_expired then 'expired'
            else 'in_force'
        end as status,
        ranked.first_decision <> ranked.last_decision as is_contradicted,
        crm_accounts.account_id is not null as is_account_known,
        coalesce(partner_accounts.is_in_force, false) as is_partner_record_listed,
        ranked.decided_by,
        ranked.decided_at,
        ranked.effective_on,
        ranked.reason,
        ranked.expires_on,
        ranked.batch_id,
        ranked.source_file,
        ranked.source_sha256,
        ranked.source_row_number,
        ranked.known_step,
        ranked.known_on
    from ranked
    left join crm_accounts
        on ranked.crm_account_id = crm_accounts.account_id
    left join partner_accounts
        on ranked.partner_id = partner_accounts.partner_id
        and ranked.partner_account_id = partner_accounts.partner_account_id

)

select * from resolved
