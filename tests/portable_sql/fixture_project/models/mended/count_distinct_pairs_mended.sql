with

pairs as (

    select
        account_id,
        label
    from {{ ref('touches') }}
    group by account_id, label

)

select count(*) as pairs_count from pairs
