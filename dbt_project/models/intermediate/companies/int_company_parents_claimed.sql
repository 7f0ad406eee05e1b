with

crm_accounts as (

    select * from {{ ref('int_crm_accounts_current') }}

),

partner_accounts as (

    select * from {{ ref('int_partner_accounts_current') }}

),

ultimate_duns as (

    select * from {{ ref('int_ultimate_duns_known') }}

),

companies as (

    select * from {{ ref('int_companies_identified') }}

),

-- Case 12: what our CRM says of a parent, what a data provider says of the company at the top, and
-- what each partner says of its own records.
claims as (

    select
        'account|' || account_id as record_id,
        'account|' || parent_account_id as parent_record_id,
        'crm_parent' as relation_source,
        cast(null as {{ type_string() }}) as partner_id
    from crm_accounts
    where parent_account_id is not null

    union all

    select
        record_id,
        head_record_id as parent_record_id,
        'duns_ultimate' as relation_source,
        partner_id
    from ultimate_duns

    union all

    select
        'partner|' || partner_id || '|' || partner_account_id as record_id,
        'partner|' || partner_id || '|' || parent_partner_account_id as parent_record_id,
        'partner_hierarchy' as relation_source,
        partner_id
    from partner_accounts
    where parent_partner_account_id is not null

),

-- A parent of which nothing is known relates nobody, nor does a record to its own company.
claimed as (

    select
        companies.company_id,
        parents.company_id as parent_company_id,
        claims.relation_source,
        claims.partner_id,
        cast(count(*) as bigint) as claims_count,
        min(claims.record_id) as record_id,
        min(claims.parent_record_id) as parent_record_id
    from claims
    inner join companies
        on claims.record_id = companies.record_id
    inner join companies as parents
        on claims.parent_record_id = parents.record_id
    where companies.company_id is distinct from parents.company_id
    group by
        companies.company_id,
        parents.company_id,
        claims.relation_source,
        claims.partner_id

)

select * from claimed
