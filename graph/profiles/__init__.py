"""Profiles of governance in one place: relations between levels, mainstreaming, jurisdictions; each with evidence."""
