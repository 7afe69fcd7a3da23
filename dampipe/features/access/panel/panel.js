// The views of access: people, tokens and rights for administrators, and one's own account for everybody who logs in.

import { account } from "./account.js";
import { people } from "./people.js";

/** @type {readonly import("/page/panels.js").View[]} */
export const views = [
  { path: "/people", area: "settings", order: 20, label: "People", scope: "admin", show: people },
  { path: "/account", area: "settings", order: 10, label: "", scope: "read", show: account },
];
