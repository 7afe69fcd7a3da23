// Elements are built here and nowhere from strings, so nothing in a file's name can become markup.

const readOnly = new Set(["list", "form"]); // as properties; as attributes they name an element

/** An element with properties (`class`, `on…` listeners, `data-…` and `aria-…` attributes) and children. */
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

/** Have a screen reader say what the eye sees. */
export function announce(text) {
  document.getElementById("said").textContent = text;
}

/** A sentence in place of what is not there: what happened, and what to do next. */
export function notice(text, hint = "") {
  announce(text);
  return h("div", { class: "notice" }, h("p", {}, text), hint ? h("p", { class: "hint" }, hint) : null);
}
