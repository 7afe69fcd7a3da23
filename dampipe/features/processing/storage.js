// Where the library's bytes are: disks and what is free, sources by tier with their costs, derivatives, and restores.

import { get } from "/page/api.js";
import { shares } from "/page/charts.js";
import { h, notice } from "/page/dom.js";
import { bytes, dateTime, plural } from "/page/format.js";
import { part, table } from "/page/part.js";
import { showParts } from "/page/parts.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

/** @type {Record<string, string>} */
const TIERS = { hot: "hot", nearline: "nearline", cold: "cold", offline: "offline" };
/** @param {number} amount @param {string} currency */
const money = (amount, currency) => new Intl.NumberFormat([], { style: "currency", currency: currency || "USD" }).format(amount);

/** @param {AbortSignal} signal */
function disks(signal) {
  const draw = (/** @type {Schemas["StorageReport"]} */ { disks: found, unknown, derivatives, catalogue_bytes: catalogue }) => {
    const made = derivatives.reduce((sum, one) => sum + one.bytes, 0);
    return [
      h("div", { class: "tiles" },
        h("div", { class: "tile" }, h("span", {}, "Derivatives"), h("b", {}, bytes(made)), h("small", {}, "previews, proxies, waveforms")),
        h("div", { class: "tile" }, h("span", {}, "Catalogue"), h("b", {}, bytes(catalogue)), h("small", {}, "metadata and vectors"))),
      h("ul", {}, found.map((disk) => h("li", { class: "entry whole" }, h("div", {},
        h("h3", {}, disk.path), h("p", {}, `Holds ${disk.holds.join(", ")}`),
        shares(`The disk of ${disk.path}`, [{ name: "used", amount: disk.total - disk.free, style: disk.is_low ? "damaged" : "series-1" }, { name: "free", amount: disk.free, style: "rest" }], bytes),
        disk.is_low ? h("p", { class: "problem" }, "Little is free here: processing stops when the disk is full.") : null)))),
      unknown.length ? h("p", { class: "soft" }, `Not on a disk of the server, or it does not answer: ${unknown.join(", ")}.`) : null,
      h("h3", {}, "Derivatives by kind"), derivatives.length ? table(["kind", "files", "size"], derivatives.map((one) => [one.kind, one.files.toLocaleString(), bytes(one.bytes)])) : h("p", { class: "soft" }, "None was made yet."),
    ];
  };
  return part("Disks", () => [h("a", { class: "button", href: "#/verify" }, "Check derivatives …")], () => get("/storage", {}, signal), draw);
}

/** @param {AbortSignal} signal */
function sources(signal) {
  const draw = (/** @type {Schemas["SourceUsage"][]} */ found) => {
    if (!found.length) return notice("There are no sources yet.", "A source is a folder or a bucket with footage.", h("a", { class: "button", href: "#/sources" }, "Add a source"));
    const held = (/** @type {Schemas["SourceUsage"]} */ one) => one.present.bytes + one.leaving.bytes;
    const byTier = Object.keys(TIERS).map((tier) => ({ name: TIERS[tier], amount: found.filter((one) => one.tier === tier).reduce((sum, one) => sum + held(one), 0) }));
    const currencies = [...new Set(found.filter((one) => one.month).map((one) => one.currency))];
    const costs = currencies.map((currency) => money(found.filter((one) => one.currency === currency).reduce((sum, one) => sum + one.month, 0), currency));
    return [
      shares("Footage by tier", byTier, bytes),
      costs.length ? h("p", {}, `It costs ${costs.join(" and ")} a month.`) : h("p", { class: "soft" }, "No source says what it costs."),
      table(["source", "tier", "present", "archived", "leaving", "missing", "a month"], found.map((one) => [
        one.source, [TIERS[one.tier] ?? one.tier, one.label].filter(Boolean).join(", "), `${bytes(one.present.bytes)} in ${plural(one.present.files, "file")}`,
        one.archived.files ? bytes(one.archived.bytes) : "", one.leaving.files ? bytes(one.leaving.bytes) : "", one.missing.files ? plural(one.missing.files, "file") : "", one.month ? money(one.month, one.currency) : ""])),
    ];
  };
  return part("Footage by source", () => [h("a", { class: "button", href: "#/policies" }, "Policies …")], () => get("/tiers/usage", {}, signal), draw);
}

/** @param {Schemas["RestoreReport"]} restore */
function stateOf({ files, ready, failed, finished_at: finished, expected_at: expected }) {
  const parts = [`${ready.toLocaleString()} of ${files.toLocaleString()} can be read`, failed ? `${failed.toLocaleString()} failed` : "", !finished && expected ? `expected ${dateTime(expected)}` : ""];
  return parts.filter(Boolean).join(", ");
}

/** @param {AbortSignal} signal @param {string | null} number */
function restores(signal, number) {
  const read = async () => ({ found: await get("/restores", { limit: 20 }, signal), files: number ? await get(`/restores/${number}/files`, { limit: 100 }, signal) : [] });
  const draw = (/** @type {Awaited<ReturnType<typeof read>>} */ { found, files }) => (found.length
    ? [table(["restore", "asked for", "state", "files"], found.map((one) => [h("a", { href: `#/storage?restore=${one.number}` }, `Restore ${one.number}`), dateTime(one.created_at), stateOf(one), plural(one.files, "file")])),
      files.length ? h("h3", {}, `Files of restore ${number}`) : null,
      files.length ? table(["file", "state"], files.map((one) => [one.name, [one.state, one.detail].filter(Boolean).join(": ")])) : null]
    : h("p", { class: "soft" }, "Nothing was asked back from an archive."));
  return part("Restores", () => [], read, draw);
}

/** @param {HTMLElement} main @param {AbortSignal} signal @param {URLSearchParams} parameters */
export const storage = (main, signal, parameters) =>
  showParts(main, signal, [disks(signal), sources(signal), restores(signal, parameters.get("restore"))], { follows: ["copy.", "restore.", "tier"], withStatus: false });
