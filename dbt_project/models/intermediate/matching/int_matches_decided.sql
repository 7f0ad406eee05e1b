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

-- Per partner record: how strong its strongest evidence is, whether a person has chosen already,
-- and at how many companies the strongest evidence points.
with_strongest as (

    select
        candidates.*,
        min(case when tier <> 'person' then tier_rank end) over (
            partition by partner_id, partner_account_id
        ) as strongest_tier_rank,
        max(case when person_decision = 'accept' then 1 else 0 end) over (
            partition by partner_id, partner_account_id
        ) as is_chosen_by_person
    from candidates

),

among_strongest as (

    select
        with_strongest.*,
        min(case when tier_rank = strongest_tier_rank then crm_company_key end) over (
            partition by partner_id, partner_account_id
        ) as first_company_key,
        max(case when tier_rank = strongest_tier_rank then crm_company_key end) over (
            partition by partner_id, partner_account_id
        ) as last_company_key,
        max(
            case
                when tier_rank = strongest_tier_rank
                    and (has_duns_conflict or person_decision = 'reject')
                then 1
                else 0
            end
        ) over (
            partition by partner_id, partner_account_id
        ) as is_strongest_contested,
        row_number() over (
            partition by partner_id, partner_account_id
            order by
                case when tier <> 'person' then tier_rank end nulls last,
                case when has_same_host then 0 else 1 end nulls last,
                evidence_probability desc nulls last,
                case when has_same_country then 0 else 1 end nulls last,
                crm_created_at nulls last,
                crm_account_id nulls last
        ) as account_rank
    from with_strongest

),

-- A wrong match leaks a partner's data, so anything that contradicts holds the pair back.
rules_applied as (

    select
        among_strongest.*,
        case
            when person_decision = 'accept' then 'person_accepted'
            when person_decision = 'reject' then 'person_rejected'
            when has_duns_conflict then 'duns_conflict'
            when is_chosen_by_person = 1 or tier_rank > strongest_tier_rank then 'weaker_evidence'
            when is_strongest_contested = 1 then 'contested_evidence'
            when first_company_key <> last_company_key then 'several_companies'
            when account_rank > 1 then 'duplicate_account'
            else evidence_rule_id
        end as rule_id
    from among_strongest

),

with_probability as (

    select
        rules_applied.*,
        case
            when rules_applied.person_decision is not null then match_rules.probability
            else least(match_rules.probability, rules_applied.evidence_probability)
        end as probability
    from rules_applied
    inner join match_rules
        on rules_applied.rule_id = match_rules.rule_id

),

decided as (

    select
        with_probability.crm_account_id,
        with_probability.partner_id,
        with_probability.partner_account_id,
        with_probability.tier,
        with_probability.probability,
        case
            when with_probability.person_decision = 'accept' then 'accepted'
            when with_probability.person_decision = 'reject' then 'rejected'
            when with_probability.rule_id = with_probability.evidence_rule_id
                and with_probability.probability >= parameters.automatic_probability
            then 'automatic'
            else 'review'
        end as decision,
        with_probability.rule_id,
        with_probability.evidence
        || case
            when with_probability.has_duns_conflict
            then '; DUNS differ, ours ' || with_probability.crm_duns
            || ', theirs ' || with_probability.partner_duns
            else ''
        end
        || coalesce('; ' || with_probability.person_reason, '') as evidence,
        with_probability.decided_by
    from with_probability
    left join parameters
        on 1 = 1

)

select * from decided
