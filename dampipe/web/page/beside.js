// What stands beside the lists of the library: trees of collections and folders, which are shown by a button, and while assets are dragged.

import { parseAddress } from "./address.js";
import { byId, h } from "./dom.js";
import { dragged } from "./drag.js";
import { declareKeys } from "./keys.js";
import { inOrder, panels } from "./panels.js";
import { page } from "./state.js";

const STORED = "dampipe-beside";
const [aside, button] = [byId("beside", HTMLElement), byId("beside-button", HTMLButtonElement)];
let wanted = localStorage.getItem(STORED) === "yes";
let drawn = new AbortController();
let isDrawn = false;
let isLate = false; // the panel appeared for what is being dragged

const keys = declareKeys("Everywhere", { beside: { keys: ["t"], does: "Trees of collections and folders beside a list" } });

/** Whether the view is a list of assets of the library, or of hits. */
function isList() {
  if (page.state.view === null) return false;
  const { path } = parseAddress(page.state.view);
  return page.state.views.some((view) => view.path === path && view.isList);
}

async function draw() {
  if (isDrawn) return;
  isDrawn = true;
  drawn = new AbortController();
  const parts = inOrder((await panels()).flatMap((panel) => panel.beside ?? []));
  const sections = parts.map(({ key, label, show }) => {
    const inner = h("div");
    Promise.resolve(show(inner, drawn.signal)).catch(() => inner.replaceChildren(h("p", { class: "hint" }, "It cannot be shown now.")));
    return h("section", { "data-part": key }, h("h2", {}, label), inner);
  });
  aside.replaceChildren(...sections);
}

function update() {
  const list = isList();
  button.hidden = !list;
  isLate = list && !wanted && dragged()?.kind === "assets";
  const isShown = list && (wanted || isLate);
  aside.hidden = !isShown;
  aside.classList.toggle("late", isLate);
  button.setAttribute("aria-expanded", String(list && wanted));
  if (isShown) draw().catch(() => {});
  else if (isDrawn) {
    drawn.abort();
    isDrawn = false;
  }
}

/** Take the button and its key from now on. */
export function startBeside() {
  const toggle = () => {
    wanted = !wanted;
    localStorage.setItem(STORED, wanted ? "yes" : "");
    update();
  };
  button.addEventListener("click", toggle);
  keys({ beside: () => (button.hidden ? false : toggle()) });
  page.watch(["view", "views"], update);
  // The list must not move under the pointer while the browser begins to drag.
  document.addEventListener("drag-changed", () => setTimeout(update, 50));
}
