"""Visualisations: charts, networks and pages, made from what the graph gives. Numbers come in; none is made here."""
