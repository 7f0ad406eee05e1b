with

weekly_routes as (

    select * from {{ ref('fct_weekly_routes') }}

),

comparisons as (

    select * from {{ ref('stg_cosell__route_comparisons') }}

),

merged as (

    select * from {{ ref('int_crm_accounts_merged') }}

),

activities as (

    select * from {{ ref('int_crm_activities_counted') }}

),

touches as (

    select * from {{ ref('fct_partner_touches') }}

),

conversation_types as (

    select * from {{ ref('conversation_types') }}

),

attributed_opportunities as (

    select * from {{ ref('fct_attributed_opportunities') }}

),

days_due as (

    select * from {{ ref('int_rep_touch_days_due') }}

),

reporting_lines as (

    select * from {{ ref('dim_reporting_lines') }}

),

reps as (

    select * from {{ ref('dim_reps') }}

),

outcome_rules as (

    select * from {{ policy_in_force(ref('stg_policy__route_outcomes'), []) }}

),

refresh_current as (

    select * from {{ ref('int_refresh_current') }}

),

landed_batches as (

    select * from {{ ref('stg_cosell__landed_batches') }}

),

-- What the CRM has not told yet has not failed to happen.
observed as (

    select least(max(refresh_current.as_of), max(landed_batches.as_of)) as observed_until_on
    from refresh_current
    cross join landed_batches
    where landed_batches.source in ('salesforce', 'hubspot')

),

listed as (

    select
        route_id as subject_id,
        true as is_routed,
        week_starts_on,
        rep_id,
        account_id as listed_account_id,
        partner_id,
        cell,
        roll_up,
        score
    from weekly_routes

    union all

    select
        comparison_id as subject_id,
        false as is_routed,
        week_starts_on,
        rep_id,
        account_id as listed_account_id,
        partner_id,
        cell,
        roll_up,
        score
    from comparisons

),

-- What was listed is followed in the account that survived (case 8), over the same days whether it
-- was routed or not.
subjects as (

    select
        listed.subject_id,
        listed.is_routed,
        listed.week_starts_on,
        listed.rep_id,
        coalesce(merged.surviving_account_id, listed.listed_account_id) as account_id,
        listed.partner_id,
        listed.cell,
        listed.roll_up,
        listed.score,
        cast(
            floor(
                cast(listed.score as double)
                / nullif(cast(outcome_rules.score_band_points as double), cast(0 as double))
            ) * outcome_rules.score_band_points as bigint
        ) as score_band,
        days_due.touch_due_on,
        {{ add_days('listed.week_starts_on', 'outcome_rules.conversation_days - 1') }}
            as conversation_due_on,
        {{ add_days('listed.week_starts_on', 'outcome_rules.opportunity_days - 1') }}
            as opportunity_due_on,
        {{ add_days('listed.week_starts_on', 'outcome_rules.won_days - 1') }} as won_due_on
    from listed
    cross join outcome_rules
    left join merged
        on listed.listed_account_id = merged.account_id
    left join days_due
        on listed.rep_id = days_due.rep_id
        and listed.week_starts_on = days_due.week_starts_on

),

-- A touch is anything that the rep did on the account, with the partner or alone.
rep_days as (

    select
        account_id,
        owner_user_id as rep_id,
        activity_on as happened_on
    from activities
    where owner_user_id is not null
    union
    select
        account_id,
        rep_id,
        occurred_on as happened_on
    from touches
    where strength <> 'none'
        and rep_id is not null
        and account_id is not null

),

touched as (

    select
        subjects.subject_id,
        min(rep_days.happened_on) as touched_on
    from subjects
    cross join refresh_current
    inner join rep_days
        on subjects.rep_id = rep_days.rep_id
        and subjects.account_id = rep_days.account_id
        and rep_days.happened_on between subjects.week_starts_on and subjects.conversation_due_on
        and refresh_current.as_of >= rep_days.happened_on
    group by subjects.subject_id

),

conversations as (

    select
        touches.account_id,
        touches.partner_id,
        touches.rep_id,
        touches.occurred_on
    from touches
    inner join conversation_types
        on touches.touch_type = conversation_types.touch_type
    cross join refresh_current
    where (touches.has_partner_seller or conversation_types.is_with_partner_seller)
        and touches.account_id is not null
        and touches.occurred_on <= refresh_current.as_of

),

