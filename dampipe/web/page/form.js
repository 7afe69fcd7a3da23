// Forms, and dialogs that ask, confirm, or show a secret once. A dialog is removed when it closes, and the focus returns.

import { copyButton } from "./clipboard.js";
import { announce, h, placeOf } from "./dom.js";

let count = 0;

/** What was given in a form: a text by the name of its field, or a list of texts. @typedef {Record<string, any>} Values */
/**
 * titleId: of the heading. beside, more: elements beside the button and below it. lists: names of inputs that may have several
 * values. isDangerous: what it does cannot be taken back easily.
 * @typedef {{ titleId?: string, beside?: Node[], more?: Node[], lists?: string[], isDangerous?: boolean }} Settings
 */

/**
 * A labelled input; `hint` is a line below it, and not a part of its name.
 * @param {string} label
 * @param {import("./dom.js").Properties & { hint?: string }} properties
 */
export function field(label, { hint = "", ...properties }) {
  const id = `hint-${(count += 1)}`;
  const input = h("input", { required: true, "aria-describedby": hint ? id : null, ...properties });
  return h("div", {}, h("label", {}, h("span", {}, label), input), hint ? h("small", { id }, hint) : null);
}

/**
 * A labelled choice of one; options: pairs of value and text.
 * @param {string} label
 * @param {string} name
 * @param {string[][]} options
 * @param {string} [chosen]
 */
export function choice(label, name, options, chosen = options[0]?.[0]) {
  const select = h("select", { name }, options.map(([value, text]) => h("option", { value, selected: value === chosen }, text)));
  return h("label", {}, h("span", {}, label), select);
}

/**
 * A group of radio buttons or checkboxes (`type`); options: value, text, and optionally a line below it.
 * @param {string} legend
 * @param {string} name
 * @param {"radio" | "checkbox"} type
 * @param {string[][]} items
 * @param {string[]} [chosen]
 */
export function options(legend, name, type, items, chosen = []) {
  const one = (/** @type {string[]} */ [value, text, more = ""]) => h("label", { class: "option" },
    h("input", { type, name, value, checked: chosen.includes(value) }),
    h("span", {}, text, more ? h("small", {}, more) : null));
  return h("fieldset", {}, h("legend", {}, legend), items.map(one));
}

/**
 * The values of a form by name; a name with several values has a list in `lists`.
 * @param {HTMLFormElement} form
 * @param {string[]} lists
 * @returns {Values}
 */
const values = (form, lists) => {
  const data = new FormData(form);
  return { ...Object.fromEntries(data), ...Object.fromEntries(lists.map((name) => [name, data.getAll(name)])) };
};

/**
 * A form; `act` is called with its values, and where it fails, the form stays as it is and says why.
 * @param {string} title
 * @param {import("./dom.js").Child[]} fields
 * @param {string} button
 * @param {(given: Values) => unknown} act
 * @param {Settings} [settings]
 */
export function form(title, fields, button, act, { titleId, beside = [], more = [], lists = [], isDangerous = false } = {}) {
  const problem = h("p", { class: "problem", role: "alert" });
  const submit = h("button", { class: isDangerous ? "danger" : "primary" }, button);
  const busy = h("progress", { hidden: true, "aria-label": "Working" });
  const made = h("form", { class: "stack" }, h("h2", { id: titleId }, title), ...fields, problem, h("div", { class: "actions" }, submit, ...beside, busy), ...more);
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    busy.hidden = false;
    problem.textContent = "";
    try {
      await act(values(made, lists));
    } catch (error) {
      const { message, hint = "" } = /** @type {Error & { hint?: string }} */ (error);
      problem.textContent = [message, hint].filter(Boolean).join(" ");
      submit.disabled = false;
      if (document.activeElement === document.body) submit.focus(); // a disabled button cannot keep the focus
      /** @type {HTMLInputElement | null} */ (made.querySelector("input[type=password]"))?.select();
    } finally {
      submit.disabled = false;
      busy.hidden = true;
    }
  });
  return made;
}

/**
 * Open a modal dialog that `fill` makes: it gets the function that closes it and the id for its title.
 * @param {(close: () => void, titleId: string) => HTMLElement} fill
 */
export function openDialog(fill) {
  const titleId = `dialog-${(count += 1)}`;
  const opener = /** @type {HTMLElement} */ (document.activeElement ?? document.body);
  const find = placeOf(opener);
  const dialog = h("dialog", { class: "ask", "aria-labelledby": titleId });
  dialog.append(fill(() => dialog.close(), titleId));
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (!opener.isConnected) find(document)?.focus(); // its view was drawn again meanwhile
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Ask by a form in a dialog; `act` is called with the values, and the dialog closes once that has succeeded. A function that
 * `act` returns is called then: one that draws a view again finds the focus where it was.
 * @param {string} title
 * @param {import("./dom.js").Child[]} fields
 * @param {string} button
 * @param {(given: Values) => Promise<(() => unknown) | void>} act
 * @param {Settings} [settings]
 */
export function ask(title, fields, button, act, settings = {}) {
  openDialog((close, titleId) => {
    const cancel = h("button", { type: "button", onclick: close, autofocus: settings.isDangerous }, "Cancel");
    const submit = async (/** @type {Values} */ given) => {
      const next = await act(given);
      close();
      next?.();
    };
    return form(title, fields, button, submit, { titleId, beside: [cancel], ...settings });
  });
}

/**
 * Ask by a form in a dialog, as `ask` does; resolves with what `act` returns, or with null if the dialog is left.
 * @template T
 * @param {string} title
 * @param {import("./dom.js").Child[]} fields
 * @param {string} button
 * @param {(given: Values) => Promise<T>} act
 * @param {Settings} [settings]
 * @returns {Promise<T | null>}
 */
export function asked(title, fields, button, act, settings = {}) {
  return new Promise((resolve) => {
    /** @type {T | null} */
    let result = null;
    const dialog = openDialog((close, titleId) => {
      const cancel = h("button", { type: "button", onclick: close, autofocus: settings.isDangerous }, "Cancel");
      return form(title, fields, button, async (given) => {
        result = await act(given);
        close();
      }, { titleId, beside: [cancel], ...settings });
    });
    dialog.addEventListener("close", () => resolve(result));
  });
}

/**
 * Ask whether something is to be done that cannot be taken back easily.
 * @param {string} title
 * @param {string} text
 * @param {string} button
 * @param {() => Promise<(() => unknown) | void>} act
 */
export function confirm(title, text, button, act) {
  ask(title, [h("p", {}, text)], button, act, { isDangerous: true });
}

/** Show a secret, which the server shows only once. @param {string} title @param {string} secret @param {...string} lines */
export function showSecret(title, secret, ...lines) {
  announce(title);
  openDialog((close, titleId) => {
    const code = h("code", { class: "secret", tabIndex: 0 }, secret);
    return h("div", { class: "stack" }, h("h2", { id: titleId }, title), code, ...lines.map((line) => h("p", {}, line)),
      h("p", { class: "hint" }, "It is shown only now: copy it before you close this."),
      h("div", { class: "actions" }, copyButton(code, "Copy", "primary"), h("button", { type: "button", onclick: close }, "Close")));
  });
}
