// The timeline is drawn by the server; here it is only saved as a picture, and empty boxes stay out of the address.
import { onPage } from "./chart.js";
import { savePng, saveSvg } from "./picture.js";

onPage(() => {
  const drawing = document.getElementById("timeline-svg");
  document.getElementById("save-svg")?.addEventListener("click", () => saveSvg(drawing, "subsidia-timeline"));
  document.getElementById("save-png")?.addEventListener("click", () => savePng(drawing, "subsidia-timeline"));
  document.querySelector("form.choices")?.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
  });
});
