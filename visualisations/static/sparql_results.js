// Results: a table with links, a chart of a column of numbers, or the RDF; files to download.
import { saveBlob } from "./chart.js";
import { chart, numbers } from "./sparql_chart.js";

const SHOWN = 1000;
const HOME = "https://w3id.org/subsidia/";
const FILES = { rows: { csv: "CSV", json: "JSON", tsv: "TSV", xml: "XML" }, graph: { turtle: "Turtle", jsonld: "JSON-LD", ntriples: "N-Triples", rdfxml: "RDF/XML" } };
const MIME = { csv: "text/csv", json: "application/sparql-results+json", tsv: "text/tab-separated-values", xml: "application/sparql-results+xml", turtle: "text/turtle", jsonld: "application/ld+json", ntriples: "application/n-triples", rdfxml: "application/rdf+xml" };
const ENDINGS = { csv: "csv", json: "json", tsv: "tsv", xml: "xml", turtle: "ttl", jsonld: "jsonld", ntriples: "nt", rdfxml: "rdf" };
const IN_ADDRESS = 6000; // characters of an address; a longer query is sent in a body
const lang = () => document.documentElement.lang;

export function make(name, facts = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(facts)) {
    if (key.includes("-") || key === "role" || key === "scope") element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children);
  return element;
}

export function show(box, found, about) {
  const { words, fill } = about;
  const count = (forms, n) => fill(forms[new Intl.PluralRules(lang()).select(n)] ?? forms.other, { number: n.toLocaleString(lang()) });
  const took = fill(words.took, { seconds: found.took });
  const title = make("h2", { tabIndex: -1 });
  box.append(title);
  if (!found.type.includes("sparql-results+json")) {
    const triples = found.text.trim();
    title.textContent = `${words.rdf}, ${took}`;
    box.append(files(found, "graph", about), views([["rdf", words.rdf, () => make("pre", { tabIndex: 0 }, make("code", {}, triples))], ["table", words.table, () => tripled(found, about)]], about));
    return;
  }
  const { head, results, boolean } = JSON.parse(found.text);
  if (boolean !== undefined) {
    title.textContent = `${boolean ? words.yes : words.no}, ${took}`;
    return;
  }
  const rows = results.bindings;
  title.textContent = `${count(words.rows, rows.length)}, ${took}`;
  if (!rows.length) {
    box.append(make("p", { className: "nothing" }, words.none));
    return;
  }
  const shown = { columns: head.vars, rows };
  const drawn = numbers(shown).length > 0;
  const ways = [["table", words.table, () => table(shown, found.query, about)]];
  if (drawn) ways.push(["chart", words.chart, (place) => chart(place, shown, { ...about, short: shortened(found.query, about) })]);
  box.append(files(found, "rows", about), views(ways, about));
  if (!drawn) box.append(make("p", { className: "small" }, words.uncharted));
}

function files(found, kind, { words, endpoint }) {
  const line = make("p", { className: "take" }, `${words.download}: `);
  for (const [form, name] of Object.entries(FILES[kind])) {
    const address = `${endpoint}?${new URLSearchParams({ query: found.query, format: form })}`;
    const file = `subsidia.${ENDINGS[form]}`;
    const link = make("a", { href: address, download: file, textContent: name });
    if (address.length > IN_ADDRESS) {
      link.href = endpoint;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        sent(found.query, form, endpoint).then((blob) => saveBlob(blob, file));
      });
    }
    line.append(link, form === Object.keys(FILES[kind]).at(-1) ? "" : " · ");
  }
  return line;
}

async function sent(query, form, endpoint) {
  const answer = await fetch(endpoint, { method: "POST", body: query, headers: { "Content-Type": "application/sparql-query", Accept: MIME[form] } });
  if (!answer.ok) throw new Error((await answer.json()).detail);
  return answer.blob();
}

// tabs of ways to see one result; each is made when it is first asked for
function views(ways, { words }) {
  const box = make("div", { className: "views" });
  const bar = make("div", { role: "tablist", "aria-label": words.views });
  const panel = make("div", { role: "tabpanel", id: "view", tabIndex: -1 });
  const choose = (place, focus) => {
    for (const [index, tab] of [...bar.children].entries()) {
      tab.setAttribute("aria-selected", String(index === place));
      tab.tabIndex = index === place ? 0 : -1;
    }
    panel.setAttribute("aria-labelledby", `view-${ways[place][0]}`);
    panel.replaceChildren();
    const made = ways[place][2](panel);
    if (made instanceof Promise) made.then((each) => each && panel.replaceChildren(each));
    else if (made) panel.replaceChildren(made);
    if (focus) bar.children[place].focus();
  };
  for (const [place, [name, label]] of ways.entries()) {
    const tab = make("button", { type: "button", role: "tab", id: `view-${name}`, textContent: label, "aria-controls": "view" });
    tab.addEventListener("click", () => choose(place));
    bar.append(tab);
  }
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) choose(([...bar.children].indexOf(document.activeElement) + step + ways.length) % ways.length, true);
  });
  box.append(bar, panel);
  choose(0);
  return box;
}

