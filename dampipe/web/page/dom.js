// Builds elements. No element is made from a string of markup, so a file's name cannot become markup.

const readOnly = new Set(["list", "form"]); // read-only as properties; set as attributes

/** Create an element with properties (`class`, `on…` listeners, `data-…` and `aria-…` attributes) and children. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && !name.includes("-") && !readOnly.has(name)) element[name] = value;
    else element.setAttribute(name === "class" ? "class" : name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** By what a control is recognized after its view was drawn again. */
export const keyOf = (element) => element.dataset.key ?? element.getAttribute("aria-label") ?? element.textContent;

/** A function that finds the control within `element` that took the place of a control. */
export function placeOf(control) {
  const [tag, key] = [control.tagName, keyOf(control)];
  return (element) => [...element.querySelectorAll(tag)].find((other) => keyOf(other) === key && !other.disabled);
}

/** Replace the children of an element; the focus stays on the control of the same `data-key` or name, or on the element. */
export function redraw(element, ...children) {
  const focused = element.contains(document.activeElement) && document.activeElement !== element ? document.activeElement : null;
  const find = focused && placeOf(focused);
  element.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined));
  if (!focused) return;
  const same = find(element);
  if (!same) element.tabIndex = -1;
  (same ?? element).focus({ preventScroll: true });
}

/** Have screen readers read a text aloud. */
export function announce(text) {
  document.getElementById("announcement").textContent = text;
}

/** A message in place of content: what happened, what to do next, and optionally an element to do it with. */
export function notice(text, hint = "", action = null) {
  announce(text);
  return h("div", { class: "notice" }, h("p", {}, text), hint ? h("p", { class: "hint" }, hint) : null, action ? h("p", {}, action) : null);
}
