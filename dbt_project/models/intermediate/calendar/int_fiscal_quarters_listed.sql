with

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

quarters as (

    select
        fiscal_quarter,
        fiscal_year,
        quarter_starts_on as starts_on,
        quarter_ends_on as ends_on,
        cast(sum(case when is_business_day then 1 else 0 end) as bigint) as business_days_count
    from fiscal_days
    group by fiscal_quarter, fiscal_year, quarter_starts_on, quarter_ends_on

)

select * from quarters
