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

export function save(url, name) {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}
