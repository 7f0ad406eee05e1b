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
        coalesce(expectations.rep_id, users_by_email.user_id) as expected_rep_id
    from expectations
    left join users_by_email
        on lower(expectations.rep_email) = users_by_email.email_key

),

ranked as (

    select
        identified.*,
        row_number() over (
            partition by expected_rep_id, fiscal_quarter, metric
            order by
                effective_from_on desc nulls last,
                known_step desc nulls last,
                batch_id desc nulls last,
                source_row_number desc nulls last
        ) as version_rank
    from identified
    where expected_rep_id is not null

),

listed as (

    select
        expected_rep_id as rep_id,
        fiscal_quarter,
        metric,
        target,
        currency,
        effective_from_on,
        acknowledged_on,
        source_file,
        source_row_number
    from ranked
    where version_rank = 1

)

select * from listed
