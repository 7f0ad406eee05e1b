-- Cases 23 and 24: whoever manages whom, also in a circle and where nobody does, the direct teams of
-- a week are the company: as of the event and as of today, to the cent.
{%- set figures = [
    'sourced_opportunities_count', 'influenced_opportunities_count', 'direct_opportunities_count',
    'sourced_pipeline_amount', 'influenced_pipeline_amount', 'direct_pipeline_amount',
    'sourced_bookings_amount', 'influenced_bookings_amount', 'direct_bookings_amount',
    'partner_touches_count', 'joint_calls_count',
] %}
with

differences as (

    select
        basis,
        fiscal_quarter,
        week_starts_on,
        {% for figure in figures %}
        sum(case when scope = 'company' then {{ figure }} else -{{ figure }} end) as {{ figure }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('rpt_team_weeks') }}
    where scope in ('direct_reports', 'company')
    group by basis, fiscal_quarter, week_starts_on

)

select * from differences
where {% for figure in figures %}{{ figure }} <> 0{{ ' or ' if not loop.last }}{% endfor %}
