with

of_salesforce as (

    select * from {{ ref('stg_salesforce__contacts') }}

),

of_hubspot as (

    select * from {{ ref('stg_hubspot__contacts') }}

),

unified as (

    select
        'salesforce' as crm,
        contact_id,
        account_id,
        contact_name,
        email,
        is_deleted,
        created_at,
        modified_at,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from of_salesforce

    union all

    select
        'hubspot' as crm,
        contact_id,
        account_id,
        contact_name,
        email,
        is_deleted,
        created_at,
        modified_at,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from of_hubspot

)

select * from unified
