// The view of imports: asking for one, following it, and its receipt with what was set aside and why.

import { writeAddress } from "/page/address.js";
import { get, post } from "/page/api.js";
import { shares } from "/page/charts.js";
import { h, notice } from "/page/dom.js";
import { ask, choice, confirm, field, options } from "/page/form.js";
import { bytes, dateTime, plural } from "/page/format.js";
import { part, rowButton, table } from "/page/part.js";
import { showParts } from "/page/parts.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("dampipe-api").Answer<"get", "/imports">[number]} Import */
/** @typedef {import("/page/part.js").Act} Act */

const PAGE = 100;
/** @type {Record<string, string>} */
const STATES = { waiting: "waits for a worker", running: "is running", blocked: "cannot continue now, and is tried again", paused: "paused", done: "done", failed: "failed", cancelled: "cancelled" };
/** @type {Record<string, string>} */
const PHASES = { list: "the origin is listed", copy: "files are copied and read back", manifest: "manifests are written", finish: "the receipt is made" };
/** Why a file was set aside, in words. @type {Record<string, string>} */
const REASONS = {
  not_media: "neither media nor what accompanies it", system_file: "left by an operating system", not_a_file: "a link, a pipe or a device", folder_unreadable: "a folder that cannot be listed", unreadable: "cannot be read",
  vanished: "deleted since it was listed", changed: "kept changing while it was read", changed_after_copy: "changed after it was copied", name_taken: "another content has its place", name_invalid: "a destination cannot hold its name",
  too_large: "too large for a destination", outside: "a link leads out of the destination", copy_differs: "what was read back differs from what was written: the disk or its connection is faulty", hidden: "hidden in its library", trashed: "deleted in its library",
  shared: "of another person", library_data: "what a photo library keeps for itself", referenced: "outside of the library", in_icloud_only: "its original is in iCloud only", missing: "not there, although the library knows it", not_fetched: "could not be downloaded",
  archived: "archived by its storage", metadata_invalid: "describes others, and cannot be read", metadata_alone: "describes a file that was not imported", orphan: "in the library's folders, and not known to it",
};
/** @type {Record<string, string>} */
const OUTCOMES = { pending: "not yet", imported: "copied and read back", already_there: "was there already", metadata_used: "describes others", set_aside: "set aside" };

const isOver = (/** @type {Import} */ { state }) => ["done", "failed", "cancelled"].includes(state);
const address = (/** @type {number} */ number, /** @type {Record<string, string>} */ more = {}) => writeAddress("/imports", { number: String(number), ...more });

/** @param {Act} act @param {readonly Schemas["ImporterReport"][]} importers @param {readonly string[]} destinations */
function begin(act, importers, destinations) {
  if (!destinations.length) return ask("Import", [h("p", {}, "There is no source to import into. A source takes imports once dampipe may write to it: it is managed.")], "Open the sources", async () => () => { location.hash = "#/sources"; });
  const about = h("p", { class: "hint" });
  const origin = h("textarea", { name: "origin", rows: 2, required: true, class: "code", spellcheck: false, maxLength: 4096, placeholder: "/media/A001" });
  const pattern = h("input", { name: "pattern", class: "code", maxLength: 500, autocomplete: "off" });
  const help = h("small");
  const includes = h("div");
  const kind = choice("What", "importer", importers.map(({ name, summary }) => [name, `${name}: ${summary.replace(/\.$/, "")}`]));
  const changed = () => {
    const chosen = importers.find(({ name }) => name === kind.querySelector("select")?.value);
    if (!chosen) return;
    about.textContent = chosen.problem || (chosen.takes_parts ? "Several parts stand on lines of their own." : "");
    pattern.placeholder = chosen.default_pattern;
    help.textContent = `${chosen.names_files ? "How files are named" : "The folder to which everything is copied"}. Empty: ${chosen.default_pattern}.${chosen.fields.length ? ` Fields: ${chosen.fields.map((one) => `{${one}}`).join(" ")}` : ""}`;
    includes.replaceChildren(...(chosen.includes.length ? [options("Also import", "include", "checkbox", chosen.includes.map((one) => [one, one.replaceAll("_", " ")]))] : []));
  };
  kind.addEventListener("change", changed);
  changed();
  const fields = [
    kind, about, h("label", {}, h("span", {}, "From, as the server sees it"), origin),
    options("To", "to", "checkbox", destinations.map((name) => [name, name]), destinations.slice(0, 1)), h("small", { class: "hint" }, "One or two; each copy is read back."),
    h("label", {}, h("span", {}, "Pattern"), pattern, help), includes];
  return ask("Import", fields, "Import", async (given) => {
    const made = await post("/imports", { importer: given.importer, origin: given.origin.trim(), to: given.to, pattern: given.pattern.trim(), include: given.include });
    return () => {
      act(() => `Import ${made.number} is asked for.`);
      location.hash = address(made.number);
    };
  }, { lists: ["to", "include"] });
}