function shortened(query, { prefixes }) {
  const own = Object.fromEntries([...query.matchAll(/PREFIX\s+([\w.-]*):\s*<([^>\s]*)>/gi)].map(([, name, base]) => [name, base]));
  const bases = Object.entries({ ...prefixes, id: `${HOME}id/`, graph: `${HOME}graph/`, ...own }).sort(([, one], [, other]) => other.length - one.length);
  return (iri) => {
    const [name, base] = bases.find(([, each]) => each && iri.startsWith(each) && iri !== each) ?? [];
    return name === undefined ? iri : `${name}:${iri.slice(base.length)}`;
  };
}

function cell(term, short, { words, root }) {
  if (!term) return make("span", { className: "unknown" }, words.unbound);
  if (term.type === "uri") {
    const ours = term.value.startsWith(HOME);
    const web = /^https?:/.test(term.value);
    if (!ours && !web) return make("span", {}, term.value);
    const href = ours ? `${root}/${term.value.slice(HOME.length).split("/").map(encodeURIComponent).join("/")}` : term.value;
    return make("a", { href, title: term.value }, short(term.value));
  }
  if (term.type === "bnode") return make("span", { className: "small" }, `_:${term.value}`);
  const type = term.datatype && !term.datatype.endsWith("#string") ? short(term.datatype) : "";
  const words_ = [term.value];
  if (term["xml:lang"]) words_.push(" ", make("span", { className: "small" }, `@${term["xml:lang"]}`));
  return make("span", { title: type }, ...words_);
}

const number = (term) => (term && term.type !== "uri" && term.value.trim() !== "" && Number.isFinite(Number(term.value)) ? Number(term.value) : undefined);

function table(shown, query, about) {
  const { words, fill } = about;
  const short = shortened(query, about);
  const numeric = new Set(numbers(shown));
  const body = make("tbody");
  let order = { column: undefined, up: true };
  const draw = () => {
    const rows = order.column === undefined ? shown.rows : [...shown.rows].sort(comparing(order.column, order.up));
    body.replaceChildren(...rows.slice(0, SHOWN).map((row) => make("tr", {}, ...shown.columns.map((name) => make("td", { className: numeric.has(name) ? "n" : "" }, cell(row[name], short, about))))));
  };
  const heads = shown.columns.map((name) => {
    const button = make("button", { type: "button", textContent: name, title: fill(words.sorted, { column: name }) });
    const head = make("th", { scope: "col", className: numeric.has(name) ? "n" : "" }, button);
    button.addEventListener("click", () => {
      order = { column: name, up: order.column === name ? !order.up : true };
      for (const each of heads) each.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", order.up ? "ascending" : "descending");
      draw();
    });
    return head;
  });
  draw();
  const made = make("table", { className: "rows" }, make("thead", {}, make("tr", {}, ...heads)), body);
  const scroll = make("div", { className: "scroll tall", tabIndex: 0, role: "region", "aria-label": words.result }, made);
  const left = shown.rows.length > SHOWN ? fill(words.first, { shown: SHOWN.toLocaleString(lang()), all: shown.rows.length.toLocaleString(lang()) }) : "";
  return make("div", {}, scroll, ...(left ? [make("p", { className: "small" }, left)] : []));
}

function comparing(column, up) {
  const sign = up ? 1 : -1;
  return (one, other) => {
    const [a, b] = [one[column], other[column]];
    if (!a || !b) return a ? -1 : b ? 1 : 0; // what has no value stays last
    const [x, y] = [number(a), number(b)];
    return sign * (x !== undefined && y !== undefined ? x - y : a.value.localeCompare(b.value, lang()));
  };
}

// the statements of a graph as rows, read from its N-Triples
async function tripled(found, about) {
  const { words } = about;
  const text = await (await sent(found.query, "ntriples", about.endpoint)).text();
  const columns = [words.subject, words.predicate, words.object];
  const line = /^(<[^>]*>|_:\S+) (<[^>]*>) (.*) \.$/;
  const rows = text.split("\n").map((each) => line.exec(each)).filter(Boolean).map((parts) => Object.fromEntries(columns.map((name, place) => [name, term(parts[place + 1])])));
  return table({ columns, rows }, found.query, about);
}

function term(text) {
  if (text.startsWith("<")) return { type: "uri", value: text.slice(1, -1) };
  if (text.startsWith("_:")) return { type: "bnode", value: text.slice(2) };
  const [, quoted, language, datatype] = /^("(?:[^"\\]|\\.)*")(?:@([\w-]+))?(?:\^\^<([^>]*)>)?$/.exec(text) ?? [];
  const value = (quoted ?? '""').slice(1, -1).replace(/\\U([0-9A-Fa-f]{8})|\\u([0-9A-Fa-f]{4})|\\(.)/g, (_, long, brief, one) => (one ? ({ n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" }[one] ?? one) : String.fromCodePoint(parseInt(long ?? brief, 16))));
  return { type: "literal", value, ...(language && { "xml:lang": language }), ...(datatype && { datatype }) };
}
