// The state of the page: what more than one part of it has to know. What only one view knows stays in that view.

import { parseAddress } from "./address.js";
import { Store } from "./store.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

/**
 * address: of the view and the player. view: the address of the view, also while the player is open over it; null before
 * the first is shown. session: who uses the page, null until the server has said so. status: what the server last reported,
 * null before. counts: changes when the numbers of assets or of stages by their state have changed. views: what there is to
 * see, in the order of the navigation; those of features come once their panels are loaded: then areViewsKnown.
 * @typedef {object} PageState
 * @property {import("./address.js").Address} address
 * @property {string | null} view
 * @property {Schemas["Session"] | null} session
 * @property {Schemas["Status"] | null} status
 * @property {string} counts
 * @property {ReadonlyArray<import("./panels.js").View>} views
 * @property {boolean} areViewsKnown
 */

/** @type {PageState} */
const initial = { address: parseAddress(location.hash), view: null, session: null, status: null, counts: "", views: [], areViewsKnown: false };

export const page = new Store(initial);
