with

records as (

    select * from {{ ref('int_company_records_listed') }}

),

accepted as (

    select * from {{ ref('int_company_records_accepted') }}

),

matches as (

    select * from {{ ref('int_matches_decided') }}
    where decision = 'automatic'

),

rejected as (

    select * from {{ ref('int_match_decisions_in_force') }}
    where decision = 'reject'

),

-- What people joined to an account speaks for its company as the account does.
centres as (

    select
        coalesce(accepted.group_id, records.record_id) as group_id,
        records.record_id,
        records.account_id,
        records.crm_account_id,
        records.duns
    from records
    left join accepted
        on records.record_id = accepted.record_id
    where records.record_kind = 'crm_account'
        or accepted.record_id is not null

),

matched_records as (

    select
        matches.crm_account_id,
        matches.partner_id,
        matches.partner_account_id,
        matches.probability,
        centres.group_id,
        records.duns
    from matches
    inner join centres
        on matches.crm_account_id = centres.account_id
    inner join records
        on matches.partner_id = records.partner_id
        and matches.partner_account_id = records.partner_account_id
        and records.duns is not null

),

numbers_of_centres as (

    select
        group_id,
        duns
    from centres
    where duns is not null
    group by group_id, duns

),

centres_with_numbers as (

    select group_id from numbers_of_centres
    group by group_id

),

-- Where our side has no number, the one that most of the matched records carry stands for it.
numbers_of_matched_records as (

    select
        matched_records.group_id,
        matched_records.duns,
        cast(count(*) as bigint) as records_count,
        max(matched_records.probability) as probability
    from matched_records
    where not exists (
            select centres_with_numbers.group_id from centres_with_numbers
            where centres_with_numbers.group_id = matched_records.group_id
        )
    group by matched_records.group_id, matched_records.duns

),

numbers_ranked as (

    select
        group_id,
        duns,
        row_number() over (
            partition by group_id
            order by
                records_count desc nulls last,
                probability desc nulls last,
                duns nulls last
        ) as number_rank
    from numbers_of_matched_records

),

numbers_of_companies as (

    select
        group_id,
        duns
    from numbers_of_centres

    union all

    select
        group_id,
        duns
    from numbers_ranked
    where number_rank = 1

),

company_numbers_named as (

    select
        group_id,
        {{ ordered_list('duns', 'duns') }} as company_duns
    from numbers_of_companies
    group by group_id

),

-- Case 13, one step further: two records with different numbers are not one company because an
-- account without a number resembles both.
different_numbers as (

    select
        matched_records.crm_account_id,
        matched_records.partner_id,
        matched_records.partner_account_id,
        'DUNS ' || matched_records.duns || ' is not that of the company, '
        || company_numbers_named.company_duns as conflict
    from matched_records
    inner join company_numbers_named
        on matched_records.group_id = company_numbers_named.group_id
    where not exists (
            select numbers_of_companies.group_id from numbers_of_companies
            where numbers_of_companies.group_id = matched_records.group_id
                and numbers_of_companies.duns = matched_records.duns
        )

),

-- A record that a person told apart from one account of the company is not matched with another.
told_apart as (

    select
        matches.crm_account_id,
        matches.partner_id,
        matches.partner_account_id,
        'a person rejected it for account ' || min(others.account_id) || ' of the same company'
            as conflict
    from matches
    inner join centres
        on matches.crm_account_id = centres.account_id
    inner join centres as others
        on centres.group_id = others.group_id
    inner join rejected
        on others.account_id = rejected.crm_account_id
        and matches.partner_id = rejected.partner_id
        and matches.partner_account_id = rejected.partner_account_id
    group by matches.crm_account_id, matches.partner_id, matches.partner_account_id

),

found as (

    select
        coalesce(different_numbers.crm_account_id, told_apart.crm_account_id) as crm_account_id,
        coalesce(different_numbers.partner_id, told_apart.partner_id) as partner_id,
        coalesce(different_numbers.partner_account_id, told_apart.partner_account_id)
            as partner_account_id,
        coalesce(told_apart.conflict, different_numbers.conflict) as conflict
    from different_numbers
    full outer join told_apart
        on different_numbers.crm_account_id = told_apart.crm_account_id
        and different_numbers.partner_id = told_apart.partner_id
        and different_numbers.partner_account_id = told_apart.partner_account_id

)

select * from found
