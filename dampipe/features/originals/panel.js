// The link that downloads the original of an asset, for those who may. Where a licence does not allow it, a dialog says why,
// and those who may release it nevertheless give a reason.

import { API } from "/page/api.js";
import { h } from "/page/dom.js";
import { ask, field } from "/page/form.js";
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
