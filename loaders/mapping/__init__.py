"""Mappings: what the records of a file say, as data, so that a new table needs no program.

A mapping is a TOML file. Its words are the governance tables and their columns (docs/reference/tables.md): each section
names a table and says for every column how a record fills it. `document` reads and checks the file, `texts`, `figures`
and `conditions` turn its expressions into functions, `sections` make statements of a record with them, `report` keeps
account of what went in and what was set aside. docs/how-to/load-a-table.md is the guide.
"""
