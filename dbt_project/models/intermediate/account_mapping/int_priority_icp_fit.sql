with

accounts as (

    select distinct account_id from {{ ref('int_accounts_prioritizable') }}

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_current') }}

),

normalized_accounts as (

    select * from {{ ref('int_crm_accounts_normalized') }}

),

signals as (

    select * from {{ ref('int_priority_signals_in_force') }}
    where contribution = 'icp_fit'

),

profile as (

    select * from {{ policy_in_force(ref('stg_policy__icp_fit'), ['dimension', 'value']) }}

),

-- '*' is every value without a row of its own.
profile_fallbacks as (

    select
        dimension,
        points_share
    from profile
    where value = '*'

),

employee_bounds as (

    select
        max(case when dimension = 'employees_minimum' then cast(value as bigint) end)
            as minimum_count,
        max(case when dimension = 'employees_maximum' then cast(value as bigint) end)
            as maximum_count,
        min(points_share) as points_share
    from profile
    where dimension in ('employees_minimum', 'employees_maximum')

),

described as (

    select
        accounts.account_id,
        crm_accounts.industry,
        crm_accounts.employees_count,
        normalized_accounts.country_code
    from accounts
    inner join crm_accounts
        on accounts.account_id = crm_accounts.account_id
    inner join normalized_accounts
        on accounts.account_id = normalized_accounts.account_id

),

-- One row per fact that is known; an account without an industry fits neither well nor badly.
observed as (

    select
        described.account_id,
        'industry' as signal,
        coalesce(
            profile.points_share, profile_fallbacks.points_share, cast(0 as {{ type_share() }})
        ) as strength,
        'industry ' || described.industry as evidence
    from described
    left join profile
        on profile.dimension = 'industry'
        and lower(trim(described.industry)) = lower(profile.value)
    left join profile_fallbacks
        on profile_fallbacks.dimension = 'industry'
    where described.industry is not null

    union all

    select
        described.account_id,
        'country' as signal,
        coalesce(
            profile.points_share, profile_fallbacks.points_share, cast(0 as {{ type_share() }})
        ) as strength,
        'country ' || described.country_code as evidence
    from described
    left join profile
        on profile.dimension = 'country'
        and described.country_code = profile.value
    left join profile_fallbacks
        on profile_fallbacks.dimension = 'country'
    where described.country_code is not null

    union all

    select
        described.account_id,
        'employees' as signal,
        case
            when described.employees_count >= coalesce(employee_bounds.minimum_count, 0)
                and described.employees_count
                <= coalesce(employee_bounds.maximum_count, described.employees_count)
            then employee_bounds.points_share
            else cast(0 as {{ type_share() }})
        end as strength,
        cast(described.employees_count as {{ type_string() }}) || ' employees' as evidence
    from described
    cross join employee_bounds
    where described.employees_count is not null
        and employee_bounds.points_share is not null

),

scored as (

    select
        observed.account_id,
        cast(sum(signals.signal_points * observed.strength) as {{ type_score() }}) as points,
        cast(sum(signals.signal_points) as {{ type_score() }}) as known_points,
        {{ ordered_list('observed.evidence', 'observed.signal') }} as evidence
    from observed
    inner join signals
        on observed.signal = signals.signal
    group by observed.account_id

)

select * from scored
