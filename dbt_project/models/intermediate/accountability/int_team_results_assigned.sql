with

results as (

    select * from {{ ref('int_team_results_dated') }}

),

lines as (

    select * from {{ ref('int_team_lines_dated') }}

),

bases as (

    select 'as_of_event' as basis
    union all
    select 'as_of_today' as basis

),

-- Direct reports part the company: every result is in one team, also what has no manager or no rep.
direct_teams as (

    select
        bases.basis,
        'direct_reports' as scope,
        case
            when results.rep_id is null then 'no_rep'
            when lines.manager_id is null then 'no_manager'
            else 'managed'
        end as team_status,
        lines.manager_id,
        coalesce(lines.is_in_cycle, false) as is_in_cycle,
        results.rep_id,
        results.fiscal_quarter,
        results.happened_on,
        results.result,
        results.value
    from results
    cross join bases
    left join lines
        on results.rep_id = lines.rep_id
        and bases.basis = lines.basis
        and lines.depth = 1
        and results.happened_on >= lines.holds_from_on
        and results.happened_on < lines.holds_before_on

),

-- Whole organisations lie inside each other and are never added up.
organisations as (

    select
        lines.basis,
        'whole_organisation' as scope,
        'managed' as team_status,
        lines.manager_id,
        lines.is_in_cycle,
        results.rep_id,
        results.fiscal_quarter,
        results.happened_on,
        results.result,
        results.value
    from results
    inner join lines
        on results.rep_id = lines.rep_id
        and results.happened_on >= lines.holds_from_on
        and results.happened_on < lines.holds_before_on

),

company as (

    select
        bases.basis,
        'company' as scope,
        'company' as team_status,
        cast(null as {{ type_string() }}) as manager_id,
        false as is_in_cycle,
        results.rep_id,
        results.fiscal_quarter,
        results.happened_on,
        results.result,
        results.value
    from results
    cross join bases

),

assigned as (

    select * from direct_teams
    union all
    select * from organisations
    union all
    select * from company

)

select * from assigned
