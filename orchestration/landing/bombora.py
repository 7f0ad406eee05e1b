"""Bombora: weekly files of companies and the topics they read about.

The files of Master Surge and of All Domains All Topics have no header: their width says which is
which. The week stands in the file's name. Nothing in them is filtered: rows without a topic, and
scores below the threshold that are there because one metro surged, are read like the rest.
"""

from __future__ import annotations

from orchestration.landing.contracts import Table, columns_of

SOURCE = "bombora"

_COMPANY = ("Company Name", "Domain", "Size", "Industry", "Category", "Topic", "Composite Score")
MASTER_SURGE = (*_COMPANY, "Metros", "Domain Origin Country")
ALL_DOMAINS_ALL_TOPICS = (
    *_COMPANY,
    "Bucket Code",
    "Metro Area",
    "Metro Composite Score",
    "Metro Bucket Code",
    "Domain Origin Country",
)

TOPIC_SCORES = Table(
    SOURCE,
    "topic_scores",
    "Scores of a company, topic and week (and metro), from the surge files or the long report.",
    columns_of(
        "company_name domain!* size industry category topic composite_score:n bucket_code metros "
        "metro_area metro_composite_score:n metro_bucket_code domain_origin_country "
        "signal_week_start:d",
        also={
            "company_name": "company",
            "domain": "company_domain website company_website",
            "size": "company_size",
            "topic": "topic_name",
            "composite_score": "score topic_score company_surge_score surge_score",
            "domain_origin_country": "country research_country",
            "signal_week_start": "week week_start report_date",
        },
    ),
    headerless=(MASTER_SURGE, ALL_DOMAINS_ALL_TOPICS),
    file_day_column="signal_week_start",
    file_words=("surge", "adat", "alltopics", "comprehensive"),
)

COMPANY_SCORES = Table(
    SOURCE,
    "company_scores",
    "One row per company of the summary report: its average score and number of topics.",
    columns_of(
        "company_name domain!* average_score!:n topics_count:i topics_count_change:i industry size "
        "country signal_week_start:d",
        also={
            "company_name": "company",
            "domain": "company_domain website company_website",
            "average_score": "avg_score average_surge_score average_company_surge_score "
            "average_topic_score score composite_score",
            "topics_count": "topic_count number_of_topics topics surging_topics",
            "topics_count_change": "topic_count_delta topic_count_change delta_topic_count",
            "signal_week_start": "week week_start report_date",
        },
    ),
    file_day_column="signal_week_start",
    file_words=("summary",),
)

TABLES: tuple[Table, ...] = (TOPIC_SCORES, COMPANY_SCORES)
