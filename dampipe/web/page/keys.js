// Key bindings. Each is declared once, with what it does, so that the overlay of `?` lists all there are; the view that can do it at
// the moment uses it.

/**
 * A key, several that do the same, or a sequence. A key is named as browsers name it: `Enter`, `ArrowLeft`, `Space` and
 * letters in lower case; `Ctrl+` (on a Mac, Command), `Alt+` and, before letters and named keys, `Shift+` may precede it:
 * `Shift+ArrowLeft`. Other characters stand as they are typed: `?`. Two keys with a space between them are pressed after
 * each other: `g l`.
 * @typedef {{ keys: readonly string[], does: string }} Binding
 */

/** @typedef {(event: KeyboardEvent) => unknown} Handler returns false where it has nothing to do now: the key stays unused */

/**
 * @typedef {object} Use
 * @property {Record<string, { keys: readonly string[], run: Handler }>} handlers
 * @property {Element | null} within
 * @property {boolean} overDialogs
 */

/** Milliseconds in which the second key of a sequence follows. */
const SEQUENCE = 1500;
/** @type {Map<string, Record<string, Binding>>} */
const groups = new Map();
/** @type {Use[]} */
const uses = [];
let prefix = "";
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** All key bindings by the heading under which they are listed. @returns {[string, Binding[]][]} */
export const declared = () => [...groups].map(([heading, bindings]) => [heading, Object.values(bindings)]);

/**
 * Declare the keys of one part of the page, when its module is loaded. heading: what the overlay lists them under, for example
 * "Player". Returns `use(handlers, settings)`, by which that part takes its keys, by their names, while `settings.signal` is
 * not aborted. Settings: `within`, an element: only while it holds the focus, and is in the document; `overDialogs`: also while a dialog is open that
 * does not hold `within`. Where several want a key, an element's comes first, and then who used it last.
 * @template {string} N
 * @param {string} heading
 * @param {Record<N, Binding>} bindings
 */
export function declareKeys(heading, bindings) {
  const known = groups.get(heading) ?? {};
  const taken = new Set(Object.values(known).flatMap((one) => one.keys));
  for (const [name, { keys }] of /** @type {[string, Binding][]} */ (Object.entries(bindings))) {
    const twice = keys.find((key) => taken.has(key));
    if (twice !== undefined) throw new Error(`${heading}: the key ${twice} of ${name} is declared twice`);
    for (const key of keys) taken.add(key);
  }
  groups.set(heading, { ...known, ...bindings });
  /**
   * @param {Partial<Record<N, Handler>>} handlers
   * @param {{ signal?: AbortSignal, within?: Element | null, overDialogs?: boolean }} [settings]
   */
  return function use(handlers, { signal, within = null, overDialogs = false } = {}) {
    const pairs = /** @type {[N, Handler][]} */ (Object.entries(handlers));
    const made = { handlers: Object.fromEntries(pairs.map(([name, run]) => [name, { keys: bindings[name].keys, run }])), within, overDialogs };
    uses.push(made);
    signal?.addEventListener("abort", () => uses.splice(uses.indexOf(made), 1));
  };
}

/** The key of an event, as bindings name it. @param {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">} event */
export function nameOf({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  const isLetter = /^\p{L}$/u.test(key);
  const named = key === " " ? "Space" : isLetter ? key.toLowerCase() : key;
  const shift = shiftKey && (isLetter || named.length > 1);
  return `${ctrlKey || metaKey ? "Ctrl+" : ""}${altKey ? "Alt+" : ""}${shift ? "Shift+" : ""}${named}`;
}

/** Whether keys write into an element, or choose in it. @param {EventTarget | null} target */
function takesKeys(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  return target instanceof HTMLInputElement && !["button", "checkbox", "radio", "submit", "reset", "file"].includes(target.type);
}

/** The innermost modal dialog that is open. */
const openDialog = () => [...document.querySelectorAll("dialog:modal")].at(-1) ?? null;

/** Those that may take a key now, first come first. @param {EventTarget | null} target */
function candidates(target) {
  const dialog = openDialog();
  const isIn = (/** @type {Use} */ { within, overDialogs }) =>
    (within ? within.contains(/** @type {Node} */ (target)) : true) && (!dialog || overDialogs || Boolean(within && (dialog.contains(within) || within === dialog)));
  const possible = uses.filter(isIn).reverse();
  return [...possible.filter(({ within }) => within), ...possible.filter(({ within }) => !within)];
}

/** @param {KeyboardEvent} event */
function press(event) {
  if (event.defaultPrevented || event.isComposing || takesKeys(event.target) || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
  const name = nameOf(event);
  // Enter and the space bar press the control that has the focus.
  if (["Enter", "Space"].includes(name) && event.target instanceof Element && event.target.matches("a, button, summary, input")) return;
  for (const use of uses.filter(({ within }) => within && !within.isConnected)) uses.splice(uses.indexOf(use), 1); // drawn again since
  const found = candidates(event.target).flatMap((use) => Object.values(use.handlers));
  const [whole, single] = [prefix ? `${prefix} ${name}` : name, name];
  const begins = found.some(({ keys }) => keys.some((key) => key.startsWith(`${single} `)));
  clearTimeout(timer);
  prefix = "";
  for (const wanted of new Set([whole, single])) {
    for (const { keys, run } of found) {
      if (!keys.includes(wanted) || run(event) === false) continue;
      event.preventDefault();
      return;
    }
  }
  if (!begins) return;
  prefix = single;
  timer = setTimeout(() => (prefix = ""), SEQUENCE);
}

/** Take key presses from now on. */
export function listenForKeys() {
  document.addEventListener("keydown", press);
}
