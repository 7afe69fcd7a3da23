// The overlay that lists all keys.

import { declared, declareKeys } from "./keys.js";
import { loadRest } from "./later.js";
import { html, render } from "./vendor/lit.js";

/** What stands on the keys. @type {Record<string, string>} */
const CAPS = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc", PageUp: "Page up", PageDown: "Page down" };

/** One key of a binding as people read it. @param {string} key */
export const capsOf = (key) => key.split(" ").map((press) => press.split(/(?<=.)\+/).map((part) => CAPS[part] ?? (part.length === 1 ? part.toUpperCase() : part)));

/** @param {string} key */
const drawn = (key) => capsOf(key).map((press, number) => html`${number ? " then " : ""}${press.map((cap) => html`<kbd>${cap}</kbd>`)}`);

/** @param {[string, import("./keys.js").Binding[]]} group */
const section = ([heading, bindings]) => html`<section>
  <h3>${heading}</h3>
  <dl>${bindings.map(({ keys, does }) => html`<div><dt>${keys.map((key, number) => html`${number ? " or " : ""}${drawn(key)}`)}</dt><dd>${does}</dd></div>`)}</dl>
</section>`;

const keys = declareKeys("Everywhere", { help: { keys: ["?"], does: "Show all keys" }, close: { keys: ["Escape"], does: "Close what is open over the page" } });

/** Show the overlay on `?` and by a button. @param {HTMLDialogElement} dialog @param {HTMLElement} button */
export function startKeysHelp(dialog, button) {
  const draw = () => render(html`<div class="bar"><h2 id="keys-title">Keys</h2><button type="button" @click=${() => dialog.close()}>Close</button></div>
      <div class="keys">${declared().map(section)}</div>`, dialog);
  const toggle = () => {
    if (dialog.open) return dialog.close();
    draw();
    dialog.showModal();
    dialog.scrollTop = 0;
    loadRest().then(draw); // modules that are not loaded yet have keys, too
    return undefined;
  };
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  button.addEventListener("click", toggle);
  keys({ help: toggle }, { overDialogs: true });
}
