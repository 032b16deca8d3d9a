"""IATI: activity and organisation files of the International Aid Transparency Initiative, versions 1.x and 2.x.

`reader` gives their records, `columns` names their columns. `stream` takes a file apart in bounded memory, `elements`
reads text and dates of XML, `words` gives the codes of all versions one word each, `parties` tells organisations apart,
`activities` reads what an activity says, `survey` goes once through the file to know its organisations, `cells` makes
the records. What they become is in loaders/mappings/iati.toml.
"""
