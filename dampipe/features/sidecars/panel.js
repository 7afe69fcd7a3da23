// The view of sidecars: where those of each source are written, and what waits or could not be read.

import { get, post, put } from "/page/api.js";
import { h, notice } from "/page/dom.js";
import { ask, confirm, field, options } from "/page/form.js";
import { dateTime, plural } from "/page/format.js";
import { part, rowButton, table } from "/page/part.js";
import { showParts } from "/page/parts.js";
import { may } from "/page/session.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("/page/part.js").Act} Act */

/** @type {Record<string, string>} */
const PLACES = { never: "not written", beside: "beside the footage", tree: "in a folder of their own" };

/** @param {Schemas["PlaceReport"]} given @param {Act} act */
function change({ source, place, folder, naming }, act) {
  const where = options("Sidecars", "place", "radio", [
    ["never", "Are not written", "They are still read"], ["beside", "Are written beside the footage", "The source has to be managed"], ["tree", "Are written into a folder of their own", "With the same folders below it as the source"]], [place]);
  const tree = field("The folder", { name: "folder", value: folder ?? "", required: false, maxLength: 4096, autocomplete: "off", placeholder: "/mnt/sidecars", hint: "As the workers see it; only for a folder of their own." });
  const called = options("A new one is called", "naming", "radio", [["full", "As the file with .xmp behind: A001.mov.xmp"], ["stem", "As the file with .xmp in place of its ending: A001.xmp"]], [naming]);
  ask(`Sidecars of ${source}`, [where, tree, called], "Save", async (given) => {
    await put(`/sidecars/places/${encodeURIComponent(source)}`, { place: given.place, folder: given.place === "tree" ? given.folder.trim() || null : null, naming: given.naming });
    return () => act(() => `Sidecars of ${source} are ${PLACES[given.place]}.`);
  });
}

/** @param {Schemas["SidecarReport"]} one @param {Act} act */
function controls(one, act) {
  const name = one.path;
  const discard = () => confirm("Leave the sidecar as it is?", "What it says and what the library says differ then; the library keeps its values.", "Leave it", async () => {
    await post("/sidecars/discard", { assets: [one.sha1] });
    return () => act(() => "The sidecar is left as it is.");
  });
  const overwrite = () => confirm("Replace what another program wrote?", "The same properties get the values of the library.", "Replace", async () => {
    await post("/sidecars/write", { assets: [one.sha1], overwrite: true });
    return () => act(() => "It is written by the next worker.");
  });
  return [
    may("process") ? rowButton("Read now", name, () => act(async () => (await post("/sidecars/read", { assets: [one.sha1] }), "It was read."))) : null,
    may("edit") && may("process") && one.state === "conflict" ? rowButton("Replace …", name, overwrite) : null, may("edit") && one.state ? rowButton("Leave as it is …", name, discard) : null];
}

/** @param {HTMLElement} main @param {AbortSignal} signal */
async function show(main, signal) {
  const drawPlaces = (/** @type {Schemas["PlaceReport"][]} */ found, /** @type {Act} */ act) => (found.length
    ? table(["source", "sidecars", "waiting", ""], found.map((one) => [one.source, `${PLACES[one.place] ?? one.place}${one.folder ? `: ${one.folder}` : ""}`, one.waiting ? plural(one.waiting, "sidecar") : "none", rowButton("Change …", one.source, () => change(one, act))]))
    : notice("There are no sources yet.", "Sidecars are written for the files of a source."));
  const drawWaiting = (/** @type {Schemas["SidecarStatus"]} */ { counts, sidecars }, /** @type {Act} */ act) => {
    const numbers = Object.entries(counts).filter(([, count]) => count).map(([state, count]) => `${count.toLocaleString()} ${state}`);
    return [h("p", { class: "soft" }, numbers.length ? numbers.join(", ") : "No sidecar waits."),
      sidecars.length ? table(["file", "state", "why", ""], sidecars.map((one) => [one.path, one.state ?? (one.problem ? "cannot be read" : one.written_at ? `written ${dateTime(one.written_at)}` : ""), one.problem ?? one.reason, h("div", { class: "actions" }, controls(one, act))])) : null];
  };
  const write = (/** @type {Act} */ act) => (may("process") ? [h("button", { type: "button", "data-key": "write", onclick: () => act(async () => `${plural((await post("/sidecars/write", {})).files, "sidecar")} will be tried now.`) }, "Write now")] : []);
  await showParts(main, signal, [part("Where sidecars are written", () => [], () => get("/sidecars/places", {}, signal), drawPlaces), part("What waits", write, () => get("/sidecars", {}, signal), drawWaiting)], { follows: ["sidecar.", "metadata."] });
}

/** @type {readonly import("/page/panels.js").View[]} */
export const views = [{ path: "/sidecars", area: "settings", order: 56, label: "Sidecars", scope: "manage", show }];
