"""IATI: activity and organisation files of the International Aid Transparency Initiative, versions 1.01 to 2.03.

`reader` gives their records; `stream` takes a file apart in bounded memory, `words` gives the codes of all versions one
word each, `parties` tells organisations apart, `survey` reads once through the file to know them, `activities` and
`organisations` make the records. What they become is in loaders/mappings/iati.toml.
"""
