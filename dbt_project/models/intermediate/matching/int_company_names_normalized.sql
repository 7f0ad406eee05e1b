with

company_records as (

    select * from {{ ref('int_company_records_unified') }}

),

texts_folded as (

    select * from {{ ref('int_texts_folded') }}

),

legal_forms as (

    select * from {{ ref('int_legal_forms_normalized') }}

),

placeholders as (

    select placeholder from {{ ref('name_placeholders') }}
    union all
    -- In a seed dbt reads this word as no value, on Spark.
    select 'null' as placeholder

),

countries as (

    select * from {{ ref('country_names') }}

),

-- Text longer than any company's name is something else that slipped into the column.
names_typed as (

    select
        account_name,
        coalesce(country_code, '') as country_code
    from company_records
    where length(account_name) <= 250
    group by account_name, coalesce(country_code, '')

),

names as (

    select
        names_typed.account_name,
        names_typed.country_code,
        coalesce(texts_folded.folded_text, lower(names_typed.account_name)) as folded_name
    from names_typed
    left join texts_folded
        on names_typed.account_name = texts_folded.typed_text

),

-- "Smith Ltd t/a Acme" and "Hewlett Packard (HP)" are two names of one company.
trading_names as (

    select
        account_name,
        country_code,
        {{ cjk_forms_removed("case
            when " ~ regexp_matches_whole('folded_name', '.+ (d/?b/?a|t/a|trading as|doing business as|formerly|f/?k/?a|a/?k/?a)[.:]? .+') ~ "
            then " ~ regexp_replace_all('folded_name', ' (d/?b/?a|t/a|trading as|doing business as|formerly|f/?k/?a|a/?k/?a)[.:]? .*$', '') ~ "
            else folded_name
        end") }} as own_name,
        case
            when {{ regexp_matches_whole('folded_name', '.+ (d/?b/?a|t/a|trading as|doing business as|formerly|f/?k/?a|a/?k/?a)[.:]? .+') }}
            then {{ regexp_replace_all('folded_name', '^.* (d/?b/?a|t/a|trading as|doing business as|formerly|f/?k/?a|a/?k/?a)[.:]? ', '') }}
            when {{ regexp_matches_whole('folded_name', '[^(]*[^( ][^(]*\\([^()]+\\).*') }}
            then {{ regexp_replace_all('folded_name', '^[^(]*\\(([^()]+)\\).*$', '\\1') }}
        end as alternative_name
    from names

),

in_words as (

    select
        account_name,
        country_code,
        {{ name_words(regexp_replace_all('own_name', '([^ ]) *\\([^()]*\\)', '\\1 ')) }} as name_words,
        {{ name_words('alternative_name') }} as alternative_words
    from trading_names

),

-- A country in parentheses says where, not who.
with_ends as (

    select
        in_words.account_name,
        in_words.country_code,
        in_words.name_words,
        case when countries.country_name is null then in_words.alternative_words end
            as alternative_words,
        {{ last_words('in_words.name_words') }}
    from in_words
    left join countries
        on in_words.alternative_words = countries.country_name

),

stripped_once as (

    select
        with_ends.account_name,
        with_ends.country_code,
        with_ends.name_words,
        with_ends.alternative_words,
        {{ without_legal_form('with_ends.name_words') }} as core_words
    from with_ends
    {{ legal_forms_joined('with_ends') }}

),

with_ends_again as (

    select
        stripped_once.*,
        {{ last_words('core_words') }}
    from stripped_once

),

stripped_twice as (

    select
        with_ends_again.account_name,
        with_ends_again.country_code,
        with_ends_again.name_words,
        with_ends_again.alternative_words,
        {{ without_legal_form('with_ends_again.core_words') }} as core_words
    from with_ends_again
    {{ legal_forms_joined('with_ends_again') }}

),

-- In some languages the form stands first: PT Astra, OOO Romashka, AB Volvo.
with_starts as (

    select
        stripped_twice.account_name,
        stripped_twice.country_code,
        stripped_twice.name_words,
        stripped_twice.alternative_words,
        case
            when leading_forms.form_words is not null
            then substr(stripped_twice.core_words, length(leading_forms.form_words) + 2)
            else stripped_twice.core_words
        end as core_words
    from stripped_twice
    left join legal_forms as leading_forms
        on split_part(stripped_twice.core_words, ' ', 1) = leading_forms.form_words
        and leading_forms.country_code = '<'
        and stripped_twice.core_words <> leading_forms.form_words

),

with_placeholders as (

    select
        with_starts.*,
        placeholders.placeholder is not null
        or core_placeholders.placeholder is not null
        or only_forms.form_words is not null as is_placeholder
    from with_starts
    left join placeholders
        on with_starts.name_words = placeholders.placeholder
    left join placeholders as core_placeholders
        on with_starts.core_words = core_placeholders.placeholder
    left join legal_forms as only_forms
        on with_starts.core_words = only_forms.form_words
        and only_forms.country_code = '*'

),

-- What names nobody matches nobody: "Test", "N/A", "GmbH", one letter, nothing but signs.
normalized as (

    select
        account_name,
        country_code,
        nullif(name_words, '') as name_words,
        case
            when is_placeholder then null
            when length(replace(core_words, ' ', '')) >= 2
                and {{ regexp_matches_whole('core_words', '.*\\p{L}.*') }}
            then core_words
            when {{ regexp_matches_whole('core_words', '[0-9]{2,6}') }} then core_words
            when {{ regexp_matches_whole(
                'core_words', '[\\x{3040}-\\x{9fff}\\x{ac00}-\\x{d7af}]'
            ) }}
            then core_words
        end as core_words,
        case
            when length(replace(alternative_words, ' ', '')) >= 2 then alternative_words
        end as alternative_words
    from with_placeholders

)

select * from normalized
