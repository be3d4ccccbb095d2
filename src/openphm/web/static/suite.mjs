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

document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-print]")) print();
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
