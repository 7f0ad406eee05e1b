with

records as (

    select * from {{ ref('int_company_records_listed') }}

),

matches as (

    select * from {{ ref('int_matches_decided') }}
    where decision = 'accepted'

),

accepted_pairs as (

    select
        accounts.record_id as account_record_id,
        partner_records.record_id as partner_record_id
    from matches
    inner join records as accounts
        on matches.crm_account_id = accounts.account_id
    inner join records as partner_records
        on matches.partner_id = partner_records.partner_id
        and matches.partner_account_id = partner_records.partner_account_id

),

neighbours as (

    select
        account_record_id as record_id,
        partner_record_id as neighbour_id
    from accepted_pairs

    union

    select
        partner_record_id as record_id,
        account_record_id as neighbour_id
    from accepted_pairs

),

labels_0 as (

    select
        record_id,
        record_id as label
    from neighbours
    group by record_id

),

-- Each round gives every record, and the record that it is labelled with, the least label that a
-- neighbour's label has: the way that a label goes doubles with each round, so that 12 rounds
-- follow thousands of records that people joined in a row, one by one. Where they do not reach the
-- end, assert_companies_hold_what_people_accepted complains.
{% for round in range(1, 13) %}
    looked_ahead_{{ round }} as (

        select
            near.record_id,
            near.label,
            far.label as far_label
        from labels_{{ round - 1 }} as near
        inner join labels_{{ round - 1 }} as far
            on near.label = far.record_id

    ),

    least_beside_{{ round }} as (

        select
            neighbours.record_id,
            min(looked_ahead.far_label) as least_label
        from neighbours
        inner join looked_ahead_{{ round }} as looked_ahead
            on neighbours.neighbour_id = looked_ahead.record_id
        group by neighbours.record_id

    ),

    labels_{{ round }} as (

        select
            record_id,
            min(label) as label
        from (
            select
                record_id,
                far_label as label
            from looked_ahead_{{ round }}

            union all

            select
                record_id,
                least_label as label
            from least_beside_{{ round }}

            union all

            select
                looked_ahead.label as record_id,
                least_beside.least_label as label
            from looked_ahead_{{ round }} as looked_ahead
            inner join least_beside_{{ round }} as least_beside
                on looked_ahead.record_id = least_beside.record_id
        ) as offered
        group by record_id

    ),

{% endfor %}
accepted as (

    select
        record_id,
        label as group_id
    from labels_12

)

select * from accepted
