// What collections add to the page.

export { bulkActs } from "./bulk.js";
