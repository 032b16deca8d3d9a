// The frame: `/` goes to the search field, names are suggested while typing, and a slider mirrors the year.
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

const at = document.getElementById("at");
if (at?.dataset.first) {
  const slider = document.createElement("input");
  slider.type = "range";
  slider.min = at.dataset.first;
  slider.max = at.dataset.last;
  slider.setAttribute("aria-label", "As of year, slider");
  slider.value = at.value || at.dataset.last;
  const both = document.createElement("span");
  at.replaceWith(both);
  both.append(at, slider);
  slider.addEventListener("input", () => (at.value = slider.value));
  at.addEventListener("input", () => (slider.value = at.value || at.dataset.last));
}

// an empty field is no filter: it stays out of the address
for (const form of document.querySelectorAll("form.filters")) {
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
  });
}
