// The editor: queries in tabs, run at the endpoint, the place of an error marked, the query kept in the address.
import { complete } from "./sparql_terms.js";
import { show } from "./sparql_results.js";
import { read } from "./chart.js";

const { Yasqe } = window; // a classic script, loaded before this module
const KEY = "subsidia.sparql";
const LONGEST = 12000; // characters of an address that servers and mail programmes still take
const root = document.body.dataset.root;
const endpoint = `${root}/sparql`;
const words = read("sparql-words");
const prefixes = read("sparql-prefixes");
const at = (id) => document.getElementById(id);
const form = at("ask");
const list = document.querySelector("#tabs [role=tablist]");

const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
const seconds = (from, digits = 1) => ((performance.now() - from) / 1000).toLocaleString(document.documentElement.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });

// tabs: {query, number, history, found, control}; only the queries are kept between visits
let tabs = [];
let active;
let marked;

function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? [];
  } catch {
    return [];
  }
}

function keep() {
  active.query = editor.getValue();
  try {
    localStorage.setItem(KEY, JSON.stringify(tabs.map((tab) => tab.query)));
  } catch {
    // without storage the queries last as long as the page
  }
}

function nameOf(tab) {
  const question = /^# Question: (.*)/.exec(tab.query)?.[1];
  if (!question) return fill(words.query, { number: tab.number });
  return question.length > 34 ? `${question.slice(0, 32).trimEnd()}…` : question;
}

function added(query) {
  const taken = tabs.map((tab) => tab.number);
  let number = 1;
  while (taken.includes(number)) number += 1;
  const tab = { query, number };
  tabs.push(tab);
  return tab;
}

function select(tab, focus = false) {
  if (active) Object.assign(active, { query: editor.getValue(), history: editor.getDoc().getHistory() });
  active = tab;
  unmark();
  at("shared").hidden = true;
  editor.setValue(tab.query);
  editor.getDoc().clearHistory();
  if (tab.history) editor.getDoc().setHistory(tab.history);
  dress(focus);
  render(tab);
}

function dress(focus = false) {
  list.replaceChildren(
    ...tabs.map((tab) => {
      const button = document.createElement("button");
      const chosen = tab === active;
      Object.assign(button, { type: "button", textContent: nameOf(tab), tabIndex: chosen ? 0 : -1 });
      button.setAttribute("role", "tab");
      button.setAttribute("aria-selected", String(chosen));
      button.setAttribute("aria-controls", "editor");
      button.addEventListener("click", () => tab !== active && select(tab, true));
      return button;
    }),
  );
  at("editor").setAttribute("aria-label", nameOf(active));
  if (focus) list.children[tabs.indexOf(active)].focus();
}

list.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const next = step ? (tabs.indexOf(active) + step + tabs.length) % tabs.length : { Home: 0, End: tabs.length - 1 }[event.key];
  if (next !== undefined) {
    event.preventDefault();
    select(tabs[next], true);
  }
  if (event.key === "Delete") close();
});

function close() {
  active.control?.abort();
  const place = tabs.indexOf(active);
  tabs.splice(place, 1);
  active = undefined;
  const next = tabs.length ? tabs[Math.max(0, place - 1)] : added("");
  select(next, true);
  keep();
}

// the address holds the query, so that it can be shared, and Back leads to the one before
function addressOf(query) {
  const address = new URL(endpoint, location.href);
  address.searchParams.set("query", query);
  const language = new URLSearchParams(location.search).get("lang");
  if (language) address.searchParams.set("lang", language);
  return address.href.length > LONGEST ? undefined : address.href;
}

function remember(query) {
  const address = addressOf(query) ?? new URL(endpoint, location.href).href;
  if (address !== location.href) history.pushState({ query }, "", address);
}

addEventListener("popstate", (event) => {
  const query = event.state?.query ?? new URLSearchParams(location.search).get("query");
  if (query === null || query === undefined) return location.reload();
  select(tabs.find((tab) => tab.query === query) ?? added(query));
  keep();
});

async function run(tab) {
  keep();
  unmark();
  tab.control?.abort();
  const control = new AbortController();
  const begun = performance.now();
  const query = tab.query;
  Object.assign(tab, { control, begun, found: undefined });
  remember(query);
  dress();
  render(tab);
  const found = await asked(query, control, begun);
  if (tab.control !== control) return;
  Object.assign(tab, { control: undefined, found });
  if (tab === active) render(tab);
}

async function asked(query, control, begun) {
  try {
    const answer = await fetch(endpoint, {
      method: "POST",
      headers: { "Content-Type": "application/sparql-query", Accept: "application/sparql-results+json, text/turtle;q=0.9" },
      body: query,
      signal: control.signal,
    });
    const type = answer.headers.get("content-type") ?? "";
    const text = await answer.text();
    if (answer.ok) return { query, type, text, took: seconds(begun, 2) };
    return { problem: type.includes("json") ? JSON.parse(text) : { title: answer.statusText, status: answer.status, detail: text.slice(0, 300) } };
  } catch (error) {
    if (error.name === "AbortError") return { problem: { title: fill(words.cancelled, { seconds: seconds(begun) }), detail: words.stopped } };
    return { problem: { title: words.unreachable, detail: words.again } };
  }
}

let ticking;
function render(tab) {
  clearInterval(ticking);
  at("refusal").replaceChildren();
  at("progress").replaceChildren();
  at("result").replaceChildren();
  if (tab.control) progress(tab);
  else if (tab.found?.problem) refuse(tab.found.problem);
  else if (tab.found) {
    show(at("result"), tab.found, { words, prefixes, endpoint, root, fill });
    tell(at("result").querySelector("h2").textContent);
  }
}

