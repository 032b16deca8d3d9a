// The network as SVG: the same places, lines and names as in the picture, in a file that can be drawn at any size.
const safe = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const turned = (count, radius, first) =>
  Array.from({ length: count }, (_, at) => {
    const angle = first + (2 * Math.PI * at) / count;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
const SHAPES = {
  square: (r) => [[-r, -r], [r, -r], [r, r], [-r, r]].map((point) => point.map((each) => each * 0.9)),
  triangle: (r) => turned(3, r * 1.15, -Math.PI / 2),
  triangleDown: (r) => turned(3, r * 1.15, Math.PI / 2),
  diamond: (r) => turned(4, r, 0),
  hexagon: (r) => turned(6, r, 0),
  star: (r) => turned(10, r, -Math.PI / 2).map((point, at) => (at % 2 ? point.map((each) => each * 0.45) : point)),
};

function mark(node) {
  const shape = SHAPES[node.shape];
  const paint = `fill="${node.color.background}" stroke="${node.color.border}" stroke-width="${node.borderWidth}"`;
  const inside = `<title>${safe(node.title)}</title>`;
  if (!shape) return `<circle cx="${node.x}" cy="${node.y}" r="${node.size}" ${paint}>${inside}</circle>`;
  const points = shape(node.size).map(([x, y]) => `${(node.x + x).toFixed(1)},${(node.y + y).toFixed(1)}`);
  return `<polygon points="${points.join(" ")}" ${paint}>${inside}</polygon>`;
}

function line(edge, places) {
  const [one, other] = [places.get(edge.from), places.get(edge.to)];
  const [dx, dy] = [other.x - one.x, other.y - one.y];
  const bend = `${((one.x + other.x) / 2 + dy * 0.06).toFixed(1)} ${((one.y + other.y) / 2 - dx * 0.06).toFixed(1)}`;
  const dashes = Array.isArray(edge.dashes) ? ` stroke-dasharray="${edge.dashes.join(" ")}"` : "";
  const tip = edge.arrows ? ' marker-end="url(#tip)"' : "";
  const paint = `stroke="${edge.color.color}" stroke-opacity="${edge.color.opacity}" stroke-width="${edge.width}"`;
  return `<path d="M${one.x} ${one.y} Q${bend} ${other.x} ${other.y}" fill="none" ${paint}${dashes}${tip}><title>${safe(edge.title)}</title></path>`;
}

function name(node) {
  const lines = [""];
  for (const word of node.label.split(" ")) {
    if ((lines.at(-1) + word).length > 18 && lines.at(-1)) lines.push("");
    lines[lines.length - 1] += `${word} `;
  }
  const rows = lines.map((text, at) => `<tspan x="${node.x}" dy="${at ? 14 : 0}">${safe(text.trim())}</tspan>`);
  return `<text x="${node.x}" y="${node.y + node.size + 13}" text-anchor="middle">${rows.join("")}</text>`;
}

// Gives the text of the file; `named` are the actors whose names fit.
export function picture(frame, nodes, edges, named, ink) {
  const places = new Map(nodes.map((node) => [node.id, node]));
  const right = frame.bands.reduce((end, band) => Math.max(end, band.x + band.width), 0) + 24;
  const bottom = frame.lanes.reduce((end, lane) => Math.max(end, lane.y + lane.height), 0) + 30;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-150 -90 ${right + 170} ${bottom + 110}" font-family="${safe(ink.face)}" font-size="12">`,
    `<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="5" markerHeight="5" orient="auto"><path d="M0 0L8 4L0 8z" fill="${ink.soft}"/></marker></defs>`,
    `<rect x="-150" y="-90" width="${right + 170}" height="${bottom + 110}" fill="${ink.ground}"/>`,
    `<g stroke="${ink.rule}" fill="${ink.soft}">`,
  ];
  for (const lane of frame.lanes)
    parts.push(`<path d="M-140 ${lane.y - 52}H${right}"/><text x="-140" y="${lane.y - 36}" stroke="none">${safe(lane.name)}</text>`);
  for (const band of frame.bands)
    parts.push(`<path d="M${band.x + band.width + 23} -52V${bottom}"/><text x="${band.x + band.width / 2}" y="-62" stroke="none" text-anchor="middle">${safe(band.name)}</text>`);
  parts.push("</g>", ...edges.map((edge) => line(edge, places)), ...nodes.map(mark));
  parts.push(`<g fill="${ink.ink}" stroke="${ink.ground}" stroke-width="3" paint-order="stroke">`);
  parts.push(...nodes.filter((node) => named.has(node.id)).map((node) => name({ ...node, label: node.title.split("\n")[0] })), "</g></svg>");
  return parts.join("\n");
}
