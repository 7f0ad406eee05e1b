{{ config(materialized=read_in_place()) }}

with

crm_accounts as (

    select * from {{ ref('int_crm_accounts_current') }}

),

crm_rows as (

    select * from {{ ref('stg_salesforce__accounts') }}
    where global_ultimate_duns is not null

),

partner_accounts as (

    select * from {{ ref('int_partner_accounts_current') }}

),

partner_rows as (

    select * from {{ ref('stg_bilateral__partner_accounts') }}
    where global_ultimate_duns is not null

),

records as (

    select * from {{ ref('int_company_records_listed') }}

),

-- What the row says by which the record is known today.
numbers as (

    select
        'account|' || crm_accounts.account_id as record_id,
        '' as list_id,
        {{ duns_number('crm_rows.global_ultimate_duns') }} as ultimate_duns
    from crm_accounts
    inner join crm_rows
        on crm_accounts.account_id = crm_rows.account_id
        and crm_accounts.batch_id = crm_rows.batch_id
        and crm_accounts.source_row_number = crm_rows.source_row_number

    union all

    select
        'partner|' || partner_accounts.partner_id || '|' || partner_accounts.partner_account_id
            as record_id,
        partner_accounts.partner_id as list_id,
        {{ duns_number('partner_rows.global_ultimate_duns') }} as ultimate_duns
    from partner_accounts
    inner join partner_rows
        on partner_accounts.batch_id = partner_rows.batch_id
        and partner_accounts.source_row_number = partner_rows.source_row_number

),

numbers_known as (

    select
        record_id,
        list_id,
        ultimate_duns
    from numbers
    where ultimate_duns is not null

),

-- The top itself, where the list or our CRM holds it; else the oldest record that names it speaks
-- for it. Nothing of another partner's list is shown.
heads as (

    select
        numbers_known.list_id,
        numbers_known.ultimate_duns,
        records.record_id,
        true as is_head,
        records.first_known_step
    from numbers_known
    inner join records
        on numbers_known.ultimate_duns = records.duns
        and numbers_known.list_id = coalesce(records.partner_id, numbers_known.list_id)

    union

    select
        numbers_known.list_id,
        numbers_known.ultimate_duns,
        records.record_id,
        false as is_head,
        records.first_known_step
    from numbers_known
    inner join records
        on numbers_known.record_id = records.record_id

),

heads_ranked as (

    select
        list_id,
        ultimate_duns,
        record_id,
        row_number() over (
            partition by list_id, ultimate_duns
            order by is_head desc nulls last, first_known_step nulls last, record_id nulls last
        ) as place
    from heads

),

known as (

    select
        numbers_known.record_id,
        nullif(numbers_known.list_id, '') as partner_id,
        numbers_known.ultimate_duns,
        heads_ranked.record_id as head_record_id
    from numbers_known
    inner join heads_ranked
        on numbers_known.list_id = heads_ranked.list_id
        and numbers_known.ultimate_duns = heads_ranked.ultimate_duns
        and heads_ranked.place = 1

)

select * from known
