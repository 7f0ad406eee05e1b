with

overlapping as (

    select * from {{ ref('int_overlaps_segmented') }}

),

our_states as (

    select * from {{ ref('int_our_account_states_decided') }}

),

accounts as (

    select * from {{ ref('int_crm_accounts_current') }}

),

partner_accounts as (

    select * from {{ ref('int_partner_accounts_current') }}

),

observed_states as (

    select * from {{ ref('int_partner_account_states_observed') }}

),

coverage as (

    select * from {{ ref('int_partner_coverage_decided') }}

),

matches as (

    select * from {{ ref('int_matches_settled') }}

),

families as (

    select * from {{ ref('int_families_warmed') }}

),

segment_cells as (

    select * from {{ ref('segment_cells') }}

),

our_accounts as (

    select
        our_states.account_id,
        our_states.our_state,
        our_states.our_state_since_on,
        our_states.is_partner_organisation,
        accounts.batch_id,
        accounts.source_row_number
    from our_states
    inner join accounts
        on our_states.account_id = accounts.account_id

),

-- What an account that the partner does not list is, once per partner and state of ours.
absences as (

    select
        coverage.partner_id,
        coverage.absence_state,
        coverage.first_full_list_on,
        segment_cells.our_state,
        segment_cells.cell,
        segment_cells.roll_up,
        segment_cells.roll_up_side,
        case
            when coverage.absence_state = 'absent'
            then 'Not on the whole list of '
            || {{ text_from_day('coverage.newest_full_list_on') }}
            when coverage.newest_list_on is null then 'No list received yet'
            else 'The lists do not say who is absent'
        end as evidence
    from coverage
    inner join segment_cells
        on coverage.absence_state = segment_cells.partner_state

),

reviews_per_account as (

    select
        matches.crm_account_id as account_id,
        matches.partner_id
    from matches
    inner join partner_accounts
        on matches.partner_id = partner_accounts.partner_id
        and matches.partner_account_id = partner_accounts.partner_account_id
    where matches.settled_decision = 'review'
    group by matches.crm_account_id, matches.partner_id

),

reviews_per_partner_account as (

    select
        partner_id,
        partner_account_id
    from matches
    where settled_decision = 'review'
    group by partner_id, partner_account_id

),

matched_records as (

    select
        partner_id,
        partner_account_id
    from matches
    where settled_decision in ('automatic', 'accepted')
    group by partner_id, partner_account_id

),

overlapping_rows as (

    select
        overlapping.account_id || '|' || overlapping.partner_id as segment_id,
        overlapping.account_id,
        overlapping.partner_id,
        overlapping.partner_account_id,
        overlapping.partner_account_ids,
        overlapping.partner_account_name,
        overlapping.our_state,
        overlapping.partner_state,
        overlapping.listed_states as partner_listed_states,
        overlapping.cell,
        overlapping.roll_up,
        overlapping.roll_up_side,
        overlapping.is_partner_organisation,
        'direct' as warmth,
        reviews_per_account.account_id is not null as has_match_in_review,
        case
            when overlapping.our_state_since_on is not null
                and overlapping.partner_state_since_on is not null
            then greatest(overlapping.our_state_since_on, overlapping.partner_state_since_on)
        end as since_on,
        overlapping.customer_since_on as partner_customer_since_on,
        overlapping.evidence,
        our_accounts.batch_id as crm_batch_id,
        our_accounts.source_row_number as crm_source_row_number,
        overlapping.batch_id as partner_batch_id,
        overlapping.source_row_number as partner_source_row_number
    from overlapping
    inner join our_accounts
        on overlapping.account_id = our_accounts.account_id
    left join reviews_per_account
        on overlapping.account_id = reviews_per_account.account_id
        and overlapping.partner_id = reviews_per_account.partner_id

),

