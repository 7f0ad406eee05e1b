"""Gate between matching and marts: no match may leak a partner's data or pay the wrong rep.

A wrong match is far worse than a missed one (rules section 3), so almost everything is critical.
"""

from __future__ import annotations

from expectations.rule import Rule

_OWNER = "partnerships"
_MATCHES = "account_mapping.fct_account_matches"

RULES = (
    Rule(
        rule_id="one_automatic_match_per_partner_record",
        table=_MATCHES,
        severity="critical",
        owner=_OWNER,
        statement="a partner's record matches at most one account automatically, and none beside "
        "one that a person accepted",
        reason="two accounts for one record credit one relationship twice (rules section 3)",
        mend="look at the evidence of the rows and decide them in match_decisions",
        query="""
            select partner_id, partner_account_id,
                count(*) as matches_count, min(crm_account_id) as first_account,
                max(crm_account_id) as last_account
            from batch
            where decision in ('automatic', 'accepted')
            group by partner_id, partner_account_id
            having count(*) > 1 and count(*) filter (where decision = 'automatic') > 0
            order by partner_id, partner_account_id
        """,
    ),
    Rule(
        rule_id="no_automatic_match_with_conflicting_duns",
        table=_MATCHES,
        severity="critical",
        owner=_OWNER,
        statement="records whose DUNS numbers differ never match automatically",
        reason="different DUNS are different establishments whatever else agrees (rules section "
        "3.2, case 13)",
        mend="send the pair to the review queue: its rule must not be automatic",
        query="""
            select batch.crm_account_id, batch.partner_id, batch.partner_account_id,
                ours.duns as our_duns, theirs.duns as their_duns
            from batch
            inner join matching.int_crm_accounts_normalized as ours
                on batch.crm_account_id = ours.account_id
            inner join matching.int_partner_accounts_normalized as theirs
                on batch.partner_id = theirs.partner_id
                and batch.partner_account_id = theirs.partner_account_id
            where batch.decision = 'automatic' and ours.duns <> theirs.duns
        """,
    ),
    Rule(
        rule_id="rejected_pairs_stay_rejected",
        table=_MATCHES,
        severity="critical",
        owner=_OWNER,
        statement="a pair that a person rejected is rejected",
        reason="people's decisions outrank every tier and survive every refresh (rules section 3)",
        mend="mend the model that decides matches: it must read match_decisions last",
        query="""
            select batch.crm_account_id, batch.partner_id, batch.partner_account_id,
                batch.decision, decisions.decided_by
            from batch
            inner join matching.int_match_decisions_in_force as decisions
                on batch.crm_account_id = decisions.crm_account_id
                and batch.partner_id = decisions.partner_id
                and batch.partner_account_id = decisions.partner_account_id
            where decisions.decision = 'reject' and batch.decision <> 'rejected'
        """,
    ),
    Rule(
        rule_id="no_match_on_a_shared_domain_alone",
        table=_MATCHES,
        severity="critical",
        owner=_OWNER,
        statement="free-mail, hosting and widely shared domains never match automatically on "
        "their own",
        reason="thousands of companies share them (rules section 3.3, case 10)",
        mend="add the domain to config/policy/shared_domains.csv, or mend the domain tier",
        query="""
            select batch.crm_account_id, batch.partner_id, batch.partner_account_id,
                theirs.registrable_domain, theirs.host
            from batch
            inner join matching.int_partner_accounts_normalized as theirs
                on batch.partner_id = theirs.partner_id
                and batch.partner_account_id = theirs.partner_account_id
            where batch.decision = 'automatic' and batch.tier = 'domain'
                and exists (
                    select 1 from matching.int_domains_shared as shared
                    where shared.domain in (theirs.registrable_domain, theirs.host)
                )
        """,
    ),
    Rule(
        rule_id="automatic_matches_name_their_evidence",
        table=_MATCHES,
        severity="critical",
        owner=_OWNER,
        statement="an automatic match has a tier stronger than a name, evidence and a probability "
        "of at least the policy's threshold",
        reason="a name alone is never automatic, and below that precision a match is reviewed "
        "(rules section 3.5 and 3.6, case 43)",
        mend="mend the rule that decided the pair, or config/policy/matching.csv",
        query="""
            select crm_account_id, partner_id, partner_account_id, tier, probability
            from batch
            where decision = 'automatic'
                and (
                    tier is null or tier in ('name', 'person')
                    or coalesce(evidence, '') = ''
                    or probability is null
                    or probability < (
                        select max(automatic_probability) from staging.stg_policy__matching
                    )
                )
        """,
    ),
    Rule(
        rule_id="matches_join_records_of_one_partner",
        table=_MATCHES,
        severity="critical",
        owner=_OWNER,
        statement="the partner record of a match is on that partner's own list",
        reason="nothing of one partner may appear under another (rules section 11, case 45)",
        mend="mend the model that combines candidates: it must join on the partner, too",
        query="""
            select batch.crm_account_id, batch.partner_id, batch.partner_account_id
            from batch
            where not exists (
                select 1 from matching.int_partner_accounts_current as listed
                where listed.partner_id = batch.partner_id
                    and listed.partner_account_id = batch.partner_account_id
            )
        """,
    ),
    Rule(
        rule_id="automatic_matches_do_not_collapse",
        table=_MATCHES,
        severity="warning",
        owner=_OWNER,
        statement="no partner has lost a large part of its automatic matches since the last "
        "release",
        reason="a lost domain column or a changed format shows here first",
        mend="compare the partner's newest list with the one before",
        query="""
            with now as (
                select partner_id, count(*) as matches_count from batch
                where decision = 'automatic' group by partner_id
            ),
            before as (
                select partner_id, count(*) as matches_count
                from {released_account_mapping__fct_account_matches}
                where decision = 'automatic' group by partner_id
            )
            select before.partner_id, before.matches_count as matches_count_before,
                coalesce(now.matches_count, 0) as matches_count
            from before
            left join now using (partner_id)
            where coalesce(now.matches_count, 0)
                < before.matches_count * (1 - {maximum_shrink_share})
            order by before.partner_id
        """,
    ),
)