/** Buttons for what an import allows now. @param {Import} one @param {Act} act */
function controls(one, act) {
  const { number, state } = one;
  if (isOver(one)) return [];
  const call = (/** @type {"pause" | "resume"} */ action, /** @type {string} */ done) => () => act(async () => (await post(`/imports/${number}/${action}`), `Import ${number} ${done}.`));
  const cancel = () => confirm(`Cancel import ${number}?`, "What is copied stays; half-written files are deleted.", "Cancel the import", async () => {
    await post(`/imports/${number}/cancel`);
    return () => act(() => `Import ${number} is cancelled.`);
  });
  const of = `import ${number}`;
  return [state === "paused" || state === "blocked" ? rowButton("Resume", of, call("resume", "continues"), { key: "turn" }) : rowButton("Pause", of, call("pause", "is paused"), { key: "turn" }), rowButton("Cancel …", of, cancel, { style: "danger" })];
}

/** What has become of its files, in a bar. @param {Import} one */
const outcome = ({ number, counts }) => shares(`Files of import ${number}`, [
  { name: "copied", amount: counts.imported, style: "good" }, { name: "there already", amount: counts.already_there, style: "series-1" }, { name: "describe others", amount: counts.metadata_used, style: "series-5" },
  { name: "set aside", amount: counts.set_aside - counts.unexpected, style: "series-7" }, { name: "set aside for a fault", amount: counts.unexpected, style: "damaged" }, { name: "not yet", amount: counts.pending, style: "never" },
], (count) => count.toLocaleString());

/** @param {Import} one @param {Act} act @param {boolean} [isAlone] */
function item(one, act, isAlone = false) {
  const { number, importer, origin, destinations, state, phase, problem, counts, adds_up: addsUp, safe_to_format: isSafe } = one;
  const now = state === "running" ? `${STATES.running}: ${PHASES[phase] ?? phase}` : STATES[state] ?? state;
  const title = `Import ${number} · ${origin.split("\n").join(", ")}`;
  return h("li", { class: "entry" }, h("div", {},
    h("h3", {}, isAlone ? title : h("a", { href: address(number) }, title), " ", h("span", { class: "chip" }, importer)),
    h("p", {}, `to ${destinations.join(" and ")}; asked for ${dateTime(one.created_at)}`), h("p", { class: `state ${state === "failed" ? "failing" : "fine"}` }, `${now}; ${bytes(counts.done_bytes)} of ${bytes(counts.input_bytes)}`),
    problem ? h("p", { class: "problem" }, problem) : null,
    isOver(one) ? h("p", { class: isSafe ? "" : "soft" }, isSafe ? "Every file was read back from every destination, and the manifests agree: the card may be formatted." : addsUp === false ? "Its numbers do not add up: do not format the origin." : "Do not format the origin on the strength of this import.") : null,
    outcome(one)), h("div", { class: "actions" }, controls(one, act)));
}

