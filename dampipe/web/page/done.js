// Acts that say what was done, and can be taken back.

import { describe } from "./api.js";
import { sayDone, toast } from "./toasts.js";

export { sayDone as showDone };

/** Do something and say that it was done, or why not. @param {() => Promise<import("./panels.js").Done | null | void>} act */
export async function doAndSay(act) {
  try {
    const done = await act();
    if (done) sayDone(done);
  } catch (problem) {
    toast(describe(problem), { isProblem: true });
  }
}
