with

salesforce_users as (

    select * from {{ ref('stg_salesforce__users') }}

),

groups as (

    select * from {{ ref('stg_salesforce__groups') }}

),

owners as (

    select * from {{ ref('stg_hubspot__owners') }}

),

unified as (

    select
        'salesforce' as crm,
        user_id,
        user_name,
        email,
        is_active and not is_deleted as is_active,
        manager_user_id,
        user_role_id,
        user_type,
        title,
        country,
        currency,
        created_at,
        modified_at,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from salesforce_users

    union all

    -- Case 23: a queue owns deals and is nobody; it is listed so that its deals have a name.
    select
        'salesforce' as crm,
        group_id as user_id,
        group_name as user_name,
        email,
        cast(null as boolean) as is_active,
        cast(null as {{ type_string() }}) as manager_user_id,
        cast(null as {{ type_string() }}) as user_role_id,
        group_type as user_type,
        cast(null as {{ type_string() }}) as title,
        cast(null as {{ type_string() }}) as country,
        cast(null as {{ type_string() }}) as currency,
        cast(null as timestamp) as created_at,
        modified_at,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from groups
    where lower(group_type) = 'queue'

    union all

    select
        'hubspot' as crm,
        user_id,
        coalesce(user_name, email) as user_name,
        email,
        not is_archived and not is_deleted as is_active,
        cast(null as {{ type_string() }}) as manager_user_id,
        cast(null as {{ type_string() }}) as user_role_id,
        owner_type as user_type,
        cast(null as {{ type_string() }}) as title,
        cast(null as {{ type_string() }}) as country,
        cast(null as {{ type_string() }}) as currency,
        created_at,
        modified_at,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from owners

)

select * from unified
