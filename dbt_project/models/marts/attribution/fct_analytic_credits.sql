with

opportunities as (

    select * from {{ ref('fct_attributed_opportunities') }}
    where not is_deleted

),

touches as (

    select * from {{ ref('fct_partner_touches') }}
    where strength in ('strong', 'qualifying', 'engagement')

),

models as (

    select * from {{ policy_versions(ref('stg_policy__analytic_models'), ['model']) }}
    where valid_until_step is null

),

refresh_current as (

    select * from {{ ref('int_refresh_current') }}

),

-- A touch that names a deal is of that deal; one that names only the account is of every deal there
-- (case 18: the analytic view may share what the official ledger gives to one). Each deal shares
-- out its own 100 %.
touches_of_deals as (

    select
        touches.opportunity_id,
        touches.touch_id,
        touches.partner_id,
        touches.touch_type,
        touches.occurred_at,
        touches.occurred_on
    from touches

    union all

    select
        opportunities.opportunity_id,
        touches.touch_id,
        touches.partner_id,
        touches.touch_type,
        touches.occurred_at,
        touches.occurred_on
    from touches
    inner join opportunities
        on touches.account_id = opportunities.account_id
    where touches.opportunity_id is null

),

journeys as (

    select
        touches_of_deals.opportunity_id,
        touches_of_deals.touch_id,
        touches_of_deals.partner_id,
        touches_of_deals.touch_type,
        touches_of_deals.occurred_at,
        touches_of_deals.occurred_on,
        opportunities.created_on,
        case when opportunities.is_closed then opportunities.close_on else refresh_current.as_of end
            as converted_on,
        opportunities.is_won,
        opportunities.exclusion,
        opportunities.currency,
        coalesce(opportunities.amount, 0) as amount,
        opportunities.amount_company_currency
    from touches_of_deals
    inner join opportunities
        on touches_of_deals.opportunity_id = opportunities.opportunity_id
    cross join refresh_current

),

-- Case 14: what happened after the close converted nothing.
in_window as (

    select
        journeys.*,
        models.model,
        models.policy_version,
        models.first_share,
        models.middle_share,
        models.last_share,
        models.others_share,
        models.half_life_days,
        row_number() over journey as place,
        cast(count(*) over (partition by journeys.opportunity_id, models.model) as bigint)
            as touches_count,
        cast(sum(case when journeys.occurred_on <= journeys.created_on then 1 else 0 end) over (
            partition by journeys.opportunity_id, models.model
        ) as bigint) as creation_place,
        max(journeys.occurred_on) over (partition by journeys.opportunity_id) as last_touched_on
    from journeys
    inner join models
        on journeys.created_on >= models.effective_from_on
        and (
            models.effective_before_on is null or journeys.created_on < models.effective_before_on
        )
        and journeys.occurred_on >= {{ add_days('journeys.created_on', '-models.lookback_days') }}
    where journeys.occurred_on <= journeys.converted_on
    window journey as (
        partition by journeys.opportunity_id, models.model
        order by journeys.occurred_at nulls last, journeys.touch_id nulls last
    )

),

-- The middle of a W is the touch at the creation of the deal: the last one up to that day. Where
-- that is the first or the last touch of all, it is the one halfway.
placed as (

    select
        in_window.*,
        case
            when creation_place > 1 and creation_place < touches_count then creation_place
            else cast(floor((touches_count + 1) * 0.5) as bigint)
        end as middle_place
    from in_window

),

roles as (

    select
        placed.*,
        case
            when touches_count = 1 then 'only'
            when half_life_days is not null then 'decayed'
            when place = 1 and first_share > 0 then 'first'
            when place = touches_count and last_share > 0 then 'last'
            when place = middle_place and middle_share > 0 and touches_count > 2 then 'middle'
            else 'other'
        end as touch_role
    from placed

),

roles_counted as (

    select
        roles.*,
        cast(sum(case when touch_role = 'other' then 1 else 0 end) over (
            partition by opportunity_id, model
        ) as bigint) as others_count
    from roles

),

