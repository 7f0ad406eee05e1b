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

-- What a record was in when it was last seen; a record that was never assigned elsewhere is what
-- founded its own company.
members as (

    select
        joined.component_id,
        records.record_id,
        records.first_known_step,
        records.first_known_on,
        coalesce(
            assignments_ranked.company_id, 'co_' || {{ hash_id(['records.record_id']) }}
        ) as former_company_id,
        coalesce(assignments_ranked.founded_step, records.first_known_step) as founded_step,
        coalesce(assignments_ranked.founded_on, records.first_known_on) as founded_on,
        coalesce(assignments_ranked.founder_record_id, records.record_id) as founder_record_id,
        assignments_ranked.company_id as assigned_company_id
    from records
    inner join matched
        on records.record_id = matched.record_id
    inner join joined
        on matched.group_id = joined.group_id
    left join assignments_ranked
        on records.record_id = assignments_ranked.record_id
        and assignments_ranked.assignment_rank = 1

),

claims as (

    select
        component_id,
        former_company_id,
        cast(count(*) as bigint) as members_count,
        min(first_known_step) as first_known_step,
        min(record_id) as first_record_id,
        min(founded_step) as founded_step,
        min(founded_on) as founded_on,
        min(founder_record_id) as founder_record_id
    from members
    group by component_id, former_company_id

),

-- A company that was split lives on in its largest part, of two equal ones in the older.
claims_ranked as (

    select
        claims.*,
        row_number() over (
            partition by former_company_id
            order by
                members_count desc nulls last,
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
        row_number() over (
            partition by component_id
            order by first_known_step nulls last, record_id nulls last
        ) as age_rank
    from members

),

-- The smaller part of a split is a new company, whichever record it begins with.
companies as (

    select
        members_by_age.component_id,
        coalesce(
            ids_kept.company_id,
            'co_' || {{ hash_id(['members_by_age.record_id', 'refresh_current.refresh_number']) }}
        ) as company_id,
        coalesce(ids_kept.founded_step, newest_step.newest_step) as founded_step,
        coalesce(ids_kept.founded_on, refresh_current.as_of) as founded_on,
        coalesce(ids_kept.founder_record_id, members_by_age.record_id) as founder_record_id
    from members_by_age
    cross join refresh_current
    cross join newest_step
    left join ids_kept
        on members_by_age.component_id = ids_kept.component_id
        and ids_kept.age_rank = 1
    where members_by_age.age_rank = 1

),

identified as (

    select
        members.record_id,
        companies.company_id,
        companies.founded_step,
        companies.founded_on,
        companies.founder_record_id,
        members.assigned_company_id as former_company_id,
        companies.company_id <> members.former_company_id as is_reassigned
    from members
    inner join companies
        on members.component_id = companies.component_id

)

select * from identified
