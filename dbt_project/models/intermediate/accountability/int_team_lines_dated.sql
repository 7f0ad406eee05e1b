with

reporting_lines as (

    select * from {{ ref('dim_reporting_lines') }}

),

managers as (

    select * from {{ ref('int_crm_managers_versioned') }}

),

first_observed as (

    select
        user_id as rep_id,
        min(known_on) as first_known_on
    from managers
    group by user_id

),

-- Case 24: of the day of the event, and beside it as of today. Before the first observation the
-- first one holds, as in the ledger.
dated as (

    select
        'as_of_event' as basis,
        reporting_lines.rep_id,
        reporting_lines.manager_id,
        reporting_lines.depth,
        reporting_lines.is_in_cycle,
        case
            when reporting_lines.observed_from = first_observed.first_known_on
            then cast('0001-01-01' as date)
            else reporting_lines.observed_from
        end as holds_from_on,
        coalesce(reporting_lines.observed_to, cast('9999-12-31' as date)) as holds_before_on
    from reporting_lines
    inner join first_observed
        on reporting_lines.rep_id = first_observed.rep_id

    union all

    select
        'as_of_today' as basis,
        rep_id,
        manager_id,
        depth,
        is_in_cycle,
        cast('0001-01-01' as date) as holds_from_on,
        cast('9999-12-31' as date) as holds_before_on
    from reporting_lines
    where is_current

)

select * from dated
