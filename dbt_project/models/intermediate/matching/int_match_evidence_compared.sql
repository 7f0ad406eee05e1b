{{ config(materialized=read_in_place()) }}

with

candidates as (

    select * from {{ ref('int_match_candidates_combined') }}

),

pairs as (

    select * from {{ ref('int_match_pairs_scored') }}

),

company_records as (

    select * from {{ ref('int_company_records_normalized') }}

),

match_model as (

    select * from {{ ref('match_model') }}

),

side_by_side as (

    select
        candidates.crm_account_id,
        candidates.partner_id,
        candidates.partner_account_id,
        pairs.*,
        ours.core_words as our_name,
        theirs.core_words as their_name,
        coalesce(ours.host, ours.linkedin_slug) as our_host,
        coalesce(theirs.host, theirs.linkedin_slug) as their_host,
        ours.registrable_domain as our_domain,
        theirs.registrable_domain as their_domain,
        ours.duns as our_duns,
        theirs.duns as their_duns,
        ours.phone_key as our_phone,
        theirs.phone_key as their_phone,
        ours.country_key as our_country,
        theirs.country_key as their_country,
        ours.city_key as our_city,
        theirs.city_key as their_city,
        ours.linkedin_slug as our_linkedin,
        theirs.linkedin_slug as their_linkedin,
        ours.record_id as our_id
    from candidates
    inner join pairs
        on 'crm|' || candidates.crm_account_id = pairs.crm_record_key
        and candidates.partner_id || '|' || candidates.partner_account_id = pairs.partner_record_key
    inner join company_records as ours
        on pairs.crm_record_key = ours.record_key
    inner join company_records as theirs
        on pairs.partner_record_key = theirs.record_key

),

comparisons as (

    {% set values = {
        'name': ('our_name', 'their_name'),
        'name_rarity': ('our_name', 'their_name'),
        'country': ('our_country', 'their_country'),
        'city': ('our_city', 'their_city'),
        'phone': ('our_phone', 'their_phone'),
        'duns': ('our_duns', 'their_duns'),
        'domain': ('our_host', 'their_host'),
        'linkedin': ('our_linkedin', 'their_linkedin'),
        'email_domain': ("case when email_domain_level = 'equal' then their_domain end", 'their_domain'),
        'crm_id': ('our_id', "case when crm_id_level = 'equal' then our_id end"),
    } %}
    {%- for comparison in match_comparisons() %}
        select
            crm_account_id,
            partner_id,
            partner_account_id,
            '{{ comparison }}' as comparison,
            {{ values[comparison][0] }} as crm_value,
            {{ values[comparison][1] }} as partner_value,
            {{ comparison }}_level as agreement
        from side_by_side

        union all
    {% endfor %}
    select
        crm_account_id,
        partner_id,
        partner_account_id,
        'prior' as comparison,
        cast(null as {{ type_string() }}) as crm_value,
        cast(null as {{ type_string() }}) as partner_value,
        'always' as agreement
    from side_by_side

),

compared as (

    select
        comparisons.crm_account_id,
        comparisons.partner_id,
        comparisons.partner_account_id,
        comparisons.comparison,
        comparisons.crm_value,
        comparisons.partner_value,
        comparisons.agreement,
        match_model.contribution
    from comparisons
    inner join match_model
        on comparisons.comparison = match_model.comparison
        and comparisons.agreement = match_model.level
    -- What one side lacks adds nothing and need not be read.
    where comparisons.agreement <> 'missing'

)

select * from compared
