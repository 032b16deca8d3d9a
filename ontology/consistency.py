"""Consistency: whether a graph contradicts the ontology under the rules of OWL 2 RL.

The rules see what the shapes do not: that a thing is of two kinds at once because of what another vocabulary says.
Statements with a literal are left out: the ontology says nothing of literals that a rule could contradict (a test holds
it to that), the shapes check them, and leaving them out halves the time. OWL RL only ever adds statements, so that what
is consistent with the alignments is consistent without them.
"""

from __future__ import annotations

from rdflib import Graph, Literal

from ontology.vocabulary import FOLDER, ontology_files

__all__ = ["contradictions"]


def contradictions(rdf: Graph, *, aligned: bool = True) -> list[str]:
    """Say what of a graph contradicts the ontology, in the reasoner's words; [] where it is consistent.

    `aligned` takes the alignments with other vocabularies in; what those vocabularies say themselves is read only as
    far as the graph holds it. Takes seconds for ten thousand statements.
    """
    from owlrl import OWLRL_Semantics

    # one graph, so a store that keeps no contexts, which a rule asks millions of times
    whole = Graph("SimpleMemory", bind_namespaces="none")
    for path in [*ontology_files(), FOLDER / "alignments.ttl"] if aligned else ontology_files():
        whole.parse(path, format="turtle")
    for triple in list(whole):
        if isinstance(triple[2], Literal):
            whole.remove(triple)
    whole.addN((*triple, whole) for triple in rdf if not isinstance(triple[2], Literal))
    # neither the axioms about OWL's own terms nor those about datatypes, and no RDFS beside the rules
    reasoner = OWLRL_Semantics(whole, False, False, False)
    reasoner.closure()
    return sorted(set(reasoner.error_messages))
