// A drawing to be explored: Vega-Lite in place of the plain drawing, fetched only when somebody asks for it.
// Under the strict content policy: Vega's expressions are walked by its interpreter and never become code.
const vendor = new URL("./vendor/vega/", import.meta.url);
const live = document.getElementById("live");
let loaded;

function script(name) {
  return new Promise((done, failed) => {
    const made = Object.assign(document.createElement("script"), { src: new URL(name, vendor), onload: done });
    made.onerror = () => failed(new Error(name));
    document.head.append(made);
  });
}

// In this order: each reads the one before from the page.
async function load() {
  for (const name of ["vega.min.js", "vega-lite.min.js", "vega-embed.min.js"]) await script(name);
  const { expressionInterpreter } = await import(new URL("vega-interpreter.mjs", vendor));
  return (place, specification) => window.vegaEmbed(place, specification, {
    mode: "vega-lite", renderer: "svg", actions: false, defaultStyle: false, ast: true,
    expr: expressionInterpreter, tooltip: { disableDefaultStyle: true },
  });
}

async function specificationAt(address) {
  const answer = await fetch(address, { headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

// A drawing of one panel takes the width of the page, less what stands beside it.
async function fit(view, place) {
  const beside = place.querySelector("svg").width.baseVal.value - view.width();
  await view.width(Math.max(place.clientWidth, 600) - beside).runAsync();
}

async function drawInto(figure, address) {
  loaded ??= load();
  const [embed, specification] = await Promise.all([loaded, specificationAt(address)]);
  const place = Object.assign(document.createElement("div"), { className: "phm-explore" });
  figure.append(place);
  // At its right is room for the figure of the longest bar.
  if (specification.width) specification.padding = { left: 5, top: 5, bottom: 5, right: 90 };
  // Letters are measured by whoever draws, so the place has to be seen while it is drawn.
  const { view } = await embed(place, specification);
  if (specification.width) await fit(view, place);
  const svg = place.querySelector("svg");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `${specification.title.text}. ${specification.description}`);
  return view;
}

function say(button, isOpen) {
  button.dataset.open = isOpen;
  button.firstChild.data = isOpen ? "Back to the plain drawing" : "Explore";
}

// The plain drawing and the one to explore change places; the button says which is next.
export async function explore(button) {
  const figure = button.closest("div").querySelector("figure");
  const plain = figure.querySelector("svg");
  const shown = figure.querySelector(".phm-explore");
  if (button.dataset.open === "true") {
    shown.hidden = true;
    plain.toggleAttribute("hidden", false);
    say(button, false);
    live.textContent = "The plain drawing";
    return;
  }
  button.disabled = true;
  live.textContent = "The drawing is being made";
  try {
    if (shown) shown.hidden = false;
    else await drawInto(figure, button.dataset.explore);
    plain.toggleAttribute("hidden", true);
    say(button, true);
    live.textContent = "The drawing can be explored: point at it, or choose what to point out";
  } catch {
    figure.querySelector(".phm-explore")?.remove();
    loaded = undefined;
    live.textContent = "The drawing cannot be explored now. The plain one holds the same figures.";
  } finally {
    button.disabled = false;
    button.focus();
  }
}
