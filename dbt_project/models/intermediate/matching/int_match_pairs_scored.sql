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
        cast({{ match_contributions() }} as decimal(9, 4)) as total_contribution
    from pairs
    {{ match_model_joined('pairs') }}
    cross join prior

),

with_odds as (

    select
        added_up.*,
        {{ odds_of_bits('added_up.total_contribution') }} as odds
    from added_up

),

with_probability as (

    select
        with_odds.*,
        {{ share('odds', 'odds + 1') }} as probability
    from with_odds

),

-- What is less likely than the policy's floor is no candidate, unless the two share a key.
scored as (

    select with_probability.*
    from with_probability
    left join parameters
        on 1 = 1
    where with_probability.probability >= coalesce(parameters.review_probability, 0)
        or with_probability.crm_id_level = 'equal'
        or with_probability.duns_level = 'equal'
        or with_probability.email_domain_level = 'equal'
        or with_probability.domain_level in ('same_host', 'below_own', 'sibling_hosts')

)

select * from scored