-- Every other account of ours with every active partner: absent from a whole list, else unknown.
one_sided_rows_ours as (

    select
        our_accounts.account_id || '|' || absences.partner_id as segment_id,
        our_accounts.account_id,
        absences.partner_id,
        cast(null as {{ type_string() }}) as partner_account_id,
        cast(null as {{ type_string() }}) as partner_account_ids,
        cast(null as {{ type_string() }}) as partner_account_name,
        our_accounts.our_state,
        absences.absence_state as partner_state,
        cast(null as {{ type_string() }}) as partner_listed_states,
        absences.cell,
        absences.roll_up,
        absences.roll_up_side,
        our_accounts.is_partner_organisation,
        case when families.account_id is not null then 'family' else 'none' end as warmth,
        reviews_per_account.account_id is not null as has_match_in_review,
        case
            when absences.absence_state = 'absent' and our_accounts.our_state_since_on is not null
            then greatest(our_accounts.our_state_since_on, absences.first_full_list_on)
        end as since_on,
        cast(null as date) as partner_customer_since_on,
        case
            when families.account_id is null then absences.evidence
            else absences.evidence || '; overlap of ' || families.related_account
        end as evidence,
        our_accounts.batch_id as crm_batch_id,
        our_accounts.source_row_number as crm_source_row_number,
        cast(null as {{ type_string() }}) as partner_batch_id,
        cast(null as bigint) as partner_source_row_number
    from our_accounts
    inner join absences
        on our_accounts.our_state = absences.our_state
    left join families
        on our_accounts.account_id = families.account_id
        and absences.partner_id = families.partner_id
    left join reviews_per_account
        on our_accounts.account_id = reviews_per_account.account_id
        and absences.partner_id = reviews_per_account.partner_id
    where not exists (
            select overlapping.account_id from overlapping
            where overlapping.account_id = our_accounts.account_id
                and overlapping.partner_id = absences.partner_id
        )

),

-- What the partner knows and we do not: net new, or not yet matched.
one_sided_rows_theirs as (

    select
        '|' || partner_accounts.partner_id || '|' || partner_accounts.partner_account_id
            as segment_id,
        cast(null as {{ type_string() }}) as account_id,
        partner_accounts.partner_id,
        partner_accounts.partner_account_id,
        partner_accounts.partner_account_id as partner_account_ids,
        partner_accounts.account_name as partner_account_name,
        coverage.our_absence_state as our_state,
        partner_accounts.partner_state,
        partner_accounts.listed_states as partner_listed_states,
        segment_cells.cell,
        segment_cells.roll_up,
        segment_cells.roll_up_side,
        false as is_partner_organisation,
        'none' as warmth,
        reviews_per_partner_account.partner_id is not null as has_match_in_review,
        case
            when coverage.our_absence_state = 'absent' then observed_states.first_observed_on
        end as since_on,
        case
            when partner_accounts.partner_state = 'customer' then partner_accounts.customer_since_on
        end as partner_customer_since_on,
        case
            when coverage.our_absence_state = 'unknown'
            then 'On an overlap list and in none of our matches'
            else 'No certain match in our CRM'
        end as evidence,
        cast(null as {{ type_string() }}) as crm_batch_id,
        cast(null as bigint) as crm_source_row_number,
        partner_accounts.batch_id as partner_batch_id,
        partner_accounts.source_row_number as partner_source_row_number
    from partner_accounts
    inner join coverage
        on partner_accounts.partner_id = coverage.partner_id
    inner join segment_cells
        on coverage.our_absence_state = segment_cells.our_state
        and partner_accounts.partner_state = segment_cells.partner_state
    left join observed_states
        on partner_accounts.partner_id = observed_states.partner_id
        and partner_accounts.partner_account_id = observed_states.partner_account_id
        and observed_states.is_current
    left join reviews_per_partner_account
        on partner_accounts.partner_id = reviews_per_partner_account.partner_id
        and partner_accounts.partner_account_id = reviews_per_partner_account.partner_account_id
    where not exists (
            select matched_records.partner_id from matched_records
            where matched_records.partner_id = partner_accounts.partner_id
                and matched_records.partner_account_id = partner_accounts.partner_account_id
        )

),

account_segments as (

    select * from overlapping_rows
    union all
    select * from one_sided_rows_ours
    union all
    select * from one_sided_rows_theirs

)

select * from account_segments