/** @param {HTMLElement} main @param {AbortSignal} signal */
async function list(main, signal) {
  const [importers, sources] = await Promise.all([get("/importers", {}, signal), get("/sources", {}, signal)]);
  const destinations = sources.filter(({ managed }) => managed).map(({ name }) => name);
  const button = (/** @type {Act} */ act) => [h("button", { type: "button", class: "primary", "data-key": "begin", onclick: () => begin(act, importers, destinations) }, "Import …")];
  const draw = (/** @type {Import[]} */ found, /** @type {Act} */ act) => (found.length ? h("ul", { class: "entries" }, found.map((one) => item(one, act)))
    : notice("No imports yet.", "An import copies a card, a folder or a photo library into a source, reads every copy back, and keeps a receipt."));
  await showParts(main, signal, [part("Imports", button, () => get("/imports", { limit: 50 }, signal), draw)], { follows: ["import."], withStatus: true });
}

/** One import, with its receipt. @param {HTMLElement} main @param {AbortSignal} signal @param {string} number @param {URLSearchParams} parameters */
async function receipt(main, signal, number, parameters) {
  const state = parameters.get("state") ?? "set_aside";
  const drawOne = (/** @type {Import} */ one, /** @type {Act} */ act) => [
    h("ul", {}, item(one, act, true)), one.scan ? h("p", {}, "What was copied is found by ", h("a", { href: `#/scans?scan=${one.scan}` }, `scan ${one.scan}`), ".") : null,
    ...one.manifests.filter(({ problem, left_out: leftOut, files }) => problem || leftOut || files).map((made) => h("p", { class: made.problem ? "problem" : "soft" }, made.problem || made.left_out || `${plural(made.histories.length, "manifest")} (ASC MHL) of ${plural(made.files, "file")} at ${one.destinations[made.destination]}.`)),
    Object.keys(one.reasons).length ? h("h3", {}, "Why files were set aside") : null,
    Object.keys(one.reasons).length ? table(["reason", "files"], Object.entries(one.reasons).map(([reason, count]) => [REASONS[reason] ?? reason, count.toLocaleString()])) : null];
  const one = part("", () => [h("a", { class: "button", href: "#/imports" }, "All imports")], () => get(`/imports/${number}`, {}, signal), drawOne);
  one.element.querySelector("h2")?.replaceChildren(`Import ${number}`);
  /** @type {Schemas["ImportFileReport"][]} */
  let loaded = [];
  const readFiles = async () => (loaded = await get(`/imports/${number}/files`, { state, limit: String(Math.max(PAGE, loaded.length)) }, signal));
  const drawFiles = (/** @type {Schemas["ImportFileReport"][]} */ found) => {
    if (!found.length) return h("p", { class: "soft" }, `No file has this outcome: ${OUTCOMES[state] ?? state}.`);
    const more = found.length % PAGE ? null : h("button", { type: "button", "data-key": "more", onclick: async () => {
      const next = await get(`/imports/${number}/files`, { state, limit: String(PAGE), after: String(loaded[loaded.length - 1].number) }, signal);
      loaded = [...loaded, ...next];
      await files.refresh();
    } }, "More");
    return [table(["file", "outcome", "copies"], found.map((file) => [file.path, [OUTCOMES[file.state] ?? file.state, file.reason ? REASONS[file.reason] ?? file.reason : "", file.detail].filter(Boolean).join(": "), file.copies.join(", ")])), more];
  };
  const links = () => [h("nav", { class: "choices", "aria-label": "Outcome" }, Object.entries(OUTCOMES).map(([key, text]) =>
    h("a", { class: "button", href: address(Number(number), { state: key }), "aria-current": key === state ? "true" : null }, text)))];
  /** @type {import("/page/parts.js").Part} */
  const files = part("Files", links, readFiles, drawFiles);
  await showParts(main, signal, [one, files], { follows: ["import."], withStatus: true });
}

/** @param {HTMLElement} main @param {AbortSignal} signal @param {URLSearchParams} parameters */
function show(main, signal, parameters) {
  const number = parameters.get("number");
  return number && /^\d+$/.test(number) ? receipt(main, signal, number, parameters) : list(main, signal);
}

/** @type {readonly import("/page/panels.js").View[]} */
export const views = [{ path: "/imports", area: "work", order: 25, label: "Imports", scope: "manage", show }];
