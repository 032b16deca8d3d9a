// The frame: `/` goes to the search field, names are suggested while typing, a slider mirrors the year and plays it,
// and a change of filters renews the content in place.
const root = document.body.dataset.root;
const find = document.getElementById("find");
const found = document.getElementById("found");

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    find.focus();
    find.select();
  }
  if (event.key === "Escape" && !found.hidden) {
    found.hidden = true;
    find.focus();
  }
});

const PAGES = { actor: "/actors/", field: "/gaps?field=", programme: "/flows?programme=" };
let asked = 0;

async function suggest() {
  const words = find.value.trim();
  const mine = ++asked;
  if (words.length < 2) {
    found.hidden = true;
    return;
  }
  let rows = [];
  try {
    const answer = await fetch(`${root}/api/v1/search?limit=8&q=${encodeURIComponent(words)}`);
    if (answer.ok) rows = (await answer.json()).data;
  } catch {
    return; // the form still works
  }
  if (mine !== asked) return;
  found.replaceChildren(
    ...rows.map((row) => {
      const link = document.createElement("a");
      const kind = document.createElement("span");
      link.href = row.kind in PAGES ? `${root}${PAGES[row.kind]}${row.slug}` : `${root}/id/${row.kind}/${row.slug}`;
      kind.className = "small";
      kind.textContent = `  ${row.kind}`;
      link.append(row.label, kind);
      const item = document.createElement("li");
      item.append(link);
      return item;
    }),
  );
  found.hidden = rows.length === 0;
}

let waiting;
find.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(suggest, 160);
});
find.form.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const stops = [find, ...found.querySelectorAll("a")];
  const next = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  if (!found.hidden && stops[next]) {
    event.preventDefault();
    stops[next].focus();
  }
});
document.addEventListener("click", (event) => {
  if (!find.form.contains(event.target)) found.hidden = true;
});

// The year has a slider, which can play: each year is asked of the server, as if it had been typed.
const STEP = 1400;
let playing;

function dress() {
  for (const form of document.querySelectorAll("form.filters")) {
    // an empty field is no filter: it stays out of the address
    form.addEventListener("formdata", (event) => {
      for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
    });
  }
  const at = document.getElementById("at");
  if (!at?.dataset.first) return;
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: at.dataset.first, max: at.dataset.last, value: at.value || at.dataset.last });
  slider.setAttribute("aria-label", at.dataset.slider);
  const play = document.createElement("button");
  Object.assign(play, { type: "button", className: "plain play" });
  const both = document.createElement("span");
  at.replaceWith(both);
  both.append(at, slider);
  both.closest("label").after(play); // a button within the label would be part of the field's name
  dressed();
  slider.addEventListener("input", () => (at.value = slider.value));
  slider.addEventListener("change", () => at.form.requestSubmit());
  at.addEventListener("input", () => (slider.value = at.value || at.dataset.last));
  play.addEventListener("click", () => (playing ? pause() : step(at.value >= at.dataset.last ? "" : at.value)));
}

// says on the button whether the years are playing
function dressed() {
  const button = document.querySelector("button.play");
  if (!button) return;
  const { pause: stop, play } = document.getElementById("at").dataset;
  button.textContent = playing ? "❚❚" : "▶";
  button.setAttribute("aria-label", playing ? stop : play);
}

function pause() {
  if (playing) asking?.abort();
  clearTimeout(playing);
  playing = undefined;
  dressed();
}

async function step(from) {
  const { first, last } = document.getElementById("at").dataset;
  const year = from ? Number(from) + 1 : Number(first);
  const address = new URL(location.href);
  address.searchParams.set("at", year);
  address.searchParams.delete("cursor");
  playing = setTimeout(() => {}, STEP);
  dressed();
  const renewed = await renew(address, "replace");
  if (!playing) return;
  if (!renewed || year >= Number(last)) pause();
  else playing = setTimeout(step, STEP, String(year));
}

