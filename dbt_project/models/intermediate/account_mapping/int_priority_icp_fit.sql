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

technologies as (

    select * from {{ ref('int_account_technologies_known') }}

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

signal_points as (

    select
        max(case when signal = 'country' then signal_points end) as country_points,
        max(case when signal = 'employees' then signal_points end) as employees_points,
        max(case when signal = 'industry' then signal_points end) as industry_points,
        max(case when signal = 'technology' then signal_points end) as technology_points
    from signals

),

-- A fact that is not known stays NULL; an account without an industry fits neither well nor badly.
strengths as (

    select
        described.account_id,
        described.industry,
        described.employees_count,
        described.country_code,
        case
            when described.country_code is not null
            then coalesce(countries.points_share, other_countries.points_share, 0)
        end as country_strength,
        case
            when described.employees_count >= coalesce(employee_bounds.minimum_count, 0)
                and described.employees_count
                <= coalesce(employee_bounds.maximum_count, described.employees_count)
            then employee_bounds.points_share
            when described.employees_count is not null and employee_bounds.points_share is not null
            then 0
        end as employees_strength,
        case
            when described.industry is not null
            then coalesce(industries.points_share, other_industries.points_share, 0)
        end as industry_strength,
        technologies.technology,
        technologies.points_share as technology_strength
    from described
    cross join employee_bounds
    left join profile as countries
        on countries.dimension = 'country'
        and described.country_code = countries.value
    left join profile_fallbacks as other_countries
        on other_countries.dimension = 'country'
    left join profile as industries
        on industries.dimension = 'industry'
        and lower(trim(described.industry)) = lower(industries.value)
    left join profile_fallbacks as other_industries
        on other_industries.dimension = 'industry'
    left join technologies
        on described.account_id = technologies.account_id

),

known as (

    select
        strengths.account_id,
        signal_points.country_points * strengths.country_strength as country_points,
        case when strengths.country_strength is not null then signal_points.country_points end
            as known_country_points,
        signal_points.employees_points * strengths.employees_strength as employees_points,
        case when strengths.employees_strength is not null then signal_points.employees_points end
            as known_employees_points,
        signal_points.industry_points * strengths.industry_strength as industry_points,
        case when strengths.industry_strength is not null then signal_points.industry_points end
            as known_industry_points,
        signal_points.technology_points * strengths.technology_strength as technology_points,
        case
            when strengths.technology_strength is not null then signal_points.technology_points
        end as known_technology_points,
        '; country ' || strengths.country_code as country_evidence,
        '; ' || cast(strengths.employees_count as {{ type_string() }}) || ' employees'
            as employees_evidence,
        '; industry ' || strengths.industry as industry_evidence,
        case
            when strengths.technology = '*' then '; technologies of no special worth'
            else '; uses ' || strengths.technology
        end as technology_evidence
    from strengths
    cross join signal_points

),

scored as (

    select
        account_id,
        cast(
            coalesce(country_points, 0) + coalesce(employees_points, 0)
            + coalesce(industry_points, 0) + coalesce(technology_points, 0) as {{ type_score() }}
        ) as points,
        cast(
            coalesce(known_country_points, 0) + coalesce(known_employees_points, 0)
            + coalesce(known_industry_points, 0) + coalesce(known_technology_points, 0)
            as {{ type_score() }}
        ) as known_points,
        substr(
            case when country_points is not null then country_evidence else '' end
            || case when employees_points is not null then employees_evidence else '' end
            || case when industry_points is not null then industry_evidence else '' end
            || case when technology_points is not null then technology_evidence else '' end,
            3
        ) as evidence
    from known
    where coalesce(country_points, employees_points, industry_points, technology_points) is not null

)

select * from scored
