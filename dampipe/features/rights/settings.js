// The view of rights: the policy, the licences, and the check of a timeline.

import { get, patch, post, put, remove, send } from "/page/api.js";
import { h, notice, redraw } from "/page/dom.js";
import { ask, choice, confirm, field, form } from "/page/form.js";
import { name as nameOf, plural } from "/page/format.js";
import { part, rowButton, table } from "/page/part.js";
import { showParts } from "/page/parts.js";
import { may } from "/page/session.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("/page/part.js").Act} Act */

/** @type {[string, string, string][]} */
const TEXTS = [["title", "Title", "What people call it"], ["subject", "Subject", "What it covers: music, a person; empty: all"], ["statement", "Statement", "CC-BY-4.0 and the like, InC and the like, or an address"], ["licensor", "Licensor", ""], ["licensee", "Licensee", ""], ["copyright", "Copyright notice", ""], ["credit", "Credit line", ""]];
/** @type {[string, string, string][]} */
const LISTS = [["territories", "Territories", "DE, EU, US-CA, worldwide; empty: worldwide"], ["media", "Media", "online, broadcast, print; empty: any"], ["purposes", "Purposes", "download, export, share, publish; empty: any"]];
/** @type {[string, string, string][]} */
const TIMES = [["starts", "Starts", "2026-01-31, or empty"], ["embargo", "Embargo until", "Before it nothing is used, by any licence"], ["expires", "Expires", "The last day, or empty: never"]];
const listed = (/** @type {string} */ text) => text.split(/[\s,]+/).filter(Boolean);

/** @param {Schemas["LicenceReport"] | null} licence @param {Act} act */
function edit(licence, act) {
  const known = /** @type {Record<string, any>} */ (licence ?? {});
  const line = (/** @type {[string, string, string]} */ [name, label, hint]) => field(label, { name, value: known[name] ?? "", required: false, maxLength: 300, hint });
  const fields = [licence ? null : field("Name", { name: "name", maxLength: 100, autofocus: true, autocomplete: "off", hint: "Short, as commands and queries name it" }), ...TEXTS.map(line),
    ...LISTS.map(([name, label, hint]) => field(label, { name, value: (known[name] ?? []).join(", "), required: false, maxLength: 1000, hint })), ...TIMES.map(line)];
  ask(licence ? `Change ${licence.title || licence.name}` : "Add a licence", fields, licence ? "Save" : "Add", async (given) => {
    const texts = Object.fromEntries([...TEXTS, ...TIMES].map(([name]) => [name, given[name].trim()]));
    const body = { ...texts, ...Object.fromEntries(LISTS.map(([name]) => [name, listed(given[name])])) };
    if (licence) await patch(`/rights/licences/${encodeURIComponent(licence.name)}`, /** @type {any} */ (body));
    else await post("/rights/licences", /** @type {any} */ ({ name: given.name.trim(), ...body }));
    return () => act(() => `${licence?.name ?? given.name.trim()} is ${licence ? "changed" : "added"}.`);
  });
}

/** @param {AbortSignal} signal */
function licences(signal) {
  const draw = (/** @type {Schemas["LicenceReport"][]} */ found, /** @type {Act} */ act) => (found.length ? h("ul", { class: "entries" }, found.map((one) => {
    const askRemove = () => confirm(`Remove ${one.title || one.name}?`, `${one.assets ? `${plural(one.assets, "asset")} lose it.` : "No asset has it."} The assets stay.`, "Remove", async () => {
      await remove(`/rights/licences/${encodeURIComponent(one.name)}`);
      return () => act(() => `${one.name} is removed.`);
    });
    const facts = [one.territories.join(", ") || "worldwide", one.media.join(", ") || "any medium", one.expires ? `until ${one.expires}` : "without an end", one.assets === null ? "" : plural(one.assets, "asset")];
    return h("li", { class: "entry" }, h("div", {}, h("h3", {}, one.title || one.name, " ", h("span", { class: one.state === "active" ? "chip" : "chip off" }, one.state)), h("p", {}, facts.filter(Boolean).join(" · "))),
      h("div", { class: "actions" }, may("rights") ? [rowButton("Change …", one.name, () => edit(one, act)), rowButton("Remove …", one.name, askRemove, { style: "danger" })] : null));
  })) : notice("There are no licences yet.", "A licence says where, how and until when footage may be used; it is attached to assets."));
  const add = (/** @type {Act} */ act) => (may("rights") ? [h("button", { type: "button", class: "primary", "data-key": "add", onclick: () => edit(null, act) }, "Add a licence …")] : []);
  return part("Licences", add, () => get("/rights/licences", { limit: 1000 }, signal), draw);
}

