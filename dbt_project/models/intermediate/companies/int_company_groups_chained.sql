with

keys_shared as (

    select * from {{ ref('int_company_keys_shared') }}
    where groups_count > 1

),

-- From the groups of a key to the key, and back to its groups: never all with all. A chain may have
-- 6 keys in a row; a longer one is not followed, see int_company_chains_checked.
labels_0 as (

    select
        group_id,
        group_id as label
    from keys_shared
    where key_rank = 1

),

{% for round in [1, 2, 3, 4, 5, 6] %}
    key_labels_{{ round }} as (

        select
            keys_shared.key_id,
            min(labels.label) as label
        from keys_shared
        inner join labels_{{ round - 1 }} as labels
            on keys_shared.group_id = labels.group_id
        group by keys_shared.key_id

    ),

    labels_{{ round }} as (

        select
            keys_shared.group_id,
            min(key_labels.label) as label
        from keys_shared
        inner join key_labels_{{ round }} as key_labels
            on keys_shared.key_id = key_labels.key_id
        group by keys_shared.group_id

    ),

{% endfor %}
chained as (

    select
        group_id,
        label as chain_id
    from labels_6

)

select * from chained
