// Builds elements. No element is made from a string of markup, so a file's name cannot become markup.

const readOnly = new Set(["list", "form"]); // read-only as properties; set as attributes

/**
 * The element of the page with an id, of a kind: `byId("login", HTMLDialogElement)`.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 */
export function byId(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} with the id ${id}`);
  return found;
}

/** @typedef {Node | string | null | undefined | false} Child */
/** @typedef {Record<string, unknown> & { [on in `on${string}`]?: ((event: any) => unknown) | null | false }} Properties */

/**
 * Create an element with properties (`class`, `on…` listeners, `data-…` and `aria-…` attributes) and children.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Properties} [properties]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (name in element && !name.includes("-") && !readOnly.has(name)) Object.assign(element, { [name]: value });
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...present(children));
  return element;
}

/** Those children that there are. @param {(Child | Child[])[]} children @returns {(Node | string)[]} */
const present = (children) => children.flat().flatMap((child) => (child === null || child === undefined || child === false ? [] : [child]));

/** By what a control is recognized after its view was drawn again. @param {HTMLElement} element */
export const keyOf = (element) => element.dataset.key ?? element.getAttribute("aria-label") ?? element.textContent;

/**
 * A function that finds the control within `element` that took the place of a control.
 * @param {HTMLElement} control
 * @returns {(element: ParentNode) => HTMLElement | undefined}
 */
export function placeOf(control) {
  const [tag, key] = [control.tagName, keyOf(control)];
  return (element) => [.../** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll(tag))].find((other) => keyOf(other) === key && !other.matches(":disabled"));
}

/**
 * Replace the children of an element; the focus stays on the control of the same `data-key` or name, or on the element.
 * @param {HTMLElement} element
 * @param {...(Child | Child[])} children
 */
export function redraw(element, ...children) {
  const focused = element.contains(document.activeElement) && document.activeElement !== element ? /** @type {HTMLElement} */ (document.activeElement) : null;
  const find = focused && placeOf(focused);
  element.replaceChildren(...present(children));
  if (!focused) return;
  const same = find?.(element);
  if (!same) element.tabIndex = -1;
  (same ?? element).focus({ preventScroll: true });
}

/** Have screen readers read a text aloud. @param {string} text */
export function announce(text) {
  /** @type {HTMLElement} */ (document.getElementById("announcement")).textContent = text;
}

/**
 * A message in place of content: what happened, what to do next, and optionally an element to do it with.
 * @param {string} text
 * @param {string} [hint]
 * @param {Child} [action]
 */
export function notice(text, hint = "", action = null) {
  announce(text);
  return h("div", { class: "notice" }, h("p", {}, text), hint ? h("p", { class: "hint" }, hint) : null, action ? h("p", {}, action) : null);
}
