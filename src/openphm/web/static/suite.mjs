// What the suite does in a browser beside links and forms. Every page works without it.
import { initAll } from "./vendor/nhsuk-frontend.min.js";

document.documentElement.classList.add("js-enabled");
document.body.classList.add("js-enabled", "nhsuk-frontend-supported");
initAll();

const live = document.getElementById("live");
const filters = document.getElementById("filters");
if (filters && matchMedia("(max-width: 900px)").matches) filters.open = false;

document.addEventListener("htmx:afterSwap", (event) => {
  const headline = event.target.querySelector?.("#headline");
  if (headline) live.textContent = `Updated. ${headline.textContent}`;
});

// A drawing as a PNG of twice its size on white, made here: nothing is sent anywhere.
async function savePicture(svg) {
  const { width, height } = svg.viewBox.baseVal;
  const copy = svg.cloneNode(true);
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await picture.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: 2 * width, height: 2 * height });
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => { canvas.toBlob(done, "image/png"); });
  const name = (svg.querySelector("title")?.textContent || svg.getAttribute("aria-label") || "drawing").slice(0, 80).toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: `${name}.png` });
  link.click();
  URL.revokeObjectURL(link.href);
  live.textContent = "Picture saved";
}

document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-print]")) print();
  const png = event.target.closest("[data-png]");
  if (png) await savePicture(png.closest("div").querySelector("figure svg:not([hidden])"));
  const exploring = event.target.closest("[data-explore]");
  if (exploring) await (await import("./explore.mjs")).explore(exploring);
  const copy = event.target.closest("[data-copy-link]");
  if (!copy) return;
  try {
    await navigator.clipboard.writeText(location.href);
    copy.textContent = live.textContent = "Link copied";
  } catch {
    copy.textContent = live.textContent = "Copy it from the address bar";
  }
  setTimeout(() => { copy.textContent = "Copy link"; }, 2500);
});
