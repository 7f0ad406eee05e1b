with

pairs as (

    select * from {{ ref('int_match_pairs_blocked') }}

),

company_records as (

    select * from {{ ref('int_company_records_normalized') }}

),

shared_domains as (

    select * from {{ ref('int_domains_shared') }}

),

shared_phones as (

    select * from {{ ref('int_phones_shared') }}

),

email_domains as (

    select * from {{ ref('int_account_email_domains_known') }}

),

by_crm_id as (

    select
        'crm|' || crm_account_id as crm_record_key,
        partner_id || '|' || partner_account_id as partner_record_key
    from {{ ref('int_matches_by_crm_id') }}

),

company_names as (

    select count(distinct core_words) as names_count
    from {{ ref('int_company_names_normalized') }}

),

background_names as (

    select names_count
    from {{ ref('name_words_background') }}
    where word = '*'

),

names_known as (

    select
        {{ halvings_of('company_names.names_count + background_names.names_count') }}
            as names_halvings
    from company_names
    cross join background_names

),

side_by_side as (

    select
        pairs.crm_record_key,
        pairs.partner_record_key,
        ours.core_words as our_core,
        theirs.core_words as their_core,
        ours.alternative_words as our_alternative,
        theirs.alternative_words as their_alternative,
        ours.compact_name as our_compact,
        theirs.compact_name as their_compact,
        ours.whole_compact as our_whole,
        theirs.whole_compact as their_whole,
        ours.weighted_words as our_words,
        theirs.weighted_words as their_words,
        ours.core_weight as our_weight,
        theirs.core_weight as their_weight,
        ours.words_count as our_words_count,
        theirs.words_count as their_words_count,
        ours.initials as our_initials,
        theirs.initials as their_initials,
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
        ours.host as our_host,
        theirs.host as their_host,
        ours.registrable_domain as our_domain,
        theirs.registrable_domain as their_domain,
        ours.domain_label as our_label,
        theirs.domain_label as their_label,
        {{ words_not_in('ours.weighted_words', 'theirs.weighted_words') }} as our_rest,
        {{ words_not_in('theirs.weighted_words', 'ours.weighted_words') }} as their_rest
    from pairs
    inner join company_records as ours
        on pairs.crm_record_key = ours.record_key
    inner join company_records as theirs
        on pairs.partner_record_key = theirs.record_key

),

without_twins as (

    select
        side_by_side.*,
        case when our_rest = '' or their_rest = '' then our_rest
            else {{ words_without_twin('our_rest', 'their_rest') }}
        end as our_strangers,
        case when our_rest = '' or their_rest = '' then their_rest
            else {{ words_without_twin('their_rest', 'our_rest') }}
        end as their_strangers,
        -- Where a blank was lost or won, words do not tell: the letters in a row do.
        case
            when (our_words_count <> their_words_count or our_rest <> '' and their_rest <> '' and our_words_count = 1)
                and abs(length(our_whole) - length(their_whole)) <= 3
                and length(our_whole) >= 6
            then least(levenshtein(our_whole, their_whole), levenshtein(our_compact, their_compact))
        end as letters_apart
    from side_by_side

),

weighed as (

    select
        without_twins.*,
        our_weight - {{ words_weight('our_strangers') }} as our_shared_weight,
        their_weight - {{ words_weight('their_strangers') }} as their_shared_weight
    from without_twins

),

shares as (

    select
        weighed.*,
        least(our_shared_weight, their_shared_weight) as shared_weight,
        cast(our_shared_weight as double) / nullif(our_weight, 0) as our_share,
        cast(their_shared_weight as double) / nullif(their_weight, 0) as their_share
    from weighed

),

with_lookups as (

    select
        shares.*,
        names_known.names_halvings,
        coalesce(
            shared_ours.domain, shared_theirs.domain,
            shared_host_ours.domain, shared_host_theirs.domain
        ) as shared_domain,
        shared_phones.phone_key as shared_phone,
        email_domains.email_domain,
        by_crm_id.crm_record_key as handed_back_key
    from shares
    cross join names_known
    left join shared_domains as shared_ours
        on shares.our_domain = shared_ours.domain
    left join shared_domains as shared_theirs
        on shares.their_domain = shared_theirs.domain
    left join shared_domains as shared_host_ours
        on shares.our_host = shared_host_ours.domain
    left join shared_domains as shared_host_theirs
        on shares.their_host = shared_host_theirs.domain
    left join shared_phones
        on shares.our_phone = shared_phones.phone_key
    left join email_domains
        on shares.crm_record_key = email_domains.record_key
        and shares.their_domain = email_domains.email_domain
    left join by_crm_id
        on shares.crm_record_key = by_crm_id.crm_record_key
        and shares.partner_record_key = by_crm_id.partner_record_key

),

