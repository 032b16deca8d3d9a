"""The graph: the store, the columns and networks built from it, and what is concluded from them."""
