with

records as (

    select * from {{ ref('int_company_records_listed') }}

),

accepted as (

    select * from {{ ref('int_company_records_accepted') }}

),

matches as (

    select * from {{ ref('int_matches_decided') }}
    where decision = 'automatic'

),

conflicts as (

    select * from {{ ref('int_match_conflicts_found') }}

),

matches_ranked as (

    select
        matches.crm_account_id,
        matches.partner_id,
        matches.partner_account_id,
        row_number() over (
            partition by matches.partner_id, matches.partner_account_id
            order by matches.probability desc nulls last, matches.crm_account_id nulls last
        ) as match_rank
    from matches
    left join conflicts
        on matches.crm_account_id = conflicts.crm_account_id
        and matches.partner_id = conflicts.partner_id
        and matches.partner_account_id = conflicts.partner_account_id
    where conflicts.crm_account_id is null

),

-- What people accepted comes first; then every record of a partner stands with its one account,
-- and a merged account with its survivor: no chain can grow out of these.
centres as (

    select
        records.record_id,
        case
            when records.record_kind = 'partner_record' and accepted.record_id is null
            then matches_ranked.crm_account_id
            else records.crm_account_id
        end as centre_account_id,
        accepted.group_id,
        case
            when records.record_kind = 'merged_account' then 'merge'
            when accepted.record_id is not null then 'accepted'
            when matches_ranked.crm_account_id is not null then 'automatic'
            else 'alone'
        end as joined_by
    from records
    left join accepted
        on records.record_id = accepted.record_id
    left join matches_ranked
        on records.partner_id = matches_ranked.partner_id
        and records.partner_account_id = matches_ranked.partner_account_id
        and matches_ranked.match_rank = 1

),

matched as (

    select
        centres.record_id,
        coalesce(
            centres.group_id,
            accepted.group_id,
            'account|' || centres.centre_account_id,
            centres.record_id
        ) as group_id,
        centres.joined_by
    from centres
    left join accepted
        on 'account|' || centres.centre_account_id = accepted.record_id

)

select * from matched