-- Weights are whole numbers, so that shares are exact: an anchor's share is multiplied by the number
-- of the others, who split theirs. A decay is taken from the day of the last touch: the days from
-- there to the conversion weaken all touches alike.
weighted as (

    select
        roles_counted.*,
        case
            when touch_role = 'only' then cast(1 as bigint)
            when touch_role = 'decayed'
            then cast(floor(
                power(
                    cast(0.5 as double),
                    cast({{ days_between('occurred_on', 'last_touched_on') }} as double)
                    / nullif(cast(half_life_days as double), 0)
                ) * 1000000000000 + 0.5
            ) as bigint)
            when touch_role = 'first'
            then cast(first_share * 1000000 as bigint) * greatest(others_count, 1)
            when touch_role = 'middle'
            then cast(middle_share * 1000000 as bigint) * greatest(others_count, 1)
            when touch_role = 'last'
            then cast(last_share * 1000000 as bigint) * greatest(others_count, 1)
            else cast(others_share * 1000000 as bigint)
        end as weight
    from roles_counted

),

totalled as (

    select
        weighted.*,
        cast(sum(weight) over (partition by opportunity_id, model) as decimal(19, 0)) as total_weight,
        cast(abs(amount) * 100 as decimal(19, 0)) as cents,
        cast(abs(amount_company_currency) * 100 as decimal(19, 0)) as company_cents
    from weighted

),

floored as (

    select
        totalled.*,
        cast({{ divide_down(
            'cast(1000000 as decimal(19,0)) * cast(weight as decimal(19,0))', 'total_weight'
        ) }} as bigint) as share_units,
        cast({{ divide_down('cents * cast(weight as decimal(19,0))', 'total_weight') }} as bigint)
            as credit_cents,
        cast({{ divide_down('company_cents * cast(weight as decimal(19,0))', 'total_weight') }} as bigint)
            as credit_company_cents
    from totalled

),

-- What rounding down left over goes to the largest remainders; of equal ones to the earlier touch.
remainders as (

    select
        floored.*,
        1000000 - sum(share_units) over of_model as share_units_left,
        cents - sum(credit_cents) over of_model as cents_left,
        company_cents - sum(credit_company_cents) over of_model as company_cents_left,
        row_number() over (
            partition by opportunity_id, model
            order by
                cast(1000000 as decimal(19, 0)) * cast(weight as decimal(19, 0))
                - cast(share_units as decimal(19, 0)) * total_weight desc nulls last,
                place nulls last
        ) as share_rank,
        row_number() over (
            partition by opportunity_id, model
            order by
                cents * cast(weight as decimal(19, 0))
                - cast(credit_cents as decimal(19, 0)) * total_weight desc nulls last,
                place nulls last
        ) as cents_rank,
        row_number() over (
            partition by opportunity_id, model
            order by
                company_cents * cast(weight as decimal(19, 0))
                - cast(credit_company_cents as decimal(19, 0)) * total_weight desc nulls last,
                place nulls last
        ) as company_cents_rank
    from floored
    window of_model as (partition by opportunity_id, model)

),

credits as (

    select
        {{ hash_id(['opportunity_id', 'model', 'touch_id']) }} as credit_id,
        opportunity_id,
        model,
        touch_id,
        partner_id,
        touch_type,
        occurred_at,
        converted_on,
        cast(place as bigint) as place,
        touches_count,
        touch_role,
        cast(
            (share_units + case when share_rank <= share_units_left then 1 else 0 end)
            * cast(0.000001 as decimal(7, 6))
            as {{ type_share() }}
        ) as credit_share,
        cast(
            case when amount_company_currency < 0 then -1 else 1 end
            * (credit_company_cents + case when company_cents_rank <= company_cents_left then 1 else 0 end)
            * cast(0.01 as decimal(3, 2))
            as {{ type_money() }}
        ) as credit_amount_company_currency,
        cast(
            case when amount < 0 then -1 else 1 end
            * (credit_cents + case when cents_rank <= cents_left then 1 else 0 end)
            * cast(0.01 as decimal(3, 2))
            as {{ type_money() }}
        ) as credit_amount,
        currency,
        is_won,
        exclusion,
        policy_version
    from remainders

)

select * from credits
