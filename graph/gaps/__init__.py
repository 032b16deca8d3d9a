"""Coordination gaps: reported by a source, or indicated by a rule inside a researched scope."""
