// The network: vis-network shows what pyvis wrote down. Places come from the server; nothing is simulated.
import { DataSet, Network } from "./vendor/vis-network.mjs";
import { darkness, ink, read, save, shaded } from "./chart.js";

const box = document.getElementById("network-canvas");
const frame = read("network-frame");
const given = { nodes: read("network-nodes"), edges: read("network-edges"), options: read("network-options") };
const still = matchMedia("(prefers-reduced-motion: reduce)");
box.closest("figure").hidden = false;

const names = new Map(given.nodes.map((node) => [node.id, node]));
const neighbours = new Map(given.nodes.map((node) => [node.id, new Set([node.id])]));
for (const edge of given.edges) {
  neighbours.get(edge.from).add(edge.to);
  neighbours.get(edge.to).add(edge.from);
}
// far out only the best connected are named, in letters that can be read
const ranked = [...given.nodes].sort((one, other) => other.ties - one.ties || (one.id < other.id ? -1 : 1));
const prominent = new Set(ranked.slice(0, 14).map((node) => node.id));
let chosen = null;
let near = null;

function dressed(node) {
  const lit = !chosen || neighbours.get(chosen).has(node.id);
  const named = near || prominent.has(node.id) || (chosen && lit && neighbours.get(chosen).size < 30);
  const size = near ? 13 : Math.min(46, 12 / network.getScale());
  return {
    id: node.id,
    color: lit ? node.color : ink("rule"),
    label: named && lit ? node.label : " ",
    font: { color: ink("ink"), size, strokeWidth: near ? 3 : size / 4, strokeColor: ink("ground"), face: getComputedStyle(document.body).fontFamily },
    widthConstraint: { maximum: near ? 122 : 122 * (size / 13) },
    borderWidth: node.id === chosen ? 3 : 1,
  };
}

const nodes = new DataSet();
const edges = new DataSet();
const network = new Network(box, { nodes, edges }, given.options);

function dress() {
  const shades = frame.dark;
  nodes.update(given.nodes.map((node) => dressed({ ...node, color: shaded(node.color, shades) })));
  edges.update(
    given.edges.map((edge, place) => {
      const lit = !chosen || edge.from === chosen || edge.to === chosen;
      return { id: place, color: { color: shaded(edge.color, shades), opacity: lit ? (chosen ? 0.95 : 0.5) : 0.06, inherit: false } };
    }),
  );
}

function start() {
  nodes.add(given.nodes.map((node) => ({ ...node, label: " " })));
  edges.add(given.edges.map((edge, place) => ({ ...edge, id: place })));
  network.fit({ animation: false });
  near = network.getScale() > 0.62;
  dress();
}

// lanes and bands lie behind the network
network.on("beforeDrawing", (context) => {
  const scale = network.getScale();
  const right = frame.bands.reduce((end, band) => Math.max(end, band.x + band.width), 0);
  const bottom = frame.lanes.reduce((end, lane) => Math.max(end, lane.y + lane.height), 0);
  context.font = `${12 / scale}px ${getComputedStyle(document.body).fontFamily}`;
  context.lineWidth = 1 / scale;
  context.strokeStyle = ink("rule");
  context.fillStyle = ink("soft");
  for (const lane of frame.lanes) {
    const top = lane.y - 60;
    context.beginPath();
    context.moveTo(-40, top);
    context.lineTo(right + 40, top);
    context.stroke();
    context.textAlign = "left";
    context.textBaseline = "top";
    context.fillText(lane.name, -40, top + 4 / scale);
  }
  context.textAlign = "center";
  context.textBaseline = "bottom";
  for (const band of frame.bands) {
    context.fillText(band.name, band.x + band.width / 2, -64);
    context.beginPath();
    context.moveTo(band.x + band.width + 35, -60);
    context.lineTo(band.x + band.width + 35, bottom);
    context.stroke();
  }
});

let said;
network.on("zoom", () => {
  clearTimeout(said);
  said = setTimeout(() => {
    near = network.getScale() > 0.62;
    dress();
  }, 120);
});

function choose(id, move = false) {
  chosen = id;
  const status = document.getElementById("node-said");
  if (id) {
    const node = names.get(id);
    const link = document.createElement("a");
    link.href = node.address;
    link.textContent = node.title.split("\n")[0];
    status.replaceChildren(link, `, ${neighbours.get(id).size - 1} neighbours`);
    if (move) network.focus(id, { scale: Math.max(0.9, network.getScale()), animation: !still.matches });
  } else status.replaceChildren();
  near = network.getScale() > 0.62 || move;
  dress();
}

network.on("click", ({ nodes: hit }) => {
  if (!hit.length) choose(null);
  else if (hit[0] === chosen) location.href = names.get(chosen).address;
  else choose(hit[0]);
});
network.on("hoverNode", () => (box.style.cursor = "pointer"));
network.on("blurNode", () => (box.style.cursor = ""));

const search = document.getElementById("node-search");
search.addEventListener("input", () => {
  const words = search.value.trim().toLowerCase();
  const exact = given.nodes.find((node) => node.title.split("\n")[0].toLowerCase() === words);
  if (exact) choose(exact.id, true);
});
search.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  const words = search.value.trim().toLowerCase();
  const hit = words && ranked.find((node) => node.title.split("\n")[0].toLowerCase().includes(words));
  if (hit) choose(hit.id, true);
  else document.getElementById("node-said").textContent = "no such actor in this picture";
});

function zoom(factor) {
  network.moveTo({ scale: network.getScale() * factor, animation: false });
  near = network.getScale() > 0.62;
  dress();
}
document.getElementById("zoom-in").addEventListener("click", () => zoom(1.5));
document.getElementById("zoom-out").addEventListener("click", () => zoom(1 / 1.5));
document.getElementById("zoom-fit").addEventListener("click", () => {
  network.fit({ animation: false });
  choose(null);
});
document.getElementById("save-png").addEventListener("click", () => {
  const canvas = box.querySelector("canvas");
  const copy = document.createElement("canvas");
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext("2d");
  context.fillStyle = ink("ground");
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(canvas, 0, 0);
  save(copy.toDataURL("image/png"), "subsidia-network.png");
});
// ticking a box is enough where script runs
for (const tick of document.querySelectorAll("#kinds input[type=checkbox]"))
  tick.addEventListener("change", () => tick.form.requestSubmit());
darkness.addEventListener("change", dress);
start();
box.dataset.drawn = String(nodes.length);
