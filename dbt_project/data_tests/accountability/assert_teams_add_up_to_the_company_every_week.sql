-- Cases 23 and 24: whoever manages whom, also in a circle and where nobody does, the direct teams of
-- a week are the company: as of the event and as of today, to the cent.
with

signed as (

    select
        team_weeks.*,
        cast(case when scope = 'company' then 1 else -1 end as bigint) as sign
    from {{ ref('rpt_team_weeks') }} as team_weeks
    where scope in ('direct_reports', 'company')

),

differences as (

    select
        basis,
        fiscal_quarter,
        week_starts_on,
        sum(sign * sourced_opportunities_count) as sourced_opportunities_count,
        sum(sign * influenced_opportunities_count) as influenced_opportunities_count,
        sum(sign * direct_opportunities_count) as direct_opportunities_count,
        sum(sign * sourced_pipeline_amount) as sourced_pipeline_amount,
        sum(sign * influenced_pipeline_amount) as influenced_pipeline_amount,
        sum(sign * direct_pipeline_amount) as direct_pipeline_amount,
        sum(sign * sourced_bookings_amount) as sourced_bookings_amount,
        sum(sign * influenced_bookings_amount) as influenced_bookings_amount,
        sum(sign * direct_bookings_amount) as direct_bookings_amount,
        sum(sign * partner_touches_count) as partner_touches_count,
        sum(sign * joint_calls_count) as joint_calls_count
    from signed
    group by basis, fiscal_quarter, week_starts_on

)

select * from differences
where sourced_opportunities_count <> 0
    or influenced_opportunities_count <> 0
    or direct_opportunities_count <> 0
    or sourced_pipeline_amount <> 0
    or influenced_pipeline_amount <> 0
    or direct_pipeline_amount <> 0
    or sourced_bookings_amount <> 0
    or influenced_bookings_amount <> 0
    or direct_bookings_amount <> 0
    or partner_touches_count <> 0
    or joint_calls_count <> 0
