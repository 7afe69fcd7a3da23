// Files that a person chooses or drops, with their paths below what was dropped.

/** @typedef {{ path: string, file: File }} Picked */

/** Files of an input, which has their paths where a folder was chosen. @param {HTMLInputElement} input @returns {Picked[]} */
export const chosen = (input) => [...(input.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));

/** All entries of a folder: a browser gives some hundred at a time. @param {FileSystemDirectoryReader} reader */
async function entriesOf(reader) {
  const found = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    found.push(...some);
  }
}

/** The files below an entry; what cannot be read is left out, and counted. @param {FileSystemEntry} entry @param {{ unreadable: number }} count @returns {Promise<Picked[]>} */
async function below(entry, count) {
  try {
    if (entry.isFile) {
      /** @type {File} */
      const file = await new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject));
      return [{ path: entry.fullPath.replace(/^\/+/, ""), file }];
    }
    const inside = await entriesOf(/** @type {FileSystemDirectoryEntry} */ (entry).createReader());
    return (await Promise.all(inside.map((one) => below(one, count)))).flat();
  } catch {
    count.unreadable += 1;
    return [];
  }
}

/** Files and folders that were dropped; `unreadable` counts those that the browser could not read. @param {DataTransfer} dropped */
export async function dropped({ items, files }) {
  const count = { unreadable: 0 };
  // The list is empty once this function has waited: entries are taken before.
  const entries = [...items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const plain = [...files].map((file) => ({ path: file.name, file }));
  const found = entries.some(Boolean)
    ? (await Promise.all(entries.map((entry) => (entry ? below(entry, count) : [])))).flat() : plain;
  return { picked: found, unreadable: count.unreadable };
}

/** Whether an operating system has left a file there, which nobody wants to upload. @param {string} path */
export const isSystemFile = (path) => /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)$/i.test(path);
