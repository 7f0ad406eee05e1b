with

counted as (

    select * from {{ ref('int_rep_support_counted') }}
    where moment_kind = 'today'

),

decided as (

    select * from {{ ref('int_rep_support_decided') }}
    where moment_kind = 'today'

),

rep_support as (

    select
        {{ hash_id(['counted.rep_id', 'counted.fiscal_quarter']) }} as rep_support_id,
        counted.rep_id,
        counted.fiscal_quarter,
        counted.routed_accounts_count,
        counted.routed_weeks_count,
        counted.accounts_count,
        counted.overlapping_accounts_count,
        {{ share(
            'cast(counted.overlapping_accounts_count as decimal(18,0))',
            'cast(counted.accounts_count as decimal(18,0))'
        ) }} as overlap_coverage_share,
        counted.intros_asked_count,
        counted.intros_given_count,
        counted.intros_owed_count,
        counted.intros_owed_given_count,
        {{ ratio(
            'cast(counted.intro_days_count as decimal(18,0))',
            'cast(counted.intros_given_count as decimal(18,0))'
        ) }} as days_to_give_an_intro,
        counted.enablement_asked_count,
        counted.enablement_given_count,
        counted.overlap_data_asked_count,
        counted.overlap_data_given_count,
        coalesce(decided.support_status, 'delivered') as support_status,
        decided.support_gaps
    from counted
    left join decided
        on counted.moment_id = decided.moment_id
        and counted.rep_id = decided.rep_id

)

select * from rep_support
