// The side of the player: tabs with what features have to say of an asset.

import { h } from "../dom.js";

/** The tab of what has none of its own. */
const FIRST = "Info";
/** In which order tabs stand; those that are not named here come last, in the order in which they were made. */
const ORDER = [FIRST, "Comments", "Subclips", "Workflow", "Versions", "Rights", "Copies"];
/** @param {string} name */
const placeOf = (name) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);

/**
 * Tabs. A section stands in that which its `data-tab` names; a tab is hidden while all of its sections are. preferred: the one to
 * open, once it is there. onChoose: is told the one that a person has chosen; "" for the first.
 * @param {string} preferred
 * @param {(name: string) => void} onChoose
 * @param {AbortSignal} signal
 */
export function makeSide(preferred, onChoose, signal) {
  const list = h("div", { class: "tabs", role: "tablist", "aria-label": "What is known of it" });
  const element = h("section", { class: "side", "aria-label": "About this asset" }, list);
  /** @type {Map<string, { tab: HTMLButtonElement, panel: HTMLElement }>} */
  const tabs = new Map();
  let wanted = preferred || FIRST;
  let shown = "";

  /** @param {string} name */
  function show(name) {
    shown = name;
    for (const [other, { tab, panel }] of tabs) {
      tab.setAttribute("aria-selected", String(other === name));
      tab.tabIndex = other === name ? 0 : -1;
      panel.hidden = other !== name;
    }
  }

  /** @param {string} name */
  function choose(name) {
    wanted = name;
    show(name);
    onChoose(name === FIRST ? "" : name);
  }

  const visible = () => [...tabs].filter(([, { tab }]) => !tab.hidden).sort(([one], [other]) => placeOf(one) - placeOf(other)).map(([name]) => name);

  /** Tabs without anything to show are hidden; the one that was wanted is shown as soon as it has something. */
  function check() {
    for (const [name, { tab, panel }] of tabs) tab.hidden = name !== FIRST && [...panel.children].every((child) => /** @type {HTMLElement} */ (child).hidden);
    list.hidden = visible().length < 2;
    const best = visible().includes(wanted) ? wanted : FIRST;
    if (best !== shown) show(best);
  }

  const observer = new MutationObserver(check);
  signal.addEventListener("abort", () => observer.disconnect());

  /** @param {string} name */
  function panelOf(name) {
    const found = tabs.get(name);
    if (found) return found.panel;
    const id = `tab-${name.toLowerCase().replace(/\W+/g, "-")}`;
    const panel = h("div", { class: "panel", role: "tabpanel", id: `${id}-panel`, "aria-labelledby": id, tabIndex: 0, hidden: true });
    const tab = h("button", { type: "button", role: "tab", id, "aria-controls": panel.id, "aria-selected": "false", tabIndex: -1, onclick: () => choose(name) }, name);
    tabs.set(name, { tab, panel });
    const later = [...tabs].filter(([other]) => placeOf(other) > placeOf(name)).sort(([one], [other]) => placeOf(one) - placeOf(other));
    const next = later[0]?.[1].tab ?? null;
    list.insertBefore(tab, next);
    element.append(panel);
    observer.observe(panel, { childList: true, attributes: true, attributeFilter: ["hidden"], subtree: true });
    return panel;
  }

  list.addEventListener("keydown", (event) => {
    const names = visible();
    const at = names.indexOf(shown);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const name = names[(to + names.length) % names.length];
    choose(name);
    tabs.get(name)?.tab.focus();
  });

  panelOf(FIRST);
  return {
    element,
    /** @param {...HTMLElement} sections */
    add(...sections) {
      for (const one of sections) panelOf(one.dataset.tab || FIRST).append(one);
      check();
    },
    /** Show a tab, if there is one of that name. @param {string} name */
    open: (name) => tabs.has(name) && choose(name),
  };
}
