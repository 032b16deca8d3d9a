// Completion: prefixes, classes, properties and concepts of our own ontology and data; nobody else is asked.
let waiting;

function terms(root) {
  waiting ??= fetch(`${root}/ontology/terms.json`)
    .then((answer) => (answer.ok ? answer.json() : {}))
    .catch(() => ({}));
  return waiting;
}

// Registers our completers in the place of those that ask other hosts; gives their names for the editor.
export function complete(Yasqe, { root, prefixes }) {
  const get = (kind) => async (_, token) => {
    const begun = (token?.autocompletionString ?? "").toLowerCase();
    const found = (await terms(root))[kind] ?? [];
    return found.map(([iri]) => iri).filter((iri) => iri.toLowerCase().startsWith(begun));
  };
  const labelled = (kind) => (editor, hints) => {
    terms(root).then(() => {});
    return hints.map((hint) => ({ ...hint, displayText: known.get(kind)?.get(full(editor, hint.text)) ? `${hint.text}   ${known.get(kind).get(full(editor, hint.text))}` : hint.text }));
  };
  const known = new Map();
  terms(root).then((found) => {
    for (const [kind, rows] of Object.entries(found)) known.set(kind, new Map(rows));
  });
  const common = { bulk: false, autoShow: true };
  Yasqe.forkAutocompleter("prefixes", { name: "our-prefixes", persistenceId: null, get: () => Object.entries(prefixes).map(([name, base]) => `${name}: <${base}>`).sort() }, false);
  Yasqe.forkAutocompleter("class", { ...common, name: "our-classes", get: get("class"), postprocessHints: labelled("class") }, false);
  Yasqe.forkAutocompleter("property", { ...common, name: "our-properties", get: get("property"), postprocessHints: labelled("property") }, false);
  Yasqe.forkAutocompleter(
    "class",
    { ...common, name: "our-concepts", get: get("concept"), postprocessHints: labelled("concept"), isValidCompletionPosition: (editor) => objectPlace(editor) },
    false,
  );
  return ["variables", "our-prefixes", "our-classes", "our-properties", "our-concepts"];
}

// an object that is no class: a name or IRI where neither a property nor a variable is being written
function objectPlace(editor) {
  const token = editor.getCompleteToken();
  if (!token.string.trim() || "?$\"'".includes(token.string[0])) return false;
  if (token.state.possibleCurrent.includes("a")) return false;
  const before = editor.getPreviousNonWsToken(editor.getDoc().getCursor().line, token);
  const property = before?.state?.lastProperty;
  return Boolean(property) && property !== "a" && property !== "rdf:type";
}

function full(editor, text) {
  if (text.startsWith("<")) return text.slice(1, -1);
  const [prefix, ...rest] = text.split(":");
  return (editor.getPrefixesFromQuery()[prefix] ?? "") + rest.join(":");
}
