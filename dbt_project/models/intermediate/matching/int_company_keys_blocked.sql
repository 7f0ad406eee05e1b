{{ config(materialized=read_in_place()) }}

with

company_records as (

    select * from {{ ref('int_company_records_normalized') }}

),

shared_domains as (

    select * from {{ ref('int_domains_shared') }}

),

email_domains as (

    select * from {{ ref('int_account_email_domains_known') }}

),

-- Three words are enough to find a name by: the rarest ones come first.
with_words as (

    select
        company_records.*,
        case
            when registrable_domain is not null and not exists (
                    select shared_domains.domain from shared_domains
                    where shared_domains.domain in (
                            company_records.registrable_domain, company_records.host
                        )
                )
            then registrable_domain
        end as own_domain,
        nullif(split_part(weighted_words, ' ', 1), '') as word_1,
        nullif(split_part(weighted_words, ' ', 2), '') as word_2,
        nullif(split_part(weighted_words, ' ', 3), '') as word_3
    from company_records

),

keys as (

    {% set keys = {
        'd': 'duns',
        'w': 'own_domain',
        'l': 'linkedin_slug',
        'p': 'phone_key',
        'c': 'compact_name',
        'h': 'whole_compact',
        'n': "case when words_count > 1 then weighted_words end",
        'k': "weighted_words || '|' || country_key",
        'g': "weighted_words || '|' || city_key",
        'a': "replace(alternative_words, ' ', '')",
        '1': 'word_1',
        '2': 'word_2',
        '3': 'word_3',
        'x': "least(word_1, word_2) || ' ' || greatest(word_1, word_2)",
        'y': "least(word_1, word_3) || ' ' || greatest(word_1, word_3)",
        'z': "least(word_2, word_3) || ' ' || greatest(word_2, word_3)",
        's': "case when length(compact_name) >= 5 then substr(compact_name, 1, 5) end",
        'e': "case when length(compact_name) >= 6 then substr(compact_name, length(compact_name) - 4) end",
        'b': "case when own_domain is not null and length(domain_label) >= 3 then domain_label end",
        'v0': "case when words_count = 1 and length(compact_name) between 4 and 7 then compact_name end",
        'v1': "case when words_count = 1 and length(compact_name) between 4 and 7 then substr(compact_name, 2) end",
        'v2': "case when words_count = 1 and length(compact_name) between 4 and 7 then substr(compact_name, 1, 1) || substr(compact_name, 3) end",
        'v3': "case when words_count = 1 and length(compact_name) between 4 and 7 then substr(compact_name, 1, 2) || substr(compact_name, 4) end",
        'v4': "case when words_count = 1 and length(compact_name) between 4 and 7 then substr(compact_name, 1, 3) || substr(compact_name, 5) end",
        'v5': "case when words_count = 1 and length(compact_name) between 5 and 7 then substr(compact_name, 1, 4) || substr(compact_name, 6) end",
        'v6': "case when words_count = 1 and length(compact_name) between 6 and 7 then substr(compact_name, 1, 5) || substr(compact_name, 7) end",
        'v7': "case when words_count = 1 and length(compact_name) = 7 then substr(compact_name, 1, 6) end",
        'i': "case when words_count between 3 and 6 then initials end",
    } %}
    {%- set written_as = {'a': 'c', 'h': 'c', '2': '1', '3': '1', 'y': 'x', 'z': 'x', 'b': 'c', 'i': 'c'} %}
    {%- for kind, expression in keys.items() %}
        select
            side,
            list_id,
            record_key,
            '{{ kind }}' as key_kind,
            '{{ written_as.get(kind, kind[0]) }}:' || {{ expression }} as block_key
        from with_words
        where {{ expression }} is not null

        union all
    {% endfor %}
    select
        'crm' as side,
        'crm' as list_id,
        record_key,
        'email' as key_kind,
        'w:' || email_domain as block_key
    from email_domains

)

select * from keys
