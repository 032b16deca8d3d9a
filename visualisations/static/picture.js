// Saves a drawing that the server made as a picture that stands alone.
import { ink, save, saveText } from "./chart.js";

const KEPT = ["fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "font-family", "font-size", "font-style", "font-weight", "paint-order", "text-anchor"];

// Copies the drawing with the styles that it has on the page, since a file knows no style sheet.
export function standalone(drawing) {
  const copy = drawing.cloneNode(true);
  const copies = [copy, ...copy.querySelectorAll("*")];
  for (const [place, each] of [drawing, ...drawing.querySelectorAll("*")].entries()) {
    const style = getComputedStyle(each);
    for (const name of KEPT) copies[place].style.setProperty(name, style.getPropertyValue(name));
  }
  const { width, height: drawn } = drawing.getBoundingClientRect();
  const height = drawn + 52;
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  copy.removeAttribute("aria-hidden");
  for (const link of copy.querySelectorAll("a")) link.setAttribute("href", new URL(link.getAttribute("href"), location.href));
  const family = getComputedStyle(drawing).fontFamily;
  const said = { x: 0, fill: ink("soft"), "font-family": family, "font-size": 12 };
  copy.prepend(shape("rect", { width: "100%", height: "100%", fill: ink("ground") }));
  // what it says, and where it is from: a picture leaves its page
  const heading = (document.querySelector("h1") ?? document.querySelector("h2")).textContent.trim().replace(/\s+/g, " ");
  copy.append(shape("text", { ...said, y: drawn + 22 }, heading), shape("text", { ...said, y: drawn + 40 }, location.href));
  return { text: new XMLSerializer().serializeToString(copy), width, height };
}

function shape(name, attributes, words = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [each, value] of Object.entries(attributes)) made.setAttribute(each, value);
  made.textContent = words;
  return made;
}

export function saveSvg(drawing, name) {
  saveText(standalone(drawing).text, "image/svg+xml", `${name}.svg`);
}

export async function savePng(drawing, name) {
  const { text, width, height } = standalone(drawing);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  const scale = Math.min(2, 16000 / height);
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  save(canvas.toDataURL("image/png"), `${name}.png`);
}
