with

candidates as (

    select * from {{ ref('int_match_candidates_combined') }}

),

match_rules as (

    select * from {{ ref('match_rules') }}

),

parameters as (

    select * from {{ policy_in_force(ref('stg_policy__matching'), []) }}

),

calibration as (

    select
        max(case when level = 'intercept' then contribution end) as intercept,
        max(case when level = 'slope' then contribution end) as slope
    from {{ ref('match_model') }}
    where comparison = 'calibration'

),

-- Per partner record: how strong its strongest key is, and whether a person has chosen already.
with_strongest as (

    select
        candidates.*,
        min(case when tier <> 'person' then tier_rank end) over (
            partition by partner_id, partner_account_id
        ) as strongest_tier_rank,
        bool_or(person_decision = 'accept') over (
            partition by partner_id, partner_account_id
        ) as is_chosen_by_person
    from candidates

),

ranked as (

    select
        with_strongest.*,
        bool_or(
            tier_rank = strongest_tier_rank
            and (has_duns_conflict or person_decision = 'reject')
        ) over (
            partition by partner_id, partner_account_id
        ) as is_strongest_contested,
        row_number() over (
            partition by partner_id, partner_account_id
            order by
                person_decision is distinct from 'accept' nulls last,
                person_decision is not distinct from 'reject' nulls last,
                case when tier <> 'person' then tier_rank end nulls last,
                probability desc nulls last,
                has_same_host desc nulls last,
                has_same_country desc nulls last,
                crm_created_at nulls last,
                crm_account_id nulls last
        ) as account_rank
    from with_strongest

),

with_first as (

    select
        ranked.*,
        case when coalesce(person_decision, '') = 'reject' then 0 else odds end as odds_in_play,
        first_value(crm_account_id) over by_rank as first_account_id,
        first_value(crm_own_domain) over by_rank as first_own_domain,
        first_value(crm_duns) over by_rank as first_duns,
        first_value(crm_core_words || '|' || crm_city_key) over by_rank as first_name_and_city,
        first_value(probability) over by_rank as first_probability,
        nth_value(crm_account_id, 2) over by_rank as second_account_id,
        nth_value(probability, 2) over by_rank as second_probability
    from ranked
    window by_rank as (
        partition by partner_id, partner_account_id
        order by account_rank nulls last
        rows between unbounded preceding and unbounded following
    )

),

-- One company entered twice in the CRM is no rival of itself: the same number, the same domain of
-- its own, or the same name in the same city. Numbers that differ are two companies (case 13).
with_company as (

    select
        with_first.*,
        account_rank = 1
        or (
            coalesce(crm_duns = first_duns, true)
            and coalesce(
                crm_duns = first_duns
                or crm_own_domain = first_own_domain
                or crm_core_words || '|' || crm_city_key = first_name_and_city,
                false
            )
        ) as is_company_of_first
    from with_first

),

-- A record is one company: what speaks for another company speaks against this one. The candidates
-- share the odds that one of them is right or none.
with_rivals as (

    select
        with_company.*,
        cast(
            sum(odds_in_play) over (partition by partner_id, partner_account_id)
            - case
                when is_company_of_first
                then sum(case when is_company_of_first then odds_in_play else 0 end)
                    over (
                        partition by partner_id, partner_account_id
                    )
                else odds_in_play
            end as decimal(24, 6)
        ) as odds_of_others
    from with_company

),

-- The best candidate of a record is right more often than its comparisons alone say; by how much
-- was measured (see the seed match_model).
with_probability as (

    select
        with_rivals.*,
        case
            when with_rivals.odds = 0 then cast(0 as {{ type_share() }})
            when with_rivals.account_rank = 1
            then {{ rounded_share(
                '1 / nullif(1 + power(cast(with_rivals.odds_of_others + 1 as double)'
                ~ ' / nullif(cast(with_rivals.odds as double), 0), cast(calibration.slope as double))'
                ~ ' * power(cast(2 as double), cast(-calibration.intercept as double)), 0)'
            ) }}
            else {{ share('with_rivals.odds', 'with_rivals.odds + with_rivals.odds_of_others + 1') }}
        end as probability_among_rivals
    from with_rivals
    cross join calibration

),

with_parameters as (

    select
        with_probability.*,
        parameters.automatic_probability,
        parameters.review_probability
    from with_probability
    left join parameters
        on 1 = 1

),

-- A wrong match leaks a partner's data, so anything that contradicts holds the pair back.
rules_applied as (

    select
        with_parameters.*,
        case
            when person_decision = 'accept' then 'person_accepted'
            when person_decision = 'reject' then 'person_rejected'
            when has_duns_conflict then 'duns_conflict'
            when is_chosen_by_person then 'weaker_evidence'
            when is_strongest_contested and tier_rank = strongest_tier_rank
            then 'contested_evidence'
            when account_rank > 1 and is_company_of_first then 'duplicate_account'
            when tier_rank > strongest_tier_rank then 'weaker_evidence'
            when account_rank > 1 and probability_among_rivals < 0.5 then 'weaker_evidence'
            when odds_of_others > 1 and probability_among_rivals < automatic_probability
            then 'several_companies'
            when tier in ('name', 'person') then 'name_alone'
            when probability_among_rivals >= automatic_probability then 'above_threshold'
            else 'below_threshold'
        end as rule_id
    from with_parameters

),

decided as (

    select
        rules_applied.crm_account_id,
        rules_applied.partner_id,
        rules_applied.partner_account_id,
        rules_applied.tier,
        coalesce(match_rules.probability, rules_applied.probability_among_rivals) as probability,
        case
            when rules_applied.person_decision = 'accept' then 'accepted'
            when rules_applied.person_decision = 'reject' then 'rejected'
            when rules_applied.rule_id = 'above_threshold' then 'automatic'
            else 'review'
        end as decision,
        rules_applied.automatic_probability as threshold,
        rules_applied.rule_id,
        coalesce(rules_applied.person_reason, match_rules.reason) as reason,
        rules_applied.evidence
        || case
            when rules_applied.has_duns_conflict
            then '; DUNS differ, ours ' || rules_applied.crm_duns
            || ', theirs ' || rules_applied.partner_duns
            else ''
        end
        || coalesce('; ' || rules_applied.person_reason, '') as evidence,
        case
            when rules_applied.account_rank = 1 then rules_applied.second_account_id
            else rules_applied.first_account_id
        end as runner_up_crm_account_id,
        case
            when rules_applied.account_rank = 1 then rules_applied.second_probability
            else rules_applied.first_probability
        end as runner_up_probability,
        rules_applied.decided_by
    from rules_applied
    inner join match_rules
        on rules_applied.rule_id = match_rules.rule_id
    -- What a stronger rival leaves next to nothing is no work for a reviewer.
    where rules_applied.rule_id <> 'weaker_evidence'
        or rules_applied.tier not in ('name_and_field', 'name')
        or rules_applied.probability_among_rivals >= coalesce(rules_applied.review_probability, 0)

)

select * from decided
