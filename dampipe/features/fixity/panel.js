// Proofs: how long ago the files of each source were read again and found to be the same, and what is damaged; and the check of
// derivatives.

import { get, post } from "/page/api.js";
import { shares } from "/page/charts.js";
import { h, notice } from "/page/dom.js";
import { ask, choice, field, form, options } from "/page/form.js";
import { bytes, dateTime, plural } from "/page/format.js";
import { part, rowButton } from "/page/part.js";
import { showParts } from "/page/parts.js";
import { may } from "/page/session.js";
import { requestItem } from "/page/requests.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("/page/part.js").Act} Act */

/** Ask how much of it is to be read, and begin. @param {readonly string[]} what @param {Act} act */
function verify(what, act) {
  const share = choice("How much", "percent", [["", "all files"], ["10", "the tenth that was read longest ago"], ["1", "the hundredth that was read longest ago"]]);
  ask(what.length ? `Read ${what.join(", ")} again` : "Read files again", [h("p", {}, "Workers read the files and compare them with the checksums from when they came in. It takes as long as copying them."), share], "Begin", async ({ percent }) => {
    const { requested } = await post("/verifications", { what: [...what], percent: percent ? Number(percent) : null });
    return () => act(() => `${plural(requested, "file")} will be read again.`);
  });
}

/** @param {Schemas["SourceProof"]} proof @param {Act} act */
function item(proof, act) {
  const parts = [
    { name: "within 30 days", amount: proof.month, style: "good" }, { name: "within 90 days", amount: proof.quarter, style: "series-5" }, { name: "within a year", amount: proof.year, style: "aging" },
    { name: "longer ago", amount: proof.older, style: "old" }, { name: "never", amount: proof.never, style: "never" }, { name: "damaged", amount: proof.bad, style: "damaged" }, { name: "changed since the last scan", amount: proof.edited, style: "series-7" }];
  return h("li", { class: "entry" },
    h("div", {}, h("h3", {}, proof.source), h("p", {}, `${plural(proof.files, "file")}, ${bytes(proof.bytes)}${proof.oldest_at ? `; the one read longest ago was read on ${dateTime(proof.oldest_at)}` : ""}`),
      shares(`Proofs of ${proof.source}`, parts, (count) => count.toLocaleString()), proof.requested ? h("p", {}, `${plural(proof.requested, "file")} to be read now`) : null),
    h("div", { class: "actions" }, may("process") ? rowButton("Verify now …", proof.source, () => verify([proof.source], act)) : null));
}

/** @param {HTMLElement} main @param {AbortSignal} signal */
async function proofs(main, signal) {
  const draw = (/** @type {Schemas["VerificationReport"]} */ { left, reading, waits_for_worker: waits, sources }, /** @type {Act} */ act) => [
    h("p", { class: "soft" }, "A copy is proved when it was read again and still has the content with which it came in."),
    left || reading ? h("p", { role: "note" }, `${plural(left, "file")} to be read, ${reading.toLocaleString()} being read.`) : null,
    waits ? h("p", { class: "problem" }, "No worker that could read them is running. They are read once one is started.") : null,
    sources.length ? h("ul", {}, sources.map((one) => item(one, act))) : notice("Nothing to prove yet.", "Files can be read again once they were identified.")];
  const buttons = (/** @type {Act} */ act) => (may("process") ? [h("button", { type: "button", class: "primary", "data-key": "verify", onclick: () => verify([], act) }, "Verify now …")] : []);
  const proof = part("Proofs", buttons, () => get("/verifications", {}, signal), draw);
  const bad = part("Damaged files", () => [], async () => (await get("/failures", { limit: 1000 }, signal)).filter(({ stage }) => stage === "verify"),
    (found) => (found.length ? h("ul", {}, found.map((one) => h("li", { class: "entry whole" }, h("div", {}, h("h3", {}, one.path), h("p", { class: "problem" }, one.kind === "mismatch" ? "Its content has changed while its size and time have not." : one.reason), h("p", {}, one.hint || "Compare it with a backup; every sync reads it again.")))))
      : h("p", { class: "soft" }, "No file was found to be damaged.")));
  await showParts(main, signal, [proof, bad], { follows: ["file.bad", "asset.", "copy."] });
  // What is read makes no event: asked again while there is something to read.
  const timer = setInterval(() => document.hidden || proof.refresh().catch(() => {}), 5000);
  signal.addEventListener("abort", () => clearInterval(timer));
}

/** The check of derivatives, and a link to the proofs. @param {HTMLElement} main @param {AbortSignal} signal */
async function settings(main, signal) {
  /** @type {number | null} */
  let check = null;
  const draw = (/** @type {Schemas["CheckState"] | null} */ found) => {
    if (!found) return h("p", { class: "soft" }, "No check was begun here.");
    const { result } = found;
    const now = { number: found.check, created_at: Date.now() / 1000, finished_at: null, waits_for_worker: false, ...found };
    const lines = result ? [`${plural(result.sound, "derivative")} sound (${bytes(result.bytes)}), ${result.missing.toLocaleString()} missing, ${result.damaged.toLocaleString()} damaged; ${result.again.toLocaleString()} are made again.`,
      result.suspicious ? "So many are missing that their store is probably away: nothing was made again." : ""] : [];
    return h("ul", {}, requestItem(`Check ${found.check}`, now, ...lines.filter(Boolean).map((line) => h("p", {}, line))));
  };
  const shown = part("The check", () => [], async () => (check === null ? null : get(`/derivatives/check/${check}`, {}, signal)), draw);
  const asking = form("Check derivatives", [
    h("p", { class: "soft" }, "Previews, proxies and waveforms are compared with their checksums. Files of footage are read again under Proofs."),
    choice("How much", "percent", [["100", "all of them"], ["10", "the tenth that was checked longest ago"], ["1", "the hundredth that was checked longest ago"]]),
    field("Minutes at most", { name: "minutes", type: "number", min: 1, max: 10080, required: false, hint: "Empty: no limit. The next check begins with what was not reached." }),
    options("And then", "more", "checkbox", [["repair", "Make lost ones again", "And delete files that nothing refers to"]], ["repair"])],
  "Check", async (given) => {
    const started = await post("/derivatives/check", { percent: Number(given.percent), minutes: given.minutes ? Number(given.minutes) : null, repair: given.more.includes("repair") });
    check = started.check;
    await shown.refresh();
  }, { lists: ["more"], beside: [h("a", { class: "button", href: "#/proofs" }, "Proofs of footage …")] });
  await showParts(main, signal, [{ element: h("section", { class: "part" }, asking), refresh: async () => {} }, shown], { withStatus: true });
}

/** @type {readonly import("/page/panels.js").View[]} */
export const views = [
  { path: "/proofs", area: "work", order: 80, label: "Proofs", scope: "status", show: proofs },
  { path: "/verify", area: "settings", order: 74, label: "Verify", scope: "process", show: settings },
];
