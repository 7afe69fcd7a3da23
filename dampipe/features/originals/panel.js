// The link that downloads the original of an asset, for those who may.

import { API } from "/page/api.js";
import { h } from "/page/dom.js";
import { knownSession, may } from "/page/session.js";

/** The rows that this feature adds to an asset's details: pairs of a heading and an element. */
export async function details({ video }) {
  await knownSession();
  if (!may("originals") || !video.paths.length) return []; // of a version that has no file any more nothing is left
  return [["Original", h("a", { href: `${API}/assets/${video.sha1}/original`, download: video.name }, "Download original")]];
}
