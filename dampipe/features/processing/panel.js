// The start page of the work area, and what an engineer watches: the modules of the views are loaded when they are shown. An act on
// chosen assets: what failed of them is run again.

import { post } from "/page/api.js";
import { plural } from "/page/format.js";

/** @type {readonly import("/page/panels.js").BulkAct[]} */
export const bulkActs = [{
  key: "retry", label: "Retry failed", scope: "process", order: 90,
  async run(chosen) {
    const { retried } = await post("/retry", { selected: chosen.body });
    document.dispatchEvent(new Event("runs-changed"));
    return { done: retried ? `${plural(retried, "stage")} will run again.` : "No stage of these assets has failed." };
  },
}];

/** @type {readonly import("/page/panels.js").View[]} */
export const views = [
  { path: "/work", area: "work", order: 5, label: "Overview", scope: "read", show: async (main, signal) => (await import("./overview.js")).overview(main, signal) },
  { path: "/throughput", area: "work", order: 70, label: "Throughput", scope: "status", show: async (...given) => (await import("./throughput.js")).throughput(...given) },
  { path: "/storage", area: "work", order: 75, label: "Storage", scope: "manage", show: async (...given) => (await import("./storage.js")).storage(...given) },
];
