{{ config(materialized='view') }}

with

partner_accounts as (

    select * from {{ ref('int_partner_accounts_known') }}

),

current_accounts as (

    select
        partner_id,
        partner_account_id,
        parent_partner_account_id,
        crm_account_id,
        account_name,
        website,
        country,
        state,
        city,
        industry,
        duns,
        phone,
        employees_count,
        partner_state,
        state_precedence,
        listed_states,
        customer_since_on,
        owner_name,
        owner_email,
        coverage,
        feed,
        list_as_of,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from partner_accounts
    where is_in_force

)

select * from current_accounts
