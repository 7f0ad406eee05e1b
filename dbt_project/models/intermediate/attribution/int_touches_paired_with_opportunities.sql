with

touches as (

    select * from {{ ref('int_partner_touches_versioned') }}

),

versions as (

    select * from {{ ref('int_crm_opportunities_versioned') }}

),

merged as (

    select * from {{ ref('int_crm_accounts_merged') }}

),

creditable_touches as (

    select *
    from touches
    where not is_void
        and partner_id is not null
        and strength in ('strong', 'qualifying')

),

-- An opportunity may move between accounts; each account counts from the step that showed it.
opportunity_accounts as (

    select
        versions.opportunity_id,
        versions.account_id,
        min(versions.known_step) as known_step,
        min(versions.created_at) as created_at,
        min(versions.created_on) as created_on,
        min(merged.surviving_account_id) as surviving_account_id,
        coalesce(min(merged.merged_known_step), 0) as merged_known_step
    from versions
    left join merged
        on versions.account_id = merged.account_id
    group by versions.opportunity_id, versions.account_id

),

opportunities as (

    select
        opportunity_id,
        min(known_step) as known_step,
        min(created_at) as created_at,
        min(created_on) as created_on
    from opportunity_accounts
    group by opportunity_id

),

named_pairs as (

    select
        touches.touch_id,
        touches.valid_from_step as touch_known_step,
        opportunities.opportunity_id,
        opportunities.created_at,
        opportunities.created_on,
        true as is_named,
        greatest(touches.valid_from_step, opportunities.known_step) as valid_from_step,
        greatest(touches.known_from_step, opportunities.known_step) as known_from_step
    from creditable_touches as touches
    inner join opportunities
        on touches.opportunity_id = opportunities.opportunity_id

),

-- Case 8: where touch and opportunity hang on different ids of one merged account, the pair
-- exists from the step in which the merge became known.
account_pairs as (

    select
        touches.touch_id,
        touches.valid_from_step as touch_known_step,
        opportunity_accounts.opportunity_id,
        min(opportunity_accounts.created_at) as created_at,
        min(opportunity_accounts.created_on) as created_on,
        false as is_named,
        min(greatest(
            touches.valid_from_step,
            opportunity_accounts.known_step,
            case
                when touches.account_id = opportunity_accounts.account_id then 0
                else greatest(touches.merged_known_step, opportunity_accounts.merged_known_step)
            end
        )) as valid_from_step,
        min(greatest(
            touches.known_from_step,
            opportunity_accounts.known_step,
            case
                when touches.account_id = opportunity_accounts.account_id then 0
                else greatest(touches.merged_known_step, opportunity_accounts.merged_known_step)
            end
        )) as known_from_step
    from creditable_touches as touches
    inner join opportunity_accounts
        on touches.surviving_account_id = opportunity_accounts.surviving_account_id
    where touches.opportunity_id is null
    group by touches.touch_id, touches.valid_from_step, opportunity_accounts.opportunity_id

),

pairs as (

    select * from named_pairs
    union all
    select * from account_pairs

),

paired as (

    select
        pairs.touch_id,
        pairs.touch_known_step,
        pairs.opportunity_id,
        pairs.is_named,
        pairs.created_at,
        pairs.created_on,
        touches.partner_id,
        touches.touch_type,
        touches.strength,
        touches.source_rank,
        touches.occurred_at,
        touches.occurred_on,
        touches.recorded_at,
        touches.recorded_on,
        touches.expires_on,
        cast(pairs.valid_from_step as bigint) as valid_from_step,
        touches.valid_until_step,
        cast(pairs.known_from_step as bigint) as known_from_step,
        touches.known_until_step
    from pairs
    inner join creditable_touches as touches
        on pairs.touch_id = touches.touch_id
        and pairs.touch_known_step = touches.valid_from_step
    where touches.valid_until_step is null
        or pairs.valid_from_step < touches.valid_until_step

)

select * from paired
