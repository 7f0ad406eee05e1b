with

counted as (

    select * from {{ ref('int_rep_support_counted') }}

),

guard as (

    select * from {{ policy_versions(ref('stg_policy__support_guard'), ['support_kind']) }}
    where valid_until_step is null

),

quarters as (

    select * from {{ ref('int_fiscal_quarters_listed') }}

),

-- What was owed to the rep of each kind, and what of it came.
owed as (

    select
        moment_id,
        moment_kind,
        rep_id,
        fiscal_quarter,
        'routed_accounts' as support_kind,
        cast(1 as bigint) as owed_count,
        least(routed_accounts_count, cast(1 as bigint)) as given_count
    from counted

    union all

    select
        moment_id,
        moment_kind,
        rep_id,
        fiscal_quarter,
        'overlap_data' as support_kind,
        accounts_count as owed_count,
        overlapping_accounts_count as given_count
    from counted

    union all

    select
        moment_id,
        moment_kind,
        rep_id,
        fiscal_quarter,
        'intro' as support_kind,
        intros_owed_count as owed_count,
        intros_owed_given_count as given_count
    from counted

    union all

    select
        moment_id,
        moment_kind,
        rep_id,
        fiscal_quarter,
        'enablement' as support_kind,
        enablement_owed_count as owed_count,
        enablement_owed_given_count as given_count
    from counted

),

compared as (

    select
        owed.moment_id,
        owed.moment_kind,
        owed.rep_id,
        owed.fiscal_quarter,
        owed.support_kind,
        owed.owed_count,
        owed.given_count,
        guard.owed as owed_when,
        guard.owed = 'always' or owed.owed_count > 0 as is_owed,
        guard.minimum_share * owed.owed_count as minimum_count
    from owed
    inner join quarters
        on owed.fiscal_quarter = quarters.fiscal_quarter
    inner join guard
        on owed.support_kind = guard.support_kind
        and quarters.starts_on >= guard.effective_from_on
        and (
            guard.effective_before_on is null
            or quarters.starts_on < guard.effective_before_on
        )

),

-- Rules section 9: support was owed, and nothing or too little of it came.
found as (

    select
        moment_id,
        moment_kind,
        rep_id,
        fiscal_quarter,
        support_kind,
        owed_count,
        given_count,
        is_owed,
        is_owed and (given_count = 0 or given_count < minimum_count) as is_gap
    from compared

)

select * from found
