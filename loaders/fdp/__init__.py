"""Fiscal Data Packages: budgets and spending, a folder of CSV files and a descriptor that says what is in them."""
