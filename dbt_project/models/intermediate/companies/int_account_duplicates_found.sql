with

records as (

    select * from {{ ref('int_company_records_listed') }}
    where record_kind <> 'merged_account'

),

companies as (

    select * from {{ ref('int_companies_identified') }}

),

members as (

    select
        records.record_id,
        records.partner_id as list_id,
        records.first_known_step,
        records.name_key,
        records.own_domain,
        records.own_host,
        records.duns,
        records.country_code,
        companies.company_id
    from records
    inner join companies
        on records.record_id = companies.record_id

),

-- What two records of one list may share, the strongest first. A name in one country and a host
-- alone only raise the question.
signs as (

    select
        record_id,
        list_id,
        company_id,
        first_known_step,
        1 as sign_rank,
        'same_duns' as rule_id,
        duns as sign_value
    from members
    where duns is not null

    union all

    select
        record_id,
        list_id,
        company_id,
        first_known_step,
        2 as sign_rank,
        'same_name_and_domain' as rule_id,
        own_domain || ' ' || name_key as sign_value
    from members
    where own_domain is not null
        and name_key is not null

    union all

    select
        record_id,
        list_id,
        company_id,
        first_known_step,
        3 as sign_rank,
        'same_host' as rule_id,
        own_host as sign_value
    from members
    where own_host is not null

    union all

    select
        record_id,
        list_id,
        company_id,
        first_known_step,
        4 as sign_rank,
        'same_name_and_country' as rule_id,
        name_key || ' ' || country_code as sign_value
    from members
    where name_key is not null
        and country_code is not null

    union all

    select
        record_id,
        list_id,
        company_id,
        first_known_step,
        5 as sign_rank,
        'same_company' as rule_id,
        company_id as sign_value
    from members

),

signs_shared as (

    select
        signs.*,
        first_value(record_id) over by_age as duplicate_of_record_id,
        first_value(company_id) over by_age as duplicate_of_company_id
    from signs
    window by_age as (
        partition by list_id, rule_id, sign_value
        order by first_known_step nulls last, record_id nulls last
    )

),

-- One company first, then the strongest sign.
signs_ranked as (

    select
        signs_shared.*,
        row_number() over (
            partition by record_id
            order by
                company_id <> duplicate_of_company_id nulls last,
                sign_rank nulls last
        ) as duplicate_rank
    from signs_shared
    where record_id <> duplicate_of_record_id

),

found as (

    select
        record_id,
        duplicate_of_record_id,
        company_id,
        duplicate_of_company_id,
        rule_id,
        sign_value
    from signs_ranked
    where duplicate_rank = 1

)

select * from found
