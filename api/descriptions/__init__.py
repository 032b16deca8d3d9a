"""Descriptions: what the service says of itself and its data in RDF, generated from the data of a generation."""
