with

pairs as (

    select * from {{ ref('int_match_pairs_compared') }}

),

match_model as (

    select * from {{ ref('match_model') }}

),

added_up as (

    select
        pairs.*,
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

-- The odds of a pair alone, before other candidates have a say; bounded, so that they can be added.
with_odds as (

    select
        added_up.*,
        power(
            cast(2 as double),
            cast(greatest(least(total_contribution, 30), -30) as double)
        ) as odds
    from added_up

),

-- Tiers of the rules (section 3), strongest first. A name alone is tier 6 and never automatic.
scored as (

    select
        with_odds.*,
        case
            when crm_id_level = 'equal' then 'crm_id'
            when duns_level = 'equal' then 'duns'
            when domain_level in ('same_host', 'below_own', 'sibling_hosts') then 'domain'
            when email_domain_level = 'equal' then 'email_domain'
            when linkedin_level = 'equal' or phone_level = 'equal'
                or city_level in ('equal', 'similar') or country_level = 'equal'
                then 'name_and_field'
            else 'name'
        end as tier
    from with_odds

)

select * from scored
