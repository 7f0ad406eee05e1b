"""Words and functions that the rules know: data, no logic.

The reserved words are those of DuckDB 1.5 (`duckdb_keywords()`) and of Spark 4.2 in ANSI mode with
enforced keywords (`sql_keywords()`), joined; a test compares them with the installed engines.
"""

# ruff: noqa: SIM905  (lists of words read better as text than as one string per line)

from __future__ import annotations

RESERVED_WORDS = frozenset(
    """
    all analyse analyze and any array as asc asymmetric authorization both call case cast check
    collate collation collations column constraint create cross current_date current_path
    current_schema current_time current_timestamp current_user default deferrable desc describe
    distinct do else end escape except execute false fetch filter for foreign from full grant
    group having in initially inner intersect into is join lambda lateral leading left limit
    natural not null offset on only or order outer overlaps pivot pivot_longer pivot_wider
    placing primary qualify recursive references returning right select session_user show some
    sql summarize symmetric table then time to trailing true union unique unknown unpivot user
    using variadic when where window with within
    """.split()
)

# Functions that give the same value on both engines, run on DuckDB 1.5 and Spark 4.2. Their types
# may still differ (`length` is bigint and int): see the rules that ask for a cast.
PORTABLE_FUNCTIONS = frozenset(
    """
    abs avg bool_and bool_or cast ceil coalesce concat_ws contains count count_if cume_dist
    date_trunc day dense_rank first_value floor greatest grouping hour instr lag last_day
    last_value lead least length levenshtein lower lpad ltrim make_date max md5 min minute mod month
    nth_value ntile nullif percent_rank percentile_cont position power quarter rank repeat
    replace row_number rpad rtrim sign split_part sqrt substr substring sum translate trim
    try_cast year
    """.split()
)

# Types that both engines read under the same name and with the same meaning.
PORTABLE_TYPES = frozenset(
    """
    bigint boolean date decimal double int integer smallint string timestamp tinyint
    """.split()
)

CLOCKS = frozenset(
    """
    current_date current_time current_timestamp get_current_time get_current_timestamp getdate
    localtime localtimestamp now statement_timestamp sysdate today transaction_timestamp
    """.split()
)

CHANCE = frozenset(
    """
    any_value arbitrary first gen_random_uuid last mode monotonically_increasing_id rand randn
    random row_id setseed shuffle uuid uuidv4 uuidv7
    """.split()
)

DAYS_OF_WEEK = frozenset(
    """
    dayname dayofweek dayofyear dow isodow isoyear monthname week weekday weekofyear yearweek
    """.split()
)

EPOCHS = frozenset(
    """
    epoch epoch_ms epoch_ns epoch_us from_unixtime julian timestamp_micros timestamp_millis
    timestamp_seconds to_timestamp to_unix_timestamp unix_date unix_micros unix_millis
    unix_timestamp
    """.split()
)

DATES_AS_TEXT = frozenset(
    """
    date_format strftime strptime to_char to_date try_strptime try_to_date try_to_timestamp
    """.split()
)

DATE_ARITHMETIC = frozenset(
    """
    add_months age date_add date_diff date_part date_sub dateadd datediff datepart datesub
    months_between next_day time_bucket timestampadd timestampdiff to_days to_hours to_minutes
    to_months to_seconds to_weeks to_years
    """.split()
)

LIST_AGGREGATES = frozenset(
    """
    array_agg collect_list collect_set group_concat histogram list listagg string_agg
    """.split()
)

ROW_MAKERS = frozenset(
    """
    explode explode_outer flatten generate_series generate_subscripts inline posexplode range
    regexp_split_to_table sequence stack unnest
    """.split()
)

REGULAR_EXPRESSIONS = frozenset(
    """
    regexp_count regexp_extract regexp_extract_all regexp_full_match regexp_instr regexp_like
    regexp_matches regexp_replace regexp_split_to_array regexp_substr rlike
    """.split()
)

JSON_FUNCTIONS = frozenset(
    """
    from_json get_json_object json json_array json_array_length json_contains json_exists
    json_extract json_extract_path json_extract_path_text json_extract_string json_keys
    json_object json_object_keys json_structure json_tuple json_type json_valid json_value
    parse_json to_json
    """.split()
)

STRUCTS = frozenset(
    """
    map map_from_entries named_struct row struct struct_pack union_value
    """.split()
)

# Whole numbers that are bigint on DuckDB and int (or smaller) on Spark.
SMALL_INTEGERS = frozenset(
    """
    day dense_rank grouping hour instr length minute month ntile position quarter rank
    row_number sign year
    """.split()
)

# Doubles whose last digits depend on the engine's mathematical library.
INEXACT_FUNCTIONS = frozenset(
    """
    power
    """.split()
)
