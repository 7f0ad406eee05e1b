"""Every Salesforce export of the story; one module per group of objects does the writing."""

from __future__ import annotations

from orchestration.demo_company.activities import last_activity
from orchestration.demo_company.crm_account_files import (
    write_accounts,
    write_contacts,
    write_leads,
)
from orchestration.demo_company.crm_activity_files import write_activities
from orchestration.demo_company.crm_deal_files import (
    write_histories,
    write_opportunities,
    write_partner_roles,
    write_rates,
)
from orchestration.demo_company.crm_plan_files import write_quotas, write_splits
from orchestration.demo_company.crm_user_files import write_users
from orchestration.demo_company.inbox import Inbox
from orchestration.demo_company.story import Story, Tell


def write_salesforce(inbox: Inbox, story: Story, progress: Tell) -> None:
    """Every object's exports of every landing."""
    progress("Salesforce accounts and people", 0.32)
    write_accounts(inbox, story)
    write_users(inbox, story)
    write_contacts(inbox, story)
    write_leads(inbox, story)
    progress("Salesforce opportunities", 0.4)
    write_rates(inbox, story)
    write_opportunities(inbox, story, last_activity(story.ordinary, story.extra_activities))
    write_histories(inbox, story)
    write_partner_roles(inbox, story)
    write_splits(inbox, story)
    write_quotas(inbox, story)
    progress("Salesforce activities", 0.55)
    write_activities(inbox, story)
