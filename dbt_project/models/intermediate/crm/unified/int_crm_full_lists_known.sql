with

batches as (

    select * from {{ ref('stg_cosell__landed_batches') }}

),

things as (

    select
        batches.source as crm,
        case batches.table_name
            when 'companies' then 'accounts'
            when 'deals' then 'opportunities'
            else batches.table_name
        end as thing,
        batches.known_step,
        batches.known_on
    from batches
    where batches.source in ('salesforce', 'hubspot')
        and batches.mode = 'full'

),

full_lists as (

    select
        crm,
        thing,
        known_step,
        min(known_on) as known_on
    from things
    group by crm, thing, known_step

)

select * from full_lists
