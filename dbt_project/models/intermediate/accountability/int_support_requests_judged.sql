with

moments as (

    select * from {{ ref('int_ae_moments_listed') }}
    where moment_kind <> 'week'

),

requests as (

    select * from {{ ref('int_support_requests_versioned') }}

),

guard as (

    select * from {{ policy_versions(ref('stg_policy__support_guard'), ['support_kind']) }}
    where valid_until_step is null

),

-- A request belongs to the quarter in which it was asked, and is owed in the quarter in which it
-- falls due: what is asked for on the last day is not late on that day.
known_requests as (

    select
        moments.moment_id,
        moments.moment_kind,
        moments.fiscal_quarter,
        moments.quarter_starts_on,
        moments.quarter_ends_on,
        moments.through_on,
        requests.support_id,
        requests.rep_id,
        requests.partner_id,
        requests.account_id,
        requests.support_kind,
        requests.asked_on,
        case when requests.given_on <= moments.through_on then requests.given_on end as given_on,
        {{ add_days('requests.asked_on', 'guard.days_allowed') }} as due_on
    from moments
    cross join requests
    left join guard
        on requests.support_kind = guard.support_kind
        and moments.quarter_starts_on >= guard.effective_from_on
        and {{ before_open_day('moments.quarter_starts_on', 'guard.effective_before_on') }}
    where moments.cutoff_step >= requests.valid_from_step
        and (
            requests.valid_until_step is null
            or moments.cutoff_step < requests.valid_until_step
        )
        and moments.through_on >= requests.asked_on

),

judged as (

    select
        moment_id,
        moment_kind,
        fiscal_quarter,
        support_id,
        rep_id,
        partner_id,
        account_id,
        support_kind,
        asked_on,
        given_on,
        due_on,
        {{ days_between('asked_on', 'given_on') }} as days_to_give,
        asked_on >= quarter_starts_on as is_asked_in_quarter,
        coalesce(due_on >= quarter_starts_on and due_on <= through_on, false) as is_owed
    from known_requests
    where asked_on >= quarter_starts_on
        or due_on >= quarter_starts_on

)

select * from judged
