// Random edits by the page's own modules, run in a tab of the page by tests/support/page_edits.py: returns what became of each.
//
// Each edit writes a text that no other one writes. It is based on what the tab has read, often some edits ago, as a
// person's is. What became of it: "done"; "conflict", which was shown with both values; "refused": what it was about is gone, or
// elsewhere by now, which was said.

async ({ seed, count, name, assets, collection, subclip, comments }) => {
  const { get, patch, post, problemOf } = await import("/page/api.js");
  const acts = await import("/page/panels/collections/acts.js");
  const { changeSubclip } = await import("/page/panels/subclips/edit.js");
  const { editMany } = await import("/page/bulk-edit.js");

  let state = seed;
  function random() { // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const pick = (/** @type {readonly any[]} */ list) => list[Math.floor(random() * list.length)];

  /** What was read before, by what it is, and how: half of all edits are based on it. @type {Map<string, any>} */
  const known = new Map();
  /** @type {Map<string, () => Promise<any>>} */
  const asks = new Map();
  /** @type {Set<string>} */
  const used = new Set(); // what an edit was about: it is read again afterwards, as the page does
  async function read(/** @type {string} */ key, /** @type {() => Promise<any>} */ ask) {
    asks.set(key, ask);
    if (!known.has(key) || random() < 0.5) known.set(key, await ask());
    return known.get(key);
  }
  async function readAgain() {
    for (const key of used) known.set(key, await asks.get(key)?.());
    used.clear();
  }

  /** Answer the dialog that shows a conflict; returns what became of the edit. */
  async function answer(/** @type {string} */ value) {
    const dialog = [...document.querySelectorAll("dialog.ask[open]")].at(-1);
    const text = dialog?.textContent ?? "";
    if (!dialog || !text.includes("Changed meanwhile") || !text.includes(value)) throw new Error(`a conflict of ${value} was not shown: ${text}`);
    const buttons = [...dialog.querySelectorAll("button")];
    const press = (/** @type {string} */ label) => buttons.find((one) => one.textContent === label)?.click();
    if (random() < 0.5) {
      press("Keep theirs");
      return "conflict";
    }
    press("Use mine");
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (!dialog.isConnected) return "done";
      const problem = dialog.querySelector(".problem")?.textContent ?? "";
      if (!problem) continue;
      press("Cancel"); // somebody was quicker again, and the dialog says so
      return "conflict";
    }
  }

  const KINDS = {
    async field(/** @type {string} */ value) {
      const [sha1, key] = [pick(assets.slice(0, 2)), pick(["city", "description"])]; // few, so that edits meet
      const found = await read(`field ${sha1} ${key}`, async () => (await get(`/assets/${sha1}/metadata`, { field: key })).fields[0].version);
      used.add(`field ${sha1} ${key}`);
      try {
        await patch(`/assets/${sha1}/metadata`, { set: { [key]: [value] }, if_version: { [key]: found } });
      } catch (error) {
        const { code, parameters } = problemOf(error);
        if (code !== "metadata.changed_meanwhile") throw error;
        if (String(parameters.mine) !== value || String(parameters.theirs) === value) throw new Error(`the conflict of ${value} has not both values`);
        return ["conflict", { sha1, key }];
      }
      return ["done", { sha1, key }];
    },
    async tag(/** @type {string} */ value) {
      await editMany({ body: { assets: [pick(assets), pick(assets)] }, count: 2 }, { add: { tags: [value] } }, "Tagged");
      return ["done", {}];
    },
    async comment(/** @type {string} */ value) {
      await post(`/assets/${pick(assets)}/comments`, { text: value });
      return ["done", {}];
    },
    async reply(/** @type {string} */ value) {
      await post(`/comments/${pick(comments)}/replies`, { text: value });
      return ["done", {}];
    },
    async comment_edit(/** @type {string} */ value) {
      const number = pick(comments);
      const one = await read(`comment ${number}`, () => get(`/comments/${number}`));
      used.add(`comment ${number}`);
      try {
        await patch(`/comments/${number}`, { text: value, if_version: one.version });
      } catch (error) {
        const { code, parameters } = problemOf(error);
        if (code === "comment.changed_meanwhile" && parameters.yours === value && parameters.theirs !== value) return ["conflict", {}];
        if (code === "comment.not_yours") return ["refused", {}];
        throw error;
      }
      return ["done", {}];
    },
    async rename(/** @type {string} */ value) {
      const one = await read("collection", () => get(`/collections/${collection}`));
      used.add("collection");
      const done = await acts.change(one, { name: value }, "Renamed.");
      return [done ? "done" : await answer(value), {}];
    },
    async subclip(/** @type {string} */ value) {
      const one = await read("subclip", () => get(`/subclips/${subclip}`));
      used.add("subclip");
      const done = await changeSubclip(one, { name: value }, "Renamed.", () => {});
      return [done ? "done" : await answer(value), {}];
    },
    async item() {
      const one = await get(`/collections/${collection}`);
      const { items } = await read("items", () => get(`/collections/${collection}/items`, { limit: 100 }));
      const kind = pick(["add", "move", "remove"]);
      used.add("items");
      try {
        if (kind === "add" || items.length < 3) await acts.add(one, { body: { assets: [pick(assets)] }, count: 1 });
        else if (kind === "remove") await acts.removeItems(one, [pick(items).id]);
        else {
          const moved = pick(items);
          const done = await acts.moveItems(one, [moved], pick([{ first: true }, { last: true }]));
          if (!done) return [await answer(""), { item: kind }];
        }
      } catch (error) {
        if (!["collection.item_not_found", "collection.item_moved_meanwhile"].includes(problemOf(error).code)) throw error;
        return ["refused", { item: kind }];
      }
      return ["done", { item: kind }];
    },
    async move() {
      const sha1 = pick(assets);
      const { moves } = await read(`moves ${sha1}`, () => get(`/assets/${sha1}/workflow`));
      used.add(`moves ${sha1}`);
      const move = pick(moves.filter((/** @type {any} */ one) => one.possible));
      if (!move) return ["refused", {}];
      try {
        await post(`/assets/${sha1}/workflow/move`, { transition: move.transition, comment: "" });
      } catch (error) {
        if (!problemOf(error).code.startsWith("workflow.")) throw error;
        return ["refused", {}];
      }
      return ["done", { sha1 }];
    },
  };
  const weights = ["field", "field", "field", "field", "tag", "comment", "reply", "comment_edit", "comment_edit", "rename", "subclip", "item", "item", "move"];

  const made = [];
  for (let number = 0; number < count; number += 1) {
    const value = `${name} ${seed} ${number}`;
    const kind = /** @type {keyof typeof KINDS} */ (pick(weights));
    try {
      const [became, about] = await KINDS[kind](value);
      made.push({ kind, value, became, ...about });
      await readAgain();
    } catch (error) {
      const { message, code } = problemOf(error);
      made.push({ kind, value, became: `error ${code}: ${message}` });
    }
  }
  return made;
}
