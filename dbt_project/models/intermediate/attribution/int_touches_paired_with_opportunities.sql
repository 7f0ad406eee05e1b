with

touches as (

    select * from {{ ref('int_partner_touches_versioned') }}

),

versions as (

    select * from {{ ref('int_crm_opportunities_versioned') }}

),

survivors as (

    select * from {{ ref('int_crm_account_survivors_versioned') }}

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
        opportunity_id,
        account_id,
        min(known_step) as known_step,
        min(created_at) as created_at,
        min(created_on) as created_on
    from versions
    group by opportunity_id, account_id

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

surviving_opportunity_accounts as (

    select
        opportunity_accounts.opportunity_id,
        opportunity_accounts.created_at,
        opportunity_accounts.created_on,
        coalesce(survivors.surviving_account_id, opportunity_accounts.account_id)
            as surviving_account_id,
        -- greatest() passes over NULL.
        greatest(opportunity_accounts.known_step, survivors.valid_from_step) as valid_from_step,
        survivors.valid_until_step
    from opportunity_accounts
    left join survivors
        on opportunity_accounts.account_id = survivors.account_id
        and {{ before_open_step('opportunity_accounts.known_step', 'survivors.valid_until_step') }}

),

surviving_touch_accounts as (

    select
        creditable_touches.touch_id,
        creditable_touches.valid_from_step as touch_known_step,
        coalesce(survivors.surviving_account_id, creditable_touches.account_id)
            as surviving_account_id,
        coalesce(survivors.valid_from_step, creditable_touches.known_from_step) as valid_from_step,
        survivors.valid_until_step
    from creditable_touches
    left join survivors
        on creditable_touches.account_id = survivors.account_id
    where creditable_touches.opportunity_id is null

),

named_pairs as (

    select
        touches.touch_id,
        touches.valid_from_step as touch_known_step,
        opportunities.opportunity_id,
        opportunities.created_at,
        opportunities.created_on,
        true as is_named,
        opportunities.known_step as pair_from_step,
        cast(null as bigint) as pair_until_step
    from creditable_touches as touches
    inner join opportunities
        on touches.opportunity_id = opportunities.opportunity_id

),

-- Case 8: where touch and opportunity hang on different ids of one merged account, the pair
-- exists in the steps in which both survive in one and the same account.
account_pairs as (

    select
        touches.touch_id,
        touches.touch_known_step,
        opportunities.opportunity_id,
        opportunities.created_at,
        opportunities.created_on,
        false as is_named,
        greatest(touches.valid_from_step, opportunities.valid_from_step) as pair_from_step,
        least(touches.valid_until_step, opportunities.valid_until_step) as pair_until_step
    from surviving_touch_accounts as touches
    inner join surviving_opportunity_accounts as opportunities
        on touches.surviving_account_id = opportunities.surviving_account_id
        and (
            opportunities.valid_until_step is null
            or touches.valid_from_step < opportunities.valid_until_step
        )
        and (
            touches.valid_until_step is null
            or touches.valid_until_step > opportunities.valid_from_step
        )

),

pairs as (

    select * from named_pairs
    union all
    select * from account_pairs

),

-- Two accounts of one opportunity may survive in one: what holds longest from a step on is kept.
paired_ranked as (

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
        -- The later beginning and the earlier end of touch and pair; least() passes over NULL.
        cast(greatest(touches.valid_from_step, pairs.pair_from_step) as bigint) as valid_from_step,
        cast(least(touches.valid_until_step, pairs.pair_until_step) as bigint) as valid_until_step,
        cast(greatest(touches.known_from_step, pairs.pair_from_step) as bigint) as known_from_step,
        cast(least(touches.known_until_step, pairs.pair_until_step) as bigint) as known_until_step,
        row_number() over (
            partition by
                pairs.touch_id, pairs.touch_known_step, pairs.opportunity_id,
                greatest(touches.valid_from_step, pairs.pair_from_step)
            order by pairs.pair_until_step desc nulls first
        ) as pair_rank
    from pairs
    inner join creditable_touches as touches
        on pairs.touch_id = touches.touch_id
        and pairs.touch_known_step = touches.valid_from_step
    where (touches.valid_until_step is null or pairs.pair_from_step < touches.valid_until_step)
        and (pairs.pair_until_step is null or touches.valid_from_step < pairs.pair_until_step)

),

paired as (

    select
        touch_id,
        touch_known_step,
        opportunity_id,
        is_named,
        created_at,
        created_on,
        partner_id,
        touch_type,
        strength,
        source_rank,
        occurred_at,
        occurred_on,
        recorded_at,
        recorded_on,
        expires_on,
        valid_from_step,
        valid_until_step,
        known_from_step,
        known_until_step
    from paired_ranked
    where pair_rank = 1

)

select * from paired
