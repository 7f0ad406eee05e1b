with

told_weeks as (

    select * from {{ ref('int_ae_weeks_told') }}

),

quarters as (

    select * from {{ ref('int_fiscal_quarters_listed') }}

),

projection_rules as (

    select * from {{ policy_in_force(ref('stg_policy__projection'), []) }}

),

numbered as (

    select
        fiscal_quarter,
        row_number() over (order by starts_on nulls last) as quarter_number
    from quarters

),

ends_told as (

    select
        fiscal_quarter,
        min(told_on) as end_told_on
    from told_weeks
    where is_last_week
    group by fiscal_quarter

),

weeks_to_project as (

    select
        fiscal_quarter,
        week_number,
        min(told_on) as told_on
    from told_weeks
    where not is_frozen
    group by fiscal_quarter, week_number

),

-- Out of sample: a week may be informed by quarters whose end had been told when the week was.
paired as (

    select
        weeks_to_project.fiscal_quarter,
        weeks_to_project.week_number,
        earlier.fiscal_quarter as earlier_quarter
    from weeks_to_project
    cross join projection_rules
    inner join numbered
        on weeks_to_project.fiscal_quarter = numbered.fiscal_quarter
    inner join numbered as earlier
        on numbered.quarter_number > earlier.quarter_number
        and earlier.quarter_number >= numbered.quarter_number - projection_rules.own_quarters_limit
    inner join ends_told
        on earlier.fiscal_quarter = ends_told.fiscal_quarter
        and weeks_to_project.told_on >= ends_told.end_told_on

)

select * from paired
