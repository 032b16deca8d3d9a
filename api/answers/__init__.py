"""Answers: the documents that the API gives, the commands print and the pages show. Made once, here."""
