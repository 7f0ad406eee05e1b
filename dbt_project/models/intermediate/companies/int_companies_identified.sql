with

records as (

    select * from {{ ref('int_company_records_listed') }}

),

matched as (

    select * from {{ ref('int_company_records_matched') }}

),

joined as (

    select * from {{ ref('int_company_groups_joined') }}

),

assignments as (

    select * from {{ ref('stg_cosell__company_assignments') }}

),

refresh_current as (

    select * from {{ ref('int_refresh_current') }}

),

landed_batches as (

    select * from {{ ref('stg_cosell__landed_batches') }}

),

newest_step as (

    select max(known_step) as newest_step from landed_batches

),

assignments_ranked as (

    select
        assignments.*,
        row_number() over (
            partition by record_id
            order by
                known_step desc nulls last,
                refresh_number desc nulls last,
                batch_id desc nulls last
        ) as assignment_rank
    from assignments

),

-- Every company has one record that keeps its id; when that one leaves, another takes its seat.
keepers_ranked as (

    select
        company_id,
        keeper_record_id,
        row_number() over (
            partition by company_id
            order by
                known_step desc nulls last,
                refresh_number desc nulls last,
                keeper_record_id nulls last
        ) as keeper_rank
    from assignments

),

-- What a record was in when it was last seen; a record that was never assigned elsewhere is what
-- founded its own company.
members as (

    select
        joined.component_id,
        records.record_id,
        records.first_known_step,
        records.first_known_on,
        coalesce(
            assignments_ranked.company_id, 'co_' || md5(records.record_id)
        ) as former_company_id,
        coalesce(assignments_ranked.founded_step, records.first_known_step) as founded_step,
        coalesce(assignments_ranked.founded_on, records.first_known_on) as founded_on,
        coalesce(assignments_ranked.founder_record_id, records.record_id) as founder_record_id,
        assignments_ranked.company_id as assigned_company_id
    from matched
    inner join records
        on matched.record_id = records.record_id
    inner join joined
        on matched.group_id = joined.group_id
    left join assignments_ranked
        on records.record_id = assignments_ranked.record_id
        and assignments_ranked.assignment_rank = 1

),

claims as (

    select
        members.component_id,
        members.former_company_id,
        coalesce(keepers_ranked.keeper_record_id, members.founder_record_id) as keeper_record_id,
        cast(count(*) as bigint) as members_count,
        bool_or(
            members.record_id
            = coalesce(keepers_ranked.keeper_record_id, members.founder_record_id)
        ) as has_keeper,
        min(members.first_known_step) as first_known_step,
        min(members.record_id) as first_record_id,
        min(members.founded_step) as founded_step,
        min(members.founded_on) as founded_on,
        min(members.founder_record_id) as founder_record_id
    from members
    left join keepers_ranked
        on members.former_company_id = keepers_ranked.company_id
        and keepers_ranked.keeper_rank = 1
    group by
        members.component_id,
        members.former_company_id,
        coalesce(keepers_ranked.keeper_record_id, members.founder_record_id)

),

-- A company that was split lives on in its largest part, of equal ones in that of its keeper.
claims_ranked as (

    select
        claims.*,
        row_number() over (
            partition by former_company_id
            order by
                members_count desc nulls last,
                has_keeper desc nulls last,
                first_known_step nulls last,
                first_record_id nulls last
        ) as claim_rank
    from claims

),

-- Of companies that became one the oldest lives on.
ids_kept as (

    select
        component_id,
        former_company_id as company_id,
        keeper_record_id,
        has_keeper,
        founded_step,
        founded_on,
        founder_record_id,
        row_number() over (
            partition by component_id
            order by
                founded_step nulls last,
                founder_record_id nulls last,
                former_company_id nulls last
        ) as age_rank
    from claims_ranked
    where claim_rank = 1

),

members_by_age as (

    select
        component_id,
        record_id,
        first_known_step,
        first_known_on,
        'co_' || md5(record_id) as own_company_id,
        row_number() over (
            partition by component_id
            order by first_known_step nulls last, record_id nulls last
        ) as age_rank
    from members

),

-- The smaller part of a split is the company that its first record founded, as before a merge
-- that is taken back (case 9), and a new one where that id lives on elsewhere.
parts_without_id as (

    select
        members_by_age.component_id,
        members_by_age.record_id,
        case
            when taken.company_id is null then members_by_age.own_company_id
            else
                'co_' || md5(
                    members_by_age.record_id || '|'
                    || cast(refresh_current.refresh_number as {{ type_string() }})
                )
        end as company_id,
        case
            when taken.company_id is null then members_by_age.first_known_step
            else newest_step.newest_step
        end as founded_step,
        case
            when taken.company_id is null then members_by_age.first_known_on
            else refresh_current.as_of
        end as founded_on
    from members_by_age
    cross join refresh_current
    cross join newest_step
    left join ids_kept
        on members_by_age.component_id = ids_kept.component_id
    left join ids_kept as taken
        on members_by_age.own_company_id = taken.company_id
        and taken.age_rank = 1
    where members_by_age.age_rank = 1
        and ids_kept.component_id is null

),

companies as (

    select
        ids_kept.component_id,
        ids_kept.company_id,
        ids_kept.founded_step,
        ids_kept.founded_on,
        ids_kept.founder_record_id,
        case
            when ids_kept.has_keeper then ids_kept.keeper_record_id
            else members_by_age.record_id
        end as keeper_record_id,
        not ids_kept.has_keeper as is_keeper_new
    from ids_kept
    inner join members_by_age
        on ids_kept.component_id = members_by_age.component_id
        and members_by_age.age_rank = 1
    where ids_kept.age_rank = 1

    union all

    select
        component_id,
        company_id,
        founded_step,
        founded_on,
        record_id as founder_record_id,
        record_id as keeper_record_id,
        false as is_keeper_new
    from parts_without_id

),

identified as (

    select
        members.record_id,
        companies.company_id,
        companies.founded_step,
        companies.founded_on,
        companies.founder_record_id,
        companies.keeper_record_id,
        members.assigned_company_id as former_company_id,
        companies.company_id <> members.former_company_id
        or (companies.is_keeper_new and companies.keeper_record_id = members.record_id)
            as is_reassigned
    from members
    inner join companies
        on members.component_id = companies.component_id

)

select * from identified
