// Comments as markers of timelines of editing programs: export, and import with a preview.

import { save, send } from "/page/api.js";
import { h } from "/page/dom.js";
import { ask, choice } from "/page/form.js";
import { plural } from "/page/format.js";
import { may } from "/page/session.js";

const FORMATS = [
  ["otio", "OpenTimelineIO (.otio)"], ["fcpxml", "Final Cut Pro (.fcpxml)"], ["xml", "Final Cut Pro 7, Premiere (.xml)"], ["edl", "EDL (.edl)"], ["csv", "Table (.csv)"]];

/** @typedef {import("dampipe-api").Schemas["Imported"]} Imported */

/** @param {string[]} sha1s @param {(text: string) => void} done */
function exportDialog(sha1s, done) {
  const team = h("input", { type: "checkbox", name: "team", checked: true });
  ask("Export comments as markers", [
    choice("Format", "format", FORMATS),
    h("label", { class: "option" }, team, h("span", {}, "Also what is for the team only", h("small", {}, "Leave it out of a file that guests or clients get.")))],
  "Export", async ({ format }) => {
    const warnings = await save("/comments/export", {}, { assets: sha1s, format, title: "Comments", team: team.checked });
    return () => done(["The timeline is saved.", ...warnings.map((warning) => `${warning}.`)].join(" "));
  });
}

/** What an import did, or would do. @param {Imported} imported */
function report({ created, replies, updated, unchanged, skipped }) {
  const parts = [plural(created, "new comment"), plural(replies, "new reply", "new replies"), `${updated} changed`, `${unchanged} as they are`];
  return [
    h("p", {}, `${parts.join(", ")}.`),
    skipped.length ? h("details", { open: skipped.length < 6 }, h("summary", {}, `${plural(skipped.reduce((sum, one) => sum + one.markers, 0), "marker")} left out`),
      h("ul", {}, skipped.map((one) => h("li", {}, `${one.clip}: ${one.reason} (${plural(one.markers, "marker")})`)))) : null,
  ];
}

/** @param {(text: string) => void} done */
function importDialog(done) {
  const file = h("input", { type: "file", name: "file", accept: FORMATS.map(([suffix]) => `.${suffix}`).join(","), required: true, autofocus: true });
  const team = h("input", { type: "checkbox", name: "team" });
  const preview = h("div", { role: "status" });
  const chosen = () => /** @type {File} */ (file.files?.[0]);

  /** @param {boolean} isTrial */
  function read(isTrial) {
    const suffix = chosen().name.toLowerCase().split(".").pop() ?? "";
    if (!FORMATS.some(([known]) => known === suffix)) throw new Error("This is none of the formats that can be imported.");
    return send("/comments/import", { format: suffix, dry_run: isTrial, audience: team.checked ? "team" : "everyone" }, chosen());
  }

  file.addEventListener("change", async () => {
    preview.replaceChildren();
    if (!chosen()) return;
    try {
      preview.replaceChildren(...[h("p", { class: "hint" }, "This would be imported:"), ...report(await read(true))].filter((one) => one !== null));
    } catch (problem) {
      preview.replaceChildren(h("p", { class: "problem" }, /** @type {Error} */ (problem).message));
    }
  });
  ask("Import markers as comments", [
    h("label", {}, h("span", {}, "A timeline from an editing program"), file),
    h("label", { class: "option" }, team, h("span", {}, "New comments only for the team")), preview],
  "Import", async () => {
    const imported = await read(false);
    return () => done(`Imported: ${plural(imported.created, "new comment")}, ${plural(imported.replies, "new reply", "new replies")}, ${imported.updated} changed.`);
  });
}

/**
 * The menu above the list of comments of an asset.
 * @param {string} sha1
 * @param {(text: string) => void} done
 */
export function exchangeMenu(sha1, done) {
  const menu = h("details", { class: "exchange" }, h("summary", {}, "Export, import"));
  const item = (/** @type {string} */ text, /** @type {() => void} */ open) => h("button", { type: "button", onclick: () => {
    menu.open = false;
    open();
  } }, text);
  const items = [
    may("export") ? item("Export …", () => exportDialog([sha1], done)) : null,
    may("comment") ? item("Import …", () => importDialog(done)) : null].filter((one) => one !== null);
  menu.append(h("div", { class: "menu" }, items));
  return items.length ? menu : null;
}
