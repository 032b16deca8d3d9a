// What the charts share: when to draw, data blocks, colours for a dark ground, saving what was drawn.

// Runs `draw` now and whenever the frame has put new content into <main>; `draw` finds its own elements, or leaves.
export function onPage(draw) {
  document.documentElement.dataset.renews = "true";
  draw();
  document.addEventListener("subsidia:renewed", draw);
}

export const read = (id) => JSON.parse(document.getElementById(id).textContent);
export const darkness = matchMedia("(prefers-color-scheme: dark)");
export const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

export function shaded(value, dark) {
  if (!darkness.matches) return value;
  if (typeof value === "string") return dark[value] ?? value;
  if (Array.isArray(value)) return value.map((each) => shaded(each, dark));
  if (value && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shaded(each, dark)]));
  return value;
}

// What hovering says: the lines that the server made, the first one strong.
export function tip(point) {
  const lines = document.createElement("div");
  for (const [place, text] of (point.data?.tip ?? []).entries()) {
    const line = document.createElement(place ? "div" : "b");
    line.textContent = text;
    lines.append(line);
  }
  lines.style.whiteSpace = "normal";
  lines.style.maxWidth = "24rem";
  return lines;
}

export function saveText(text, type, name) {
  saveBlob(new Blob([text], { type }), name);
}

export function saveBlob(blob, name) {
  const url = URL.createObjectURL(blob);
  save(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

export function save(url, name) {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}
