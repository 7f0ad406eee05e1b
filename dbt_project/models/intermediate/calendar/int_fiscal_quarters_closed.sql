with

fiscal_quarters as (

    select * from {{ ref('int_fiscal_quarters_listed') }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

steps as (

    select * from {{ ref('int_knowledge_steps_ordered') }}

),

close_policy as (

    select * from {{ ref('stg_policy__quarter_close') }}

),

signatures as (

    select * from {{ ref('stg_templates__quarter_closes') }}

),

freezes as (

    select * from {{ ref('stg_cosell__quarter_freezes') }}

),

policy_files as (

    select
        known_step as policy_step,
        lead(known_step) over (order by known_step nulls last) as next_policy_step
    from close_policy
    group by known_step

),

-- The policy that was in force when the quarter ended decides how long it stays open; of several
-- files, the one that was the newest known while it did (case 47).
policy_ranked as (

    select
        fiscal_quarters.fiscal_quarter,
        fiscal_quarters.ends_on,
        close_policy.business_days_after_quarter_end,
        policy_files.policy_step,
        policy_files.next_policy_step,
        row_number() over (
            partition by fiscal_quarters.fiscal_quarter, policy_files.policy_step
            order by
                close_policy.effective_from_on desc nulls last,
                close_policy.source_row_number desc nulls last
        ) as policy_rank
    from fiscal_quarters
    inner join close_policy
        on fiscal_quarters.ends_on >= close_policy.effective_from_on
    inner join policy_files
        on close_policy.known_step = policy_files.policy_step

),

business_days_after_end as (

    select
        policy_ranked.fiscal_quarter,
        policy_ranked.policy_step,
        policy_ranked.next_policy_step,
        fiscal_days.day_on,
        policy_ranked.business_days_after_quarter_end,
        row_number() over (
            partition by policy_ranked.fiscal_quarter, policy_ranked.policy_step
            order by fiscal_days.day_on nulls last
        ) as business_day_number
    from policy_ranked
    inner join fiscal_days
        on policy_ranked.ends_on < fiscal_days.day_on
        and fiscal_days.day_on <= {{ add_days('policy_ranked.ends_on', 45) }}
        and fiscal_days.is_business_day
    where policy_ranked.policy_rank = 1

),

automatic_closes as (

    select
        fiscal_quarter,
        policy_step,
        next_policy_step,
        day_on as closes_automatically_on
    from business_days_after_end
    where business_day_number = business_days_after_quarter_end

),

automatic_closes_now as (

    select
        fiscal_quarter,
        closes_automatically_on
    from automatic_closes
    where next_policy_step is null

),

signatures_ranked as (

    select
        fiscal_quarter,
        {{ company_date('closed_at') }} as signed_on,
        signed_by,
        known_step,
        row_number() over (
            partition by fiscal_quarter
            order by known_step nulls last, batch_id nulls last, source_row_number nulls last
        ) as signature_rank
    from signatures

),

first_signatures as (

    select * from signatures_ranked
    where signature_rank = 1

),

-- A signature closes from the step in which it became known; the policy closes at the first
-- step known after the last open day. Nothing closes before the ledger has opened.
steps_after_signature as (

    select
        first_signatures.fiscal_quarter,
        min(steps.known_step) as closing_step
    from first_signatures
    inner join steps
        on first_signatures.known_step <= steps.known_step
        and first_signatures.signed_on <= steps.known_on
        and not steps.is_until_opening
    group by first_signatures.fiscal_quarter

),

-- What was signed through `cosell close` is what its signer saw: nothing that the same refresh
-- learns goes into the quarter any more, even where it was known on an earlier day.
steps_after_freeze as (

    select
        freezes.fiscal_quarter,
        min(steps.known_step) as closing_step
    from freezes
    inner join steps as freezing_steps
        on freezes.known_step = freezing_steps.known_step
    inner join steps
        on freezing_steps.refresh_number = steps.refresh_number
        and freezes.ledger_step < steps.known_step
        and not steps.is_until_opening
    group by freezes.fiscal_quarter

),

signed_steps as (

    select
        steps_after_signature.fiscal_quarter,
        -- The earlier of two; least() passes over NULL, here and below.
        least(steps_after_signature.closing_step, steps_after_freeze.closing_step) as closing_step
    from steps_after_signature
    left join steps_after_freeze
        on steps_after_signature.fiscal_quarter = steps_after_freeze.fiscal_quarter

),

automatic_steps as (

    select
        automatic_closes.fiscal_quarter,
        min(steps.known_step) as closing_step
    from automatic_closes
    inner join steps
        on automatic_closes.closes_automatically_on < steps.known_on
        and automatic_closes.policy_step <= steps.known_step
        and (
            automatic_closes.next_policy_step is null
            or automatic_closes.next_policy_step > steps.known_step
        )
        and not steps.is_until_opening
    group by automatic_closes.fiscal_quarter

),

quarters as (

    select
        fiscal_quarters.fiscal_quarter,
        fiscal_quarters.fiscal_year,
        fiscal_quarters.starts_on,
        fiscal_quarters.ends_on,
        automatic_closes_now.closes_automatically_on,
        first_signatures.signed_on,
        first_signatures.signed_by,
        least(signed_steps.closing_step, automatic_steps.closing_step) as closing_step,
        case
            when signed_steps.closing_step
                = least(signed_steps.closing_step, automatic_steps.closing_step)
            then 'signature'
            when automatic_steps.closing_step is not null then 'policy'
        end as closed_by
    from fiscal_quarters
    left join automatic_closes_now
        on fiscal_quarters.fiscal_quarter = automatic_closes_now.fiscal_quarter
    left join first_signatures
        on fiscal_quarters.fiscal_quarter = first_signatures.fiscal_quarter
    left join signed_steps
        on fiscal_quarters.fiscal_quarter = signed_steps.fiscal_quarter
    left join automatic_steps
        on fiscal_quarters.fiscal_quarter = automatic_steps.fiscal_quarter

)

select * from quarters
