with

partners as (

    select * from {{ ref('dim_partners') }}

),

lists as (

    select * from {{ ref('int_partner_lists_ordered') }}

),

partner_accounts as (

    select * from {{ ref('int_partner_accounts_unified') }}

),

-- A platform's list speaks of several partners: of those that it names.
partners_of_lists as (

    select
        batch_id,
        partner_id
    from lists
    where partner_id is not null
    union
    select
        batch_id,
        partner_id
    from partner_accounts

),

-- Only a list of the partner's own can be the whole one: platforms show what both sides have, and
-- Reveal leaves out what the partner keeps private.
lists_per_partner as (

    select
        partners_of_lists.partner_id,
        min(case when lists.mode = 'full' and lists.source = 'bilateral' then lists.as_of end)
            as first_full_list_on,
        max(case when lists.mode = 'full' and lists.source = 'bilateral' then lists.as_of end)
            as newest_full_list_on,
        max(lists.as_of) as newest_list_on
    from lists
    inner join partners_of_lists
        on lists.batch_id = partners_of_lists.batch_id
    group by partners_of_lists.partner_id

),

-- Absence is only a statement where the partner promised the whole list and has sent one; before
-- the first observation, and for overlap_only and counts_only, it is unknown (cases 33 and 34).
decided as (

    select
        partners.partner_id,
        partners.partner_name,
        partners.coverage,
        case
            when partners.coverage = 'full_list'
                and lists_per_partner.newest_full_list_on is not null
            then 'absent'
            else 'unknown'
        end as absence_state,
        -- An account on an overlap_only list is in our CRM by the partner's word.
        case
            when partners.coverage = 'overlap_only' then 'unknown'
            else 'absent'
        end as our_absence_state,
        lists_per_partner.first_full_list_on,
        lists_per_partner.newest_full_list_on,
        lists_per_partner.newest_list_on
    from partners
    left join lists_per_partner
        on partners.partner_id = lists_per_partner.partner_id
    where partners.is_active

)

select * from decided
