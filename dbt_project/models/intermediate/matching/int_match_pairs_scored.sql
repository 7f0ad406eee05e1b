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

added_up as (

    select
        pairs.*,
        prior.model_version,
        cast(
            prior.contribution
            {%- for comparison in match_comparisons() %}
            + {{ comparison }}_weights.contribution
            {%- endfor %}
            as decimal(9, 4)
        ) as total_contribution
    from pairs
    inner join match_model as prior
        on prior.comparison = 'prior'
    {%- for comparison in match_comparisons() %}
    inner join match_model as {{ comparison }}_weights
        on {{ comparison }}_weights.comparison = '{{ comparison }}'
        and pairs.{{ comparison }}_level = {{ comparison }}_weights.level
    {%- endfor %}

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
