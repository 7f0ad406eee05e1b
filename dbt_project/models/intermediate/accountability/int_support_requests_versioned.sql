with

support_log as (

    select * from {{ ref('stg_templates__support_log') }}

),

ranked as (

    select
        support_log.*,
        row_number() over (
            partition by support_id, known_step
            order by batch_id desc nulls last, source_row_number desc nulls last
        ) as rank_in_step
    from support_log
    where rep_id is not null
        and kind is not null

),

-- What was given without being asked for was asked for on that day.
versions as (

    select
        support_id,
        rep_id,
        partner_id,
        account_id,
        kind as support_kind,
        {{ company_date('coalesce(asked_at, given_at)') }} as asked_on,
        {{ company_date('given_at') }} as given_on,
        source_file,
        source_row_number,
        known_step as valid_from_step,
        lead(known_step) over (
            partition by support_id order by known_step nulls last
        ) as valid_until_step
    from ranked
    where rank_in_step = 1

)

select * from versions
where asked_on is not null
