// The link that downloads the original of an asset, for those who may.

import { API, get } from "/page/api.js";
import { h } from "/page/dom.js";

/** The rows that this feature adds to an asset's details: pairs of a heading and an element. */
export async function details({ video }) {
  const { scopes } = await get("/session").catch(() => ({ scopes: [] })); // the other rows are shown without it
  if (!scopes.includes("originals")) return [];
  return [["Original", h("a", { href: `${API}/assets/${video.sha1}/original`, download: video.name }, "Download original")]];
}