// for those who hear the page: what the status is now, without the seconds that pass
function tell(text) {
  at("progress").append(Object.assign(document.createElement("span"), { className: "unseen", textContent: text }));
}

function progress(tab) {
  const said = document.createElement("span");
  const bar = document.createElement("progress");
  const cancel = document.createElement("button");
  const tick = () => (said.textContent = fill(words.running, { seconds: seconds(tab.begun, 0) }));
  bar.setAttribute("aria-hidden", "true");
  Object.assign(cancel, { type: "button", className: "plain", id: "cancel", textContent: document.body.dataset.cancel ?? "Cancel" });
  said.setAttribute("aria-hidden", "true"); // told once by the status, not each second
  cancel.addEventListener("click", () => {
    tab.control?.abort();
    at("run").focus();
  });
  tick();
  ticking = setInterval(tick, 500);
  at("progress").append(said, " ", bar, " ", cancel);
  tell(words.runs);
}

function refuse(problem) {
  const title = document.createElement("h2");
  const detail = document.createElement("p");
  title.textContent = problem.title;
  detail.textContent = problem.detail ?? "";
  at("refusal").append(title, detail);
  const limit = words.limits[problem.status];
  if (limit) at("refusal").append(Object.assign(document.createElement("p"), { textContent: limit }));
  if (!problem.line) return;
  const place = document.createElement("p");
  const jump = document.createElement("button");
  place.append(jump);
  Object.assign(jump, { type: "button", className: "plain", textContent: fill(words.jump, { line: problem.line }) });
  jump.addEventListener("click", () => goTo(problem));
  at("refusal").append(place);
  mark(problem);
}

function mark(problem) {
  const doc = editor.getDoc();
  const line = Math.min(problem.line, doc.lineCount()) - 1;
  const sign = document.createElement("span");
  Object.assign(sign, { className: "refused-sign", textContent: "✗", title: problem.detail });
  marked = doc.addLineClass(line, "wrap", "refused");
  editor.setGutterMarker(line, "refusals", sign);
  editor.scrollIntoView({ line, ch: 0 }, 60);
}

function unmark() {
  if (!marked) return;
  editor.getDoc().removeLineClass(marked, "wrap", "refused");
  editor.clearGutter("refusals");
  marked = undefined;
}

function goTo(problem) {
  editor.focus();
  editor.getDoc().setCursor({ line: problem.line - 1, ch: Math.max(0, (problem.column ?? 1) - 1) });
}

const begin = at("query");
const editor = new Yasqe(at("editor"), {
  value: begin.value,
  persistenceId: null,
  consumeShareLink: null,
  createShareableLink: null,
  showQueryButton: false,
  resizeable: false,
  syntaxErrorCheck: false, // the endpoint says what is wrong, in the words of its own grammar
  editorHeight: "auto",
  viewportMargin: Infinity,
  gutters: ["refusals", "CodeMirror-linenumbers"],
  foldGutter: false,
  autocompleters: complete(Yasqe, { root, prefixes }),
  extraKeys: {
    Tab: false, // Tab goes on to the next control: nobody is caught in the editor
    "Shift-Tab": false,
    Esc: () => at("run").focus(),
    "Ctrl-Enter": () => run(active),
    "Cmd-Enter": () => run(active),
    "Ctrl-S": false,
  },
});
const field = editor.getInputField();
field.setAttribute("aria-label", words.editor);
field.setAttribute("aria-describedby", "keys");
editor.on("change", () => {
  unmark();
  at("shared").hidden = true; // the link was to the query as it stood
  if (!active) return;
  active.query = editor.getValue();
});
editor.on("blur", () => active && (keep(), dress()));

form.querySelector("label[for=query]").hidden = true;
begin.hidden = true;
at("formats").hidden = true;
for (const id of ["tabs", "editor", "link", "keys"]) at(id).hidden = false;
at("keys").textContent = words.keys;
editor.refresh();

for (const query of stored()) if (typeof query === "string" && query.trim()) added(query);
const given = begin.dataset.given === "true";
const first = given || !tabs.length ? (tabs.find((tab) => tab.query === begin.value) ?? added(begin.value)) : tabs.at(-1);
select(first);
keep();

form.addEventListener("submit", (event) => {
  event.preventDefault();
  event.stopPropagation();
  run(active);
});
at("new-tab").addEventListener("click", () => {
  const shown = Object.entries(prefixes).filter(([name]) => ["gov", "skos"].includes(name));
  select(added(`${shown.map(([name, base]) => `PREFIX ${name}: <${base}>`).join("\n")}\n\nSELECT *\nWHERE {\n  ?thing a gov:Actor ;\n         skos:prefLabel ?name .\n}\nLIMIT 20\n`));
  keep();
  dress();
  editor.focus();
});
at("close-tab").addEventListener("click", close);
at("link").addEventListener("click", async () => {
  keep();
  const address = addressOf(active.query);
  const field = at("address");
  at("shared").hidden = false;
  at("said").textContent = address ? words.copy : words.long;
  field.hidden = !address;
  if (!address) return;
  field.value = address;
  field.focus();
  field.select();
  try {
    await navigator.clipboard.writeText(address);
    at("said").textContent = words.copied;
  } catch {
    // the field holds the address, selected: Ctrl+C copies it
  }
});
for (const link of document.querySelectorAll("a[data-example]")) {
  link.addEventListener("click", async (event) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("query");
    if (!answer.ok || !found) return location.assign(link.href);
    select(tabs.find((tab) => tab.query === found.value) ?? added(found.value));
    at("tabs").scrollIntoView({ block: "start" });
    editor.focus();
    run(active);
  });
}
at("editor").dataset.ready = "true";
