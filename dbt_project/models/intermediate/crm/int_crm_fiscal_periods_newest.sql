with

periods as (

    select * from {{ ref('stg_salesforce__periods') }}

),

fiscal_years as (

    select * from {{ ref('stg_salesforce__fiscal_year_settings') }}

),

periods_ranked as (

    select
        periods.*,
        {{ newest_version('periods.period_id', 'periods.modified_at', 'periods.') }} as version_rank
    from periods

),

years_ranked as (

    select
        fiscal_years.*,
        {{ newest_version(
            'fiscal_years.fiscal_year_settings_id', 'fiscal_years.modified_at', 'fiscal_years.'
        ) }} as version_rank
    from fiscal_years

),

newest as (

    select
        periods_ranked.period_id,
        'salesforce' as crm,
        periods_ranked.period_type,
        periods_ranked.period_number,
        periods_ranked.period_label,
        years_ranked.fiscal_year_name,
        years_ranked.is_standard_year,
        periods_ranked.starts_on,
        periods_ranked.ends_on,
        lead(periods_ranked.starts_on) over (
            partition by periods_ranked.period_type
            order by periods_ranked.starts_on nulls last, periods_ranked.period_id nulls last
        ) as next_starts_on,
        periods_ranked.batch_id,
        periods_ranked.source_file,
        periods_ranked.source_sha256,
        periods_ranked.source_row_number,
        periods_ranked.known_step,
        periods_ranked.known_on
    from periods_ranked
    left join years_ranked
        on periods_ranked.fiscal_year_settings_id = years_ranked.fiscal_year_settings_id
        and years_ranked.version_rank = 1
    where periods_ranked.version_rank = 1
        and not periods_ranked.is_deleted

)

select * from newest
