with

ae_quarters as (

    select * from {{ ref('fct_ae_quarters') }}

),

expectation_metrics as (

    select * from {{ ref('expectation_metrics') }}

),

active_days as (

    select * from {{ ref('int_rep_active_days') }}
    where moment_kind = 'today'

),

lines as (

    select * from {{ ref('int_team_lines_dated') }}

),

bases as (

    select 'as_of_event' as basis
    union all
    select 'as_of_today' as basis

),

rep_days as (

    select
        rep_id,
        fiscal_quarter,
        sum(active_share) as rep_days_count
    from active_days
    group by rep_id, fiscal_quarter

),

-- Shares have no sum: what each of ten reps owes in full, the team does not owe ten times.
additive as (

    select
        ae_quarters.rep_id,
        ae_quarters.fiscal_quarter,
        ae_quarters.metric,
        ae_quarters.fair_target,
        rep_days.rep_days_count
    from ae_quarters
    inner join expectation_metrics
        on ae_quarters.metric = expectation_metrics.metric
        and expectation_metrics.unit in ('count', 'money')
    left join rep_days
        on ae_quarters.rep_id = rep_days.rep_id
        and ae_quarters.fiscal_quarter = rep_days.fiscal_quarter
    where ae_quarters.fair_target <> 0

),

direct_days as (

    select
        bases.basis,
        active_days.rep_id,
        active_days.fiscal_quarter,
        lines.manager_id,
        count(case when lines.is_in_cycle then lines.manager_id end) > 0 as is_in_cycle,
        sum(active_days.active_share) as days_count
    from active_days
    cross join bases
    left join lines
        on active_days.rep_id = lines.rep_id
        and bases.basis = lines.basis
        and lines.depth = 1
        and active_days.day_on >= lines.holds_from_on
        and active_days.day_on < lines.holds_before_on
    group by bases.basis, active_days.rep_id, active_days.fiscal_quarter, lines.manager_id

),

organisation_days as (

    select
        lines.basis,
        active_days.rep_id,
        active_days.fiscal_quarter,
        lines.manager_id,
        count(case when lines.is_in_cycle then lines.manager_id end) > 0 as is_in_cycle,
        sum(active_days.active_share) as days_count
    from active_days
    inner join lines
        on active_days.rep_id = lines.rep_id
        and active_days.day_on >= lines.holds_from_on
        and active_days.day_on < lines.holds_before_on
    group by lines.basis, active_days.rep_id, active_days.fiscal_quarter, lines.manager_id

),

-- Days up to and with each manager: what is owed until there, less what is owed until the one
-- before, adds up to the rep's target to the cent.
direct_until as (

    select
        direct_days.*,
        sum(days_count) over (
            partition by basis, rep_id, fiscal_quarter
            order by manager_id nulls last
        ) as days_until_count
    from direct_days
    where days_count <> 0

),

direct_between as (

    select
        direct_until.*,
        days_until_count - days_count as days_before_count
    from direct_until

),

-- A target without an active day to share it by is nobody's team's, and still the company's.
shared as (

    select
        bases.basis,
        'direct_reports' as scope,
        case when direct_between.manager_id is null then 'no_manager' else 'managed' end as team_status,
        direct_between.manager_id,
        coalesce(direct_between.is_in_cycle, false) as is_in_cycle,
        additive.rep_id,
        additive.fiscal_quarter,
        additive.metric,
        case
            when direct_between.rep_id is null then additive.fair_target
            else {{ share_of_amount(
                    'additive.fair_target', 'direct_between.days_until_count', 'additive.rep_days_count'
                ) }}
                - {{ share_of_amount(
                    'additive.fair_target',
                    'direct_between.days_before_count',
                    'additive.rep_days_count'
                ) }}
        end as fair_target
    from additive
    cross join bases
    left join direct_between
        on additive.rep_id = direct_between.rep_id
        and additive.fiscal_quarter = direct_between.fiscal_quarter
        and bases.basis = direct_between.basis

    union all

    select
        organisation_days.basis,
        'whole_organisation' as scope,
        'managed' as team_status,
        organisation_days.manager_id,
        organisation_days.is_in_cycle,
        additive.rep_id,
        additive.fiscal_quarter,
        additive.metric,
        {{ share_of_amount(
            'additive.fair_target', 'organisation_days.days_count', 'additive.rep_days_count'
        ) }} as fair_target
    from additive
    inner join organisation_days
        on additive.rep_id = organisation_days.rep_id
        and additive.fiscal_quarter = organisation_days.fiscal_quarter

    union all

    select
        bases.basis,
        'company' as scope,
        'company' as team_status,
        cast(null as {{ type_string() }}) as manager_id,
        false as is_in_cycle,
        additive.rep_id,
        additive.fiscal_quarter,
        additive.metric,
        additive.fair_target
    from additive
    cross join bases

)

select * from shared
