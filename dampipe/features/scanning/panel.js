// The view of the sync: starting it, and when and how it is done each night.

import { get, patch, post } from "/page/api.js";
import { h } from "/page/dom.js";
import { form, field, options } from "/page/form.js";
import { part } from "/page/part.js";
import { showParts } from "/page/parts.js";
import { may } from "/page/session.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("/page/part.js").Act} Act */

/** Schedules in words, where that is easy; "": never. @param {string} schedule */
export function scheduleWords(schedule) {
  if (!schedule) return "";
  const [minute, hour, day, month, weekday] = schedule.split(" ");
  const isNumber = (/** @type {string} */ text) => /^\d+$/.test(text);
  if (isNumber(minute) && isNumber(hour) && day === "*" && month === "*") {
    const clock = `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
    if (weekday === "*") return `every day at ${clock}`;
    return `at ${clock}, on ${weekday}`;
  }
  return `by the schedule ${schedule}`;
}

/** @param {HTMLElement} main @param {AbortSignal} signal */
async function show(main, signal) {
  const names = (await get("/sources", {}, signal)).map(({ name }) => name);
  const draw = (/** @type {Schemas["SyncReport"]} */ now, /** @type {Act} */ act) => {
    const lines = [now.schedule ? `It is started ${scheduleWords(now.schedule)}.` : "It is not started by itself: a person starts it, or cron.", `It reads ${now.percent} % of the files again, for ${now.minutes} minutes at most, and checks the same share of the derivatives.`,
      now.backs_up ? "It makes a backup of the catalogue and the settings." : "It makes no backup: the setting backup_folder is empty."];
    const shown = [h("ul", { class: "bullets" }, lines.map((line) => h("li", {}, line))), now.needs_restart ? h("p", { class: "older" }, "These settings hold once dampipe is restarted.") : null];
    if (!may("manage")) return shown;
    const isFixed = (/** @type {string} */ name) => now.fixed.includes(name);
    const hint = (/** @type {string} */ name, /** @type {string} */ text) => (isFixed(name) ? "It is set in the environment of the server." : text);
    return [...shown, form("Each night", [
      field("Schedule", { name: "schedule", value: now.schedule, required: false, disabled: isFixed("schedule"), maxLength: 200, placeholder: "30 2 * * *", hint: hint("schedule", "Minute, hour, day, month and weekday as in a crontab: 30 2 * * * is every night at half past two. Empty: never.") }),
      field("Per cent of the files to read again", { name: "percent", type: "number", min: 0, max: 100, step: "any", value: String(now.percent), disabled: isFixed("percent"), hint: hint("percent", "At 1 %, each file is read once in a hundred nights.") }),
      field("Minutes for that", { name: "minutes", type: "number", min: 0, max: 10080, step: "any", value: String(now.minutes), disabled: isFixed("minutes"), hint: hint("minutes", "") })],
    "Save", async (given) => {
      const numbers = Object.fromEntries(["percent", "minutes"].flatMap((name) => (given[name] === undefined ? [] : [[name, Number(given[name])]])));
      await patch("/sync", { ...(given.schedule === undefined ? {} : { schedule: given.schedule.trim() }), ...numbers });
      await act(() => "It is saved, and holds once dampipe is restarted.");
    })];
  };
  const settings = part("Sync", () => [], () => get("/sync", {}, signal), draw);
  const started = h("p", { role: "status" });
  const begin = form("Sync now", [
    h("p", { class: "soft" }, "Sources are scanned, what failed for a passing reason is tried again, and a share of the files is verified: what is done each night."),
    names.length ? options("Sources", "sources", "checkbox", names.map((name) => [name, name]), names) : h("p", {}, "There are no sources yet.")],
  "Sync now", async (given) => {
    const { scans } = await post("/sync", { sources: given.sources });
    started.replaceChildren(`Begun: ${scans.length === 1 ? "scan" : "scans"} ${scans.join(", ")}. `, h("a", { href: `#/scans?scan=${scans[0]}` }, "Follow"));
  }, { lists: ["sources"], more: [started] });
  await showParts(main, signal, [settings, ...(may("scan") ? [{ element: h("section", { class: "part" }, begin), refresh: async () => {} }] : [])]);
}

/** @type {readonly import("/page/panels.js").View[]} */
export const views = [{ path: "/sync", area: "settings", order: 35, label: "Sync", scope: "status", show }];
