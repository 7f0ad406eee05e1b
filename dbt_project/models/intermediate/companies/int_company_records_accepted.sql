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

-- Every record is its own neighbour, so that each round reads the round before only once.
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

    union

    select
        account_record_id as record_id,
        account_record_id as neighbour_id
    from accepted_pairs

    union

    select
        partner_record_id as record_id,
        partner_record_id as neighbour_id
    from accepted_pairs

),

-- The least id walks one record further in each round, and each round reads the one before only
-- once: what is read twice stands twice in Spark's plan, and doubles with every round. Where people
-- joined more than 8 records in a row, one by one, assert_companies_hold_what_people_accepted
-- complains.
labels_0 as (

    select
        record_id,
        record_id as label
    from neighbours
    group by record_id

),

{% for round in [1, 2, 3, 4, 5, 6, 7, 8] %}
    labels_{{ round }} as (

        select
            neighbours.record_id,
            min(labels.label) as label
        from neighbours
        inner join labels_{{ round - 1 }} as labels
            on neighbours.neighbour_id = labels.record_id
        group by neighbours.record_id

    ),

{% endfor %}
accepted as (

    select
        record_id,
        label as group_id
    from labels_8

)

select * from accepted
