{{ config(materialized=read_in_place()) }}

with

decisions as (

    select * from {{ ref('stg_templates__match_decisions') }}

),

partner_accounts as (

    select * from {{ ref('int_partner_accounts_normalized') }}

),

records as (

    select * from {{ ref('int_company_records_listed') }}
    where record_kind = 'partner_record'

),

-- Only records that people decided about have to be followed.
gone as (

    select
        partner_accounts.partner_id,
        partner_accounts.partner_account_id,
        partner_accounts.host,
        partner_accounts.duns,
        partner_accounts.known_step
    from partner_accounts
    where not partner_accounts.is_in_force
        and exists (
            select decisions.partner_id from decisions
            where decisions.partner_id = partner_accounts.partner_id
                and decisions.partner_account_id = partner_accounts.partner_account_id
        )

),

successors as (

    select
        gone.partner_id,
        gone.partner_account_id,
        records.partner_account_id as successor_partner_account_id
    from gone
    inner join records
        on gone.partner_id = records.partner_id
        and gone.host = records.own_host
    where records.first_known_step > gone.known_step

    union

    select
        gone.partner_id,
        gone.partner_account_id,
        records.partner_account_id as successor_partner_account_id
    from gone
    inner join records
        on gone.partner_id = records.partner_id
        and gone.duns = records.duns
    where records.first_known_step > gone.known_step

),

-- A platform that gives no id makes one of the name: a renamed record is a new one, known since
-- the old one was last listed, with the same host or DUNS number.
renamed as (

    select
        partner_id,
        partner_account_id,
        successor_partner_account_id,
        cast(count(*) over (partition by partner_id, partner_account_id) as bigint)
            as successors_count
    from successors

)

select * from renamed
