// Where the copies of an asset are, whether each can be read, and what it costs to get it; archived ones can be asked back.

import { describe, get, post } from "/page/api.js";
import { h, redraw } from "/page/dom.js";
import { asked, choice } from "/page/form.js";
import { bytes, dateTime, plural } from "/page/format.js";
import { knownSession, may } from "/page/session.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {Schemas["CopyReport"]} Copy */
/** @typedef {Schemas["Estimate"]} Estimate */
/** @typedef {Schemas["Speed"]} Speed */

/** @type {Record<string, (copy: Copy) => string>} */
const STATES = {
  at_hand: () => "can be read",
  restored: (copy) => (copy.restored_until ? `can be read until ${dateTime(copy.restored_until)}` : "can be read"),
  restoring: () => "is being restored",
  archived: () => "is archived",
  offline: () => "is on a medium that is not connected",
  away: () => "its volume is not there",
  leaving: (copy) => (copy.leaves_at ? `is deleted on ${dateTime(copy.leaves_at)}` : "is to be deleted"),
  missing: () => "is missing",
};
const READABLE = ["at_hand", "restored"];

/** @param {number} amount @param {string} currency */
function money(amount, currency) {
  const format = new Intl.NumberFormat([], { style: "currency", currency });
  return amount > 0 && amount < 0.01 ? `less than ${format.format(0.01)}` : format.format(amount);
}
/** @param {number} count */
const hours = (count) => (count < 1 ? plural(Math.max(1, Math.round(count * 60)), "minute") : count < 48 ? plural(count, "hour") : plural(Math.round(count / 2.4) / 10, "day"));

/** @param {Copy} copy */
function lines(copy) {
  const tier = [copy.tier, copy.storage_class].filter(Boolean).join(", ");
  const checked = copy.damaged ? "damaged when it was read last" : copy.verified_at ? `verified ${dateTime(copy.verified_at)}` : "never verified";
  return [
    [copy.source, tier, STATES[copy.availability]?.(copy)].filter(Boolean).join(" · "),
    copy.label ? `Medium: ${copy.label}` : "",
    ...copy.retrievals.map((one) => `${one.speed}: ${money(one.cost, copy.currency)}, in ${hours(one.hours)}`),
    !copy.retrievals.length && copy.cost ? `Fetching it costs ${money(copy.cost, copy.currency)}` : "",
    checked,
  ].filter(Boolean);
}

/** @param {Copy} copy */
function item(copy) {
  return h("li", { class: copy.damaged ? "bad" : "" },
    h("strong", {}, copy.place || "A place that you may not see"), ` (${bytes(copy.size)})`,
    lines(copy).map((line) => h("div", { class: "hint" }, line)));
}

/** What a restore would cost, in one line. @param {Estimate} estimate */
function offer(estimate) {
  const amounts = Object.entries(estimate.cost).map(([currency, amount]) => money(amount, currency));
  const parts = [amounts.join(" and ") || "no stated cost"];
  if (estimate.hours !== null) parts.push(`in ${hours(estimate.hours)}`);
  return parts.join(", ");
}

/**
 * Ask how quickly archived files are wanted, by what it costs, and have them restored. body: which assets.
 * @param {import("/page/selection.js").Chosen["body"]} body
 * @param {string} title
 * @returns {Promise<string | null>} what to say; null where the dialog was left
 */
async function restoring(body, title) {
  /** @type {Speed[]} */
  const speeds = ["bulk", "standard", "expedited"];
  /** @type {Map<string, Estimate>} */
  const offered = new Map();
  /** @type {unknown} */
  let refusal = null;
  for (const speed of speeds) {
    const estimate = await post("/restore-estimates", { ...body, speed }).catch((problem) => {
      refusal = problem; // it has no such speed, perhaps
      return null;
    });
    if (estimate) offered.set(speed, estimate);
  }
  if (!offered.size) throw refusal;
  const fields = [
    choice("Speed", "speed", [...offered].map(([speed, estimate]) => [speed, `${speed} (${offer(estimate)})`])),
    choice("Keep it readable for", "days", [["7", "7 days"], ["14", "14 days"], ["30", "30 days"]]),
  ];
  return asked(title, fields, "Restore", async ({ speed, days }) => {
    const accepted = Math.max(0, ...Object.values(offered.get(speed)?.cost ?? {}));
    const { files } = await post("/restores", { ...body, speed: /** @type {Speed} */ (speed), days: Number(days), accepted_cost: accepted });
    return `The storage is asked for ${plural(files, "file")}. They can be downloaded once they are restored.`;
  });
}

/**
 * The element below the details of an asset.
 * @param {Schemas["Details"]} asset
 * @param {import("/page/panels.js").SectionContext} context
 */
export function sections(asset, { signal }) {
  const section = h("section", { class: "asset-part copies", "data-tab": "Copies", "aria-labelledby": "copies-title", hidden: true });
  const message = h("p", { role: "status", class: "hint" });
  const list = h("div");
  section.append(h("h3", { id: "copies-title" }, "Copies"), message, list);

  /** @param {string} sha1 */
  async function draw(sha1) {
    try {
      const copies = await get(`/assets/${sha1}/copies`, {}, signal);
      await knownSession();
      const isArchived = copies.some((copy) => copy.availability === "archived") && !copies.some((copy) => READABLE.includes(copy.availability));
      const begin = async () => {
        try {
          const text = await restoring({ assets: [sha1] }, "Restore the original");
          if (!text) return;
          message.textContent = text;
          draw(sha1);
        } catch (problem) {
          message.textContent = describe(problem);
        }
      };
      section.hidden = !copies.length;
      redraw(list,
        h("ul", { class: "plain" }, copies.map(item)),
        isArchived && may("restore") ? h("button", { class: "small", onclick: begin }, "Restore the original …") : null);
    } catch (problem) {
      if (signal.aborted) return;
      section.hidden = false;
      redraw(list, h("p", {}, describe(problem)));
    }
  }

  document.addEventListener("asset-changed", ({ detail }) => draw(detail.video.sha1), { signal });
  draw(asset.video.sha1);
  return [section];
}

/** @type {readonly import("/page/panels.js").BulkAct[]} */
export const bulkActs = [{
  key: "restore", label: "Restore …", scope: "restore", order: 70,
  async run(chosen) {
    const done = await restoring(chosen.body, `Restore the originals of ${plural(chosen.count, "asset")}`);
    return done === null ? null : { done };
  },
}];
