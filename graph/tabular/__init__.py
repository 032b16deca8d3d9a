"""Tabular engines: questions over flows and ties as Ibis expressions, run by DuckDB, or by Spark where that is set."""