levels as (

    select
        with_lookups.*,
        case
            when our_core is null or their_core is null then 'missing'
            when our_core = their_core then 'equal'
            when our_rest = '' and their_rest = '' then 'same_words'
            when our_compact = their_compact or our_whole = their_whole then 'joined'
            when replace(our_alternative, ' ', '') = their_compact
                or replace(their_alternative, ' ', '') = our_compact
            then 'alternative'
            when our_strangers = '' and their_strangers = '' then 'typo'
            when letters_apart <= case
                    when our_words_count = their_words_count then 0
                    when length(our_whole) >= 12 then 2
                    else 1
                end
            then 'typo'
            when (our_initials = their_compact and our_words_count >= 3)
                or (their_initials = our_compact and their_words_count >= 3)
            then 'acronym'
            when our_strangers = '' or their_strangers = '' then
            case when our_rest = '' or their_rest = '' then 'contained' else 'contained_typo' end
            || case when least(our_share, their_share) >= 0.6 then '_mostly'
                when least(our_share, their_share) >= 0.35 then '_partly'
                else '_barely'
            end
            when least(our_share, their_share) >= 0.6 then 'similar'
            when least(our_share, their_share) >= 0.4 then 'partial'
            when shared_weight > 0 then 'faint'
            else 'different'
        end as name_level,
        case
            when our_core is null or their_core is null then null
            when our_compact = their_compact or our_whole = their_whole or letters_apart <= 2
            then least(our_weight, their_weight) - names_halvings
            else shared_weight - names_halvings
        end as name_rarity,
        case
            when our_country is null or their_country is null then 'missing'
            when our_country = their_country then 'equal'
            else 'different'
        end as country_level,
        case
            when our_city is null or their_city is null then 'missing'
            when our_city = their_city then 'equal'
            when contains(our_city, their_city) or contains(their_city, our_city)
                or (length(our_city) >= 5 and levenshtein(our_city, their_city) <= 2)
            then 'similar'
            else 'different'
        end as city_level,
        case
            when our_phone is null or their_phone is null then 'missing'
            when shared_phone is not null then 'shared'
            when our_phone = their_phone then 'equal'
            else 'different'
        end as phone_level,
        case
            when our_duns is null or their_duns is null then 'missing'
            when our_duns = their_duns then 'equal'
            else 'different'
        end as duns_level,
        case
            when our_domain is null or their_domain is null
            then case
                when our_label = their_compact or their_label = our_compact then 'name_in_domain'
                else 'missing'
            end
            when shared_domain is not null then 'shared'
            when our_host = their_host then 'same_host'
            when our_domain = their_domain
                and (our_host = our_domain or their_host = their_domain)
            then 'below_own'
            when our_domain = their_domain then 'sibling_hosts'
            when our_label = their_label then 'same_label'
            else 'different'
        end as domain_level,
        case
            when our_linkedin is null or their_linkedin is null then 'missing'
            when our_linkedin = their_linkedin then 'equal'
            else 'different'
        end as linkedin_level,
        case when email_domain is not null then 'equal' else 'missing' end
            as email_domain_level,
        case when handed_back_key is not null then 'equal' else 'missing' end
            as crm_id_level
    from with_lookups

),

compared as (

    select
        crm_record_key,
        partner_record_key,
        name_level,
        case
            when name_rarity is null then 'missing'
            when name_rarity < -8 then 'below_-8'
            when name_rarity < -4 then 'from_-8'
            when name_rarity < 0 then 'from_-4'
            when name_rarity < 4 then 'from_0'
            when name_rarity < 8 then 'from_4'
            when name_rarity < 16 then 'from_8'
            else 'from_16'
        end as name_rarity_level,
        country_level,
        city_level,
        phone_level,
        duns_level,
        domain_level,
        linkedin_level,
        email_domain_level,
        crm_id_level
    from levels

)

select * from compared
