// An act on chosen assets: what failed of them is run again.

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
