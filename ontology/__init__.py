"""The words of Subsidia: ontology, concept schemes, shapes, and the Python names for them."""
