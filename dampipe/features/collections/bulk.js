// An act on chosen assets: they are added to a collection, an existing or a new one.

import { get, post } from "/page/api.js";
import { asked, choice, field } from "/page/form.js";
import { plural } from "/page/format.js";

const NEW = "new";

/** @type {readonly import("/page/panels.js").BulkAct[]} */
export const bulkActs = [{
  key: "collect", label: "Add to collection …", scope: "edit", order: 40, keys: ["a"],
  async run(chosen, signal) {
    const known = (await get("/collections", {}, signal)).filter((one) => one.filters === null && one.right !== "view");
    const which = choice("Collection", "collection", [...known.map((one) => [String(one.id), one.path.join(" / ")]), [NEW, "A new one …"]]);
    const name = field("Name of the new one", { name: "name", maxLength: 200, required: false, autocomplete: "off", placeholder: "Selects" });
    const select = /** @type {HTMLSelectElement} */ (which.querySelector("select"));
    const follow = () => {
      name.hidden = select.value !== NEW;
      const input = /** @type {HTMLInputElement} */ (name.querySelector("input"));
      input.required = !name.hidden;
    };
    select.addEventListener("change", follow);
    follow();
    return asked(`Add ${plural(chosen.count, "asset")} to a collection`, [which, name], "Add", async (given) => {
      const made = given.collection === NEW ? await post("/collections", { name: given.name.trim() }) : null;
      const number = made ? made.id : Number(given.collection);
      const called = made ? made.name : known.find((one) => one.id === number)?.name;
      const { changed, edit } = await post(`/collections/${number}/items`, chosen.body);
      const rest = chosen.count - changed;
      return {
        done: `${plural(changed, "asset")} added to ${called}${rest > 0 ? `; ${rest.toLocaleString()} ${rest === 1 ? "was" : "were"} in it already` : ""}.`,
        undo: edit === null ? undefined : async () => {
          const { restored, left } = await post(`/edits/${edit}/undo`);
          return `Undone: ${plural(restored, "asset")} taken out of ${called}${left ? `, ${left} left in it` : ""}.`;
        },
      };
    });
  },
}];
