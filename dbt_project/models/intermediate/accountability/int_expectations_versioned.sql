with

expectations as (

    select * from {{ ref('stg_templates__expectations') }}

),

users as (

    select * from {{ ref('int_crm_users_versioned') }}

),

users_by_email as (

    select
        lower(email) as email_key,
        min(user_id) as user_id
    from users
    where email is not null
    group by lower(email)

),

identified as (

    select
        expectations.*,
        coalesce(expectations.rep_id, users_by_email.user_id) as expected_rep_id,
        coalesce(expectations.effective_from_on, cast('0001-01-01' as date)) as holds_from_on
    from expectations
    left join users_by_email
        on lower(expectations.rep_email) = users_by_email.email_key

),

ranked as (

    select
        identified.*,
        row_number() over (
            partition by expected_rep_id, fiscal_quarter, metric, holds_from_on, known_step
            order by batch_id desc nulls last, source_row_number desc nulls last
        ) as rank_in_step
    from identified
    where expected_rep_id is not null

),

versions as (

    select
        expected_rep_id as rep_id,
        fiscal_quarter,
        metric,
        target,
        currency,
        holds_from_on,
        effective_from_on,
        acknowledged_on,
        source_file,
        source_row_number,
        known_step as valid_from_step,
        lead(known_step) over (
            partition by expected_rep_id, fiscal_quarter, metric, holds_from_on
            order by known_step nulls last
        ) as valid_until_step
    from ranked
    where rank_in_step = 1

)

select * from versions