// A change of filters renews the content in place, so that a slow answer can be cancelled and the page stays put.
// Pages whose scripts do not know of renewal, and browsers that fail at it, load the address as usual.
let loaded = location.pathname + location.search;
let asking;

function renewable() {
  const others = [...document.querySelectorAll('script[type="module"][src]')].filter((each) => !each.src.endsWith("/frame.js"));
  return others.length === 0 || document.documentElement.dataset.renews === "true";
}

function busy(control) {
  const note = document.createElement("p");
  const cancel = document.createElement("button");
  const progress = document.createElement("progress");
  note.className = "busy";
  note.setAttribute("role", "status");
  Object.assign(cancel, { type: "button", className: "plain", textContent: document.body.dataset.cancel });
  cancel.addEventListener("click", () => control.abort());
  note.append(document.body.dataset.loading, " ", progress, " ", cancel);
  return note;
}

async function renew(address, history) {
  asking?.abort();
  const control = new AbortController();
  asking = control;
  const note = busy(control);
  const shown = setTimeout(() => document.body.append(note), 250);
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" }, signal: control.signal });
    const text = await answer.text();
    if (control.signal.aborted) return false;
    if (!answer.headers.get("content-type")?.startsWith("text/html")) throw new Error("no page");
    const next = new DOMParser().parseFromString(text, "text/html");
    if (!next.querySelector("#main")) throw new Error("no page of ours");
    if (answer.redirected) show(next, answer.url, history === "none" ? "replace" : history);
    else show(next, address, history);
    return answer.ok;
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
    return false;
  } finally {
    clearTimeout(shown);
    note.remove();
    if (asking === control) asking = undefined;
  }
}

function show(next, address, history) {
  const focused = document.activeElement;
  const name = focused?.closest("#filters") ? focused.name || focused.className : undefined;
  document.title = next.title;
  for (const style of next.querySelectorAll('head link[rel="stylesheet"]')) {
    if (!document.querySelector(`head link[href="${CSS.escape(style.getAttribute("href"))}"]`)) document.head.append(style.cloneNode());
  }
  for (const part of ["#main", "#filters", ".top nav", "footer"]) {
    const one = document.querySelector(part);
    const other = next.querySelector(part);
    if (one && other) one.replaceWith(other);
    else if (other) document.querySelector("#main").before(other); // the filters of a page that was waited for
    else one?.remove();
  }
  if (history === "push") window.history.pushState(null, "", address);
  if (history === "replace") window.history.replaceState(null, "", address);
  loaded = location.pathname + location.search;
  for (const script of next.querySelectorAll('script[type="module"][src]')) import(script.src);
  dress();
  document.dispatchEvent(new Event("subsidia:renewed"));
  if (name) document.querySelector(`#filters [name="${name}"], #filters .${CSS.escape(name).replaceAll("\\ ", ".")}`)?.focus();
  else if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("form.filters, form.renews") || !renewable()) return;
  const address = new URL(form.action);
  address.search = new URLSearchParams(new FormData(form, event.submitter ?? undefined));
  address.searchParams.sort();
  event.preventDefault();
  pause();
  renew(address, "push");
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("main a[href], #filters a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  // a link of a drawing has no plain href
  const address = new URL(link.getAttribute("href"), location.href);
  if (link.getAttribute("target") || link.hasAttribute("download") || address.origin !== location.origin) return;
  if (address.pathname !== location.pathname || address.search === location.search || !renewable()) return;
  event.preventDefault();
  pause();
  renew(address, "push");
});
window.addEventListener("popstate", () => {
  if (location.pathname + location.search === loaded) return;
  pause();
  if (renewable()) renew(new URL(location.href), "none");
  else location.reload();
});

dress();
// instead of a page that takes long the server sends one that waits for it
if (document.querySelector("[data-waiting]")) renew(new URL(location.href), "none");
