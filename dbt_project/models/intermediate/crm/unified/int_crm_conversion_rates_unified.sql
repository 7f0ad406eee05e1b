with

dated_rates as (

    select * from {{ ref('stg_salesforce__dated_conversion_rates') }}

),

static_rates as (

    select * from {{ ref('stg_salesforce__currency_types') }}

),

dated_currencies as (

    select currency
    from dated_rates
    group by currency

),

-- Case 4: an org without dated rates has one rate per currency, which holds for every day.
unified as (

    select
        'salesforce' as crm,
        currency,
        conversion_rate,
        starts_on,
        ends_before_on,
        'dated' as rate_kind,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from dated_rates
    where not is_deleted

    union all

    select
        'salesforce' as crm,
        static_rates.currency,
        static_rates.conversion_rate,
        cast('0001-01-01' as date) as starts_on,
        cast(null as date) as ends_before_on,
        'static' as rate_kind,
        static_rates.batch_id,
        static_rates.source_file,
        static_rates.source_sha256,
        static_rates.source_row_number,
        static_rates.known_step,
        static_rates.known_on
    from static_rates
    left join dated_currencies
        on static_rates.currency = dated_currencies.currency
    where dated_currencies.currency is null
        and not static_rates.is_deleted

)

select * from unified
