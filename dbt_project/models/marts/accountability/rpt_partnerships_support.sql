with

gaps as (

    select * from {{ ref('int_support_gaps_found') }}
    where moment_kind = 'today'
        and is_owed

),

requests as (

    select * from {{ ref('int_support_requests_judged') }}
    where moment_kind = 'today'
        and is_owed

),

partners as (

    select * from {{ ref('dim_partners') }}

),

-- What a partner was asked for is told by partner; lists and overlap are owed by the whole team.
owed as (

    select
        requests.fiscal_quarter,
        requests.support_kind,
        requests.partner_id,
        requests.rep_id,
        cast(1 as bigint) as owed_count,
        cast(case when requests.given_on is not null then 1 else 0 end as bigint) as given_count,
        requests.days_to_give,
        gaps.is_gap
        and requests.given_on is null as is_gap
    from requests
    inner join gaps
        on requests.moment_id = gaps.moment_id
        and requests.rep_id = gaps.rep_id
        and requests.support_kind = gaps.support_kind
    where requests.support_kind in ('intro', 'enablement')

    union all

    select
        fiscal_quarter,
        support_kind,
        cast(null as {{ type_string() }}) as partner_id,
        rep_id,
        owed_count,
        given_count,
        cast(null as bigint) as days_to_give,
        is_gap
    from gaps
    where support_kind in ('routed_accounts', 'overlap_data')

),

gap_reps as (

    select
        fiscal_quarter,
        support_kind,
        partner_id,
        rep_id
    from owed
    where is_gap
    group by fiscal_quarter, support_kind, partner_id, rep_id

),

gap_lists as (

    select
        fiscal_quarter,
        support_kind,
        partner_id,
        count(*) as gap_reps_count,
        {{ ordered_list('rep_id', 'rep_id') }} as gap_rep_ids
    from gap_reps
    group by fiscal_quarter, support_kind, partner_id

),

summed as (

    select
        fiscal_quarter,
        support_kind,
        partner_id,
        count(distinct rep_id) as reps_count,
        sum(owed_count) as owed_count,
        sum(given_count) as given_count,
        sum(days_to_give) as days_to_give,
        count(days_to_give) as timed_count
    from owed
    group by fiscal_quarter, support_kind, partner_id

),

support as (

    select
        {{ hash_id(['summed.fiscal_quarter', 'summed.support_kind', 'summed.partner_id']) }}
            as partnerships_support_id,
        summed.fiscal_quarter,
        summed.support_kind,
        summed.partner_id,
        partners.partner_manager_email,
        cast(summed.reps_count as bigint) as reps_count,
        cast(summed.owed_count as bigint) as owed_count,
        cast(summed.given_count as bigint) as given_count,
        cast(summed.owed_count - summed.given_count as bigint) as not_given_count,
        {{ ratio(
            'cast(summed.days_to_give as decimal(18,0))',
            'cast(summed.timed_count as decimal(18,0))'
        ) }} as days_to_give,
        cast(coalesce(gap_lists.gap_reps_count, 0) as bigint) as gap_reps_count,
        gap_lists.gap_rep_ids
    from summed
    left join gap_lists
        on summed.fiscal_quarter = gap_lists.fiscal_quarter
        and summed.support_kind = gap_lists.support_kind
        and summed.partner_id is not distinct from gap_lists.partner_id
    left join partners
        on summed.partner_id = partners.partner_id

)

select * from support