spoken as (

    select
        subjects.subject_id,
        min(
            case
                when conversations.occurred_on
                    between subjects.week_starts_on and subjects.conversation_due_on
                then conversations.occurred_on
            end
        ) as conversation_on,
        min(
            case
                when conversations.rep_id = subjects.rep_id
                    and conversations.occurred_on
                    between subjects.week_starts_on and subjects.conversation_due_on
                then conversations.occurred_on
            end
        ) as sellers_spoke_on,
        bool_or(
            conversations.rep_id = subjects.rep_id
            and conversations.occurred_on < subjects.week_starts_on
        ) as had_spoken_before
    from subjects
    inner join conversations
        on subjects.account_id = conversations.account_id
        and subjects.partner_id = conversations.partner_id
    group by subjects.subject_id

),

opened_ranked as (

    select
        subjects.subject_id,
        attributed_opportunities.opportunity_id,
        attributed_opportunities.created_on as opportunity_opened_on,
        case
            when attributed_opportunities.is_won
                and attributed_opportunities.close_on <= subjects.won_due_on
                and attributed_opportunities.close_on <= refresh_current.as_of
            then attributed_opportunities.close_on
        end as won_on,
        row_number() over (
            partition by subjects.subject_id
            order by
                attributed_opportunities.created_on nulls last,
                attributed_opportunities.opportunity_id nulls last
        ) as opening_rank
    from subjects
    cross join refresh_current
    inner join attributed_opportunities
        on subjects.account_id = attributed_opportunities.account_id
        and attributed_opportunities.created_on
        between subjects.week_starts_on and subjects.opportunity_due_on
        and refresh_current.as_of >= attributed_opportunities.created_on
    where not attributed_opportunities.is_deleted
        and attributed_opportunities.exclusion is null

),

managers as (

    select
        subjects.subject_id,
        min(reporting_lines.manager_id) as manager_id
    from subjects
    inner join reporting_lines
        on subjects.rep_id = reporting_lines.rep_id
        and reporting_lines.depth = 1
        and subjects.week_starts_on >= reporting_lines.observed_from
        and (
            reporting_lines.observed_to is null
            or subjects.week_starts_on < reporting_lines.observed_to
        )
    group by subjects.subject_id

),

followed as (

    select
        subjects.subject_id,
        subjects.is_routed,
        subjects.week_starts_on,
        subjects.rep_id,
        coalesce(managers.manager_id, reps.manager_id) as manager_id,
        subjects.account_id,
        subjects.partner_id,
        subjects.cell,
        subjects.roll_up,
        subjects.score,
        subjects.score_band,
        subjects.touch_due_on,
        touched.touched_on,
        case
            when touched.touched_on <= subjects.touch_due_on then true
            when observed.observed_until_on > subjects.touch_due_on then false
        end as is_touched_in_time,
        subjects.conversation_due_on,
        spoken.conversation_on,
        case
            when spoken.conversation_on is not null then true
            when observed.observed_until_on > subjects.conversation_due_on then false
        end as has_conversation,
        spoken.sellers_spoke_on,
        coalesce(spoken.had_spoken_before, false) as had_sellers_spoken_before,
        subjects.opportunity_due_on,
        opened_ranked.opportunity_id,
        opened_ranked.opportunity_opened_on,
        case
            when opened_ranked.opportunity_opened_on is not null then true
            when observed.observed_until_on > subjects.opportunity_due_on then false
        end as has_opportunity,
        subjects.won_due_on,
        opened_ranked.won_on,
        case
            when opened_ranked.won_on is not null then true
            when observed.observed_until_on > subjects.won_due_on then false
        end as is_won,
        observed.observed_until_on
    from subjects
    cross join observed
    left join touched
        on subjects.subject_id = touched.subject_id
    left join spoken
        on subjects.subject_id = spoken.subject_id
    left join opened_ranked
        on subjects.subject_id = opened_ranked.subject_id
        and opened_ranked.opening_rank = 1
    left join managers
        on subjects.subject_id = managers.subject_id
    left join reps
        on subjects.rep_id = reps.rep_id

)

select * from followed
