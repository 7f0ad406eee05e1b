"""Business rules that gate a refresh, one module per gate; no Dagster and no model code here."""
