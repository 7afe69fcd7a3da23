// The links that download the original of an asset, for those who may, and its proxy. Where a licence does not allow it, a dialog says why,
// and those who may release it nevertheless give a reason.

import { API } from "/page/api.js";
import { h } from "/page/dom.js";
import { ask, field } from "/page/form.js";
import { bytes } from "/page/format.js";
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
 * A link that downloads a file, or says why that is refused.
 * @param {string} text
 * @param {string} url
 * @param {string} name
 */
function downloadLink(text, url, name) {
  const message = h("small", { role: "status" });
  /** @param {MouseEvent} event */
  async function download(event) {
    event.preventDefault();
    const problem = await refusal(url).catch((error) => ({ detail: error.message }));
    if (!problem) save(url, name);
    else if (problem.code === "release.refused" && may("override")) release(url, name, problem);
    else message.textContent = [` ${problem.detail}`, problem.hint].filter(Boolean).join(". ");
  }
  return h("span", {}, h("a", { href: url, download: name, onclick: download }, text), message);
}

/**
 * The rows that this feature adds to an asset's details: pairs of a heading and an element.
 * @param {Schemas["Details"]} asset
 * @returns {Promise<import("/page/panels.js").Row[]>}
 */
export async function details({ video }) {
  await knownSession();
  const address = `${API}/assets/${video.sha1}`;
  const proxy = video.derivatives.find((made) => made.kind === "proxy");
  const suffix = proxy?.media_type === "video/quicktime" ? "mov" : "mp4";
  return [
    // Of a version that has no file any more nothing is left but what was made of it.
    ...(may("originals") && video.paths.length ? [/** @type {import("/page/panels.js").Row} */ (["Original", downloadLink(`Download original (${bytes(video.size)})`, `${address}/original`, video.name)])] : []),
    ...(proxy ? [/** @type {import("/page/panels.js").Row} */ (["Proxy", downloadLink(`Download proxy (${bytes(proxy.size)})`, `${address}/proxy/download`, video.name.replace(/(\.[^.]*)?$/, `.${suffix}`))])] : []),
  ];
}
