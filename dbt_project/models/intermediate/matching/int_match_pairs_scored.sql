with

pairs as (

    select * from {{ ref('int_match_pairs_compared') }}

),

match_model as (

    select * from {{ ref('match_model') }}

),

parameters as (

    select * from {{ policy_in_force(ref('stg_policy__matching'), []) }}

),

prior as (

    select
        model_version,
        contribution
    from match_model
    where comparison = 'prior'

),

added_up as (

    select
        pairs.*,
        prior.model_version,
        -- The linter measures the long line that the macro becomes.
        cast({{ match_contributions() }} as decimal(9, 4)) as total_contribution -- noqa: LT02
    from pairs
    cross join prior
    {{ match_model_joined('pairs') }}

),

with_odds as (

    select
        added_up.*,
        {{ odds_of_bits('added_up.total_contribution') }} as odds
    from added_up

),

-- What is less likely than the policy's floor is no candidate, unless the two share a key. Most
-- pairs end here, so their odds are asked and no probability is worked out.
candidates as (

    select with_odds.*
    from with_odds
    left join parameters
        on 1 = 1
    where with_odds.odds
        >= coalesce(parameters.review_probability, 0) * (with_odds.odds + 1)
        or with_odds.crm_id_level = 'equal'
        or with_odds.duns_level = 'equal'
        or with_odds.email_domain_level = 'equal'
        or with_odds.domain_level in ('same_host', 'below_own', 'sibling_hosts')

),

scored as (

    select
        candidates.*,
        {{ share('odds', 'odds + 1') }} as probability
    from candidates

)

select * from scored