/** @param {AbortSignal} signal */
function policy(signal) {
  const draw = (/** @type {Schemas["Policy"]} */ now, /** @type {Act} */ act) => {
    const fields = [
      choice("Footage without a licence", "unlicensed", [["free", "may be used"], ["ask", "may be used after asking"]], now.unlicensed), choice("A use that no licence allows", "not_licensed", [["refuse", "is refused"], ["warn", "is allowed with a warning"]], now.not_licensed),
      field("Days before its end at which notice of a licence is given", { name: "notice_days", value: (now.notice_days ?? []).join(", "), required: false, hint: "Several have commas between them." }),
      field("Territory of uses that name none", { name: "territory", value: now.territory, required: false, maxLength: 100 }), field("Medium of uses that name none", { name: "medium", value: now.medium, required: false, maxLength: 100 }),
      field("Time zone of licences that name none", { name: "zone", value: now.zone, required: false, maxLength: 64, hint: "Empty: that of the server." })];
    if (!may("rights")) return h("p", {}, `Footage without a licence ${now.unlicensed === "free" ? "may be used" : "may be used after asking"}.`);
    return form("Policy", fields, "Apply", async (given) => {
      await put("/rights/policy", /** @type {any} */ ({ ...now, unlicensed: given.unlicensed, not_licensed: given.not_licensed, notice_days: listed(given.notice_days).map(Number), territory: given.territory.trim(), medium: given.medium.trim(), zone: given.zone.trim() }));
      await act(() => "The policy is applied.");
    });
  };
  return part("Rights", () => [], () => get("/rights/policy", {}, signal), draw);
}

/** @param {AbortSignal} signal */
function timelines(signal) {
  const result = h("div");
  const file = h("input", { type: "file", name: "file", required: true, accept: ".otio,.fcpxml,.xml,.edl,.csv" });
  const asking = form("Check a timeline", [h("p", { class: "soft" }, "A timeline of an editing program: which of its clips are in the library, and whether each may be used."), h("label", {}, h("span", {}, "The timeline"), file),
    choice("Question", "question", [["match", "Which clips are in the library?"], ["check", "May all of its clips be used?"]]), field("Territory", { name: "territory", required: false, maxLength: 100, hint: "DE, EU, worldwide; empty: as the policy says." }), field("Medium", { name: "medium", required: false, maxLength: 100 })],
  "Check", async (given) => {
    const [chosen] = file.files ?? [];
    const format = chosen.name.split(".").pop()?.toLowerCase() ?? "";
    const parameters = { format, ...(given.territory.trim() && given.question === "check" ? { territory: given.territory.trim() } : {}), ...(given.medium.trim() && given.question === "check" ? { medium: given.medium.trim() } : {}) };
    /** @type {{ clip: Schemas["ClipMatch"], answer: string }[]} */
    const clips = given.question === "match"
      ? (await send("/timelines/match", { format }, chosen, signal)).clips.map((clip) => ({ clip, answer: clip.why || clip.state }))
      : (await send("/rights/check", parameters, chosen, signal)).clips.map(({ clip, verdict, objections }) => ({ clip, answer: [verdict, ...objections.map(({ detail }) => detail)].join(": ") }));
    redraw(result, h("p", { role: "status" }, plural(clips.length, "clip")), clips.length ? table(["clip", "asset", "answer"], clips.map(({ clip, answer }) => [
      clip.name, clip.assets.length ? h("span", {}, clip.assets.flatMap(({ asset, path }) => [h("a", { href: `#/asset/${asset}` }, nameOf(path)), " "])) : "not in the library", answer])) : null);
  }, { more: [result] });
  return { element: h("section", { class: "part" }, asking), refresh: async () => {} };
}

/** @param {HTMLElement} main @param {AbortSignal} signal */
export const rightsView = (main, signal) => showParts(main, signal, [licences(signal), policy(signal), timelines(signal)], { follows: ["licence.", "rights."] });
