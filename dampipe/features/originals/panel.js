// The link that downloads the original of an asset, for those who may. Where a licence does not allow it, a dialog says why,
// and those who may release it nevertheless give a reason.

import { API, get } from "/page/api.js";
import { h } from "/page/dom.js";
import { ask, asked, choice, field } from "/page/form.js";
import { plural } from "/page/format.js";
import { knownSession, may } from "/page/session.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

/** Why a download is refused, by asking for its first byte; null: it is not. @param {string} url */
async function refusal(url) {
  const response = await fetch(url, { headers: { range: "bytes=0-0" } });
  if (response.ok) return null;
  return response.json().catch(() => ({ detail: `The server answered with status ${response.status}.` }));
}

/** @param {string} url @param {string} name */
const save = (url, name) => h("a", { href: url, download: name }).click();

/** @param {string} url @param {string} name @param {{ detail: string }} problem */
function release(url, name, problem) {
  const reason = field("Reason", { name: "reason", maxLength: 500, hint: "It is recorded, with your name." });
  ask("Download although it is not licensed", [h("p", {}, problem.detail), reason], "Download", async (values) => {
    const address = `${url}?${new URLSearchParams({ reason: values.reason })}`;
    const refused = await refusal(address);
    if (refused) throw Object.assign(new Error(refused.detail), { hint: refused.hint });
    save(address, name);
  });
}

/**
 * The rows that this feature adds to an asset's details: pairs of a heading and an element.
 * @param {Schemas["Details"]} asset
 */
export async function details({ video }) {
  await knownSession();
  if (!may("originals") || !video.paths.length) return []; // of a version that has no file any more nothing is left
  const url = `${API}/assets/${video.sha1}/original`;
  const message = h("small", { role: "status" });
  /** @param {MouseEvent} event */
  async function download(event) {
    event.preventDefault();
    const problem = await refusal(url).catch((error) => ({ detail: error.message }));
    if (!problem) save(url, video.name);
    else if (problem.code === "release.refused" && may("override")) release(url, video.name, problem);
    else message.textContent = [` ${problem.detail}`, problem.hint].filter(Boolean).join(". ");
  }
  return [["Original", h("span", {}, h("a", { href: url, download: video.name, onclick: download }, "Download original"), message)]];
}

/** Files that are downloaded at a time: browsers ask before each. */
const MOST = 50;
/** Milliseconds between two downloads: browsers drop those that begin at once. */
const BETWEEN = 400;

/** Download files one after the other, originals or proxies. @type {import("/page/panels.js").BulkAct["run"]} */
async function downloadMany(chosen, signal) {
  if (!("assets" in chosen.body)) return { done: `Choose at most ${MOST} assets one by one to download them.` };
  const { assets } = chosen.body;
  const pairs = [...(may("originals") ? [["original", "Originals"]] : []), ["proxy", "Proxies"]];
  return asked(`Download ${plural(assets.length, "file")}`, [choice("What", "what", pairs), h("p", { class: "hint" }, "Your browser may ask whether this page may download several files.")], "Download", async ({ what }) => {
    const refused = [];
    let count = 0;
    for (const sha1 of assets) {
      const { video } = await get(`/assets/${sha1}`, {}, signal);
      const url = `${API}/assets/${sha1}/${what === "original" ? "original" : "proxy/download"}`;
      const problem = await refusal(url).catch((error) => ({ detail: error.message }));
      if (problem) {
        refused.push(`${video.name}: ${problem.detail}`);
        continue;
      }
      if (count) await new Promise((resolve) => setTimeout(resolve, BETWEEN));
      save(url, what === "original" ? video.name : `${video.name.replace(/\.[^.]*$/, "")}-proxy.mp4`);
      count += 1;
    }
    return { done: [`${plural(count, "file")} downloaded.`, refused.length ? `${plural(refused.length, "file")} not: ${refused.slice(0, 3).join("; ")}` : ""].filter(Boolean).join(" ") };
  });
}

/** @type {readonly import("/page/panels.js").BulkAct[]} */
export const bulkActs = [{ key: "download", label: "Download …", scope: "read", order: 80, most: MOST, run: downloadMany }];
