with

rates as (

    select * from {{ ref('int_crm_conversion_rates_unified') }}

),

ranked as (

    select
        rates.*,
        row_number() over (
            partition by rates.currency, rates.starts_on, rates.known_step
            order by rates.batch_id desc nulls last, rates.source_row_number desc nulls last
        ) as rank_in_step
    from rates

),

compared as (

    select
        ranked.*,
        lag(ranked.conversion_rate) over (
            partition by ranked.currency, ranked.starts_on
            order by ranked.known_step nulls last
        ) as previous_rate
    from ranked
    where ranked.rank_in_step = 1

),

versions as (

    select
        currency,
        starts_on,
        conversion_rate,
        known_step as valid_from_step,
        lead(known_step) over (
            partition by currency, starts_on
            order by known_step nulls last
        ) as valid_until_step,
        batch_id,
        source_file,
        source_row_number
    from compared
    where previous_rate is null
        or previous_rate <> conversion_rate

)

select * from versions
