"""The edge: SQLite, Parquet and model files. Stores know records and nothing of the stages."""
