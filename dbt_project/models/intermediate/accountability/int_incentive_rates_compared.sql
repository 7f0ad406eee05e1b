with

rates as (

    select * from {{ policy_versions(ref('stg_policy__incentive_rates'), ['attribution_class', 'opportunity_type']) }}
    where valid_until_step is null

),

classes as (

    select 'sourced' as attribution_class
    union all
    select 'influenced' as attribution_class
    union all
    select 'direct' as attribution_class

),

change_days as (

    select distinct effective_from_on from rates

),

types as (

    select distinct opportunity_type from rates

),

-- On every day on which some rate changes: the rate of the type, else that of any type.
in_force as (

    select
        types.opportunity_type,
        classes.attribution_class,
        change_days.effective_from_on,
        rates.incentive_rate,
        row_number() over (
            partition by types.opportunity_type, classes.attribution_class, change_days.effective_from_on
            order by rates.opportunity_type = '*' nulls last
        ) as rate_rank
    from types
    cross join classes
    cross join change_days
    left join rates
        on classes.attribution_class = rates.attribution_class
        and (
            types.opportunity_type = rates.opportunity_type
            or rates.opportunity_type = '*'
        )
        and change_days.effective_from_on >= rates.effective_from_on
        and {{ before_open_day('change_days.effective_from_on', 'rates.effective_before_on') }}

),

compared as (

    select
        in_force.opportunity_type,
        in_force.attribution_class,
        in_force.effective_from_on,
        lead(in_force.effective_from_on) over (
            partition by in_force.opportunity_type, in_force.attribution_class
            order by in_force.effective_from_on nulls last
        ) as effective_before_on,
        in_force.incentive_rate,
        solo.incentive_rate as solo_rate,
        solo.incentive_rate is null
        or coalesce(in_force.incentive_rate, 0) >= solo.incentive_rate as is_fair
    from in_force
    inner join in_force as solo
        on in_force.opportunity_type = solo.opportunity_type
        and in_force.effective_from_on = solo.effective_from_on
        and solo.attribution_class = 'direct'
        and solo.rate_rank = 1
    where in_force.rate_rank = 1

)

select * from compared
