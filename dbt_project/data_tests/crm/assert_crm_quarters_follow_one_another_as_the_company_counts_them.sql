{{ config(severity='warn') }}
-- Case 5: the CRM's fiscal quarters neither overlap nor leave a gap, and are the company's own.
-- Fails with each quarter that breaks this: mend the calendar in config/company.yaml or in the CRM.
with

crm_quarters as (

    select * from {{ ref('int_crm_fiscal_periods_newest') }}
    where period_type = 'quarter'

),

company_quarters as (

    select * from {{ ref('int_fiscal_quarters_listed') }}

),

compared as (

    select
        crm_quarters.period_id,
        crm_quarters.starts_on,
        crm_quarters.ends_on,
        crm_quarters.next_starts_on,
        company_quarters.fiscal_quarter
    from crm_quarters
    left join company_quarters
        on crm_quarters.starts_on = company_quarters.starts_on
        and crm_quarters.ends_on = company_quarters.ends_on

)

select * from compared
where fiscal_quarter is null
    or next_starts_on <> {{ add_days('ends_on', 1) }}
