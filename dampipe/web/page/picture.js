// A picture to search by: chosen, dropped on the page or pasted. It stays in this tab; the address holds its key only.

/** @type {File | null} */
let current = null;
let counter = Date.now(); // differs from the keys of an earlier load of the page

/** The picture with this key, or null if the page was loaded again since. @param {string | null} key */
export const picture = (key) => (key === String(counter) ? current : null);

/** Search by this picture from now on; returns its key. @param {File} file */
export function use(file) {
  current = file;
  counter += 1;
  return String(counter);
}

/** @param {FileList | null | undefined} files */
const firstImage = (files) => [...(files ?? [])].find((file) => file.type.startsWith("image/")) ?? null;

/**
 * Call `onPicture` with the key of each picture that a person chooses, drops or pastes.
 * @param {HTMLElement} button
 * @param {HTMLInputElement} input
 * @param {(key: string) => void} onPicture
 */
export function listen(button, input, onPicture) {
  /** @param {File | null} file */
  function accept(file) {
    if (file) onPicture(use(file));
  }
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    accept(firstImage(input.files));
    input.value = ""; // so that the same file can be chosen again
  });
  const isFileDrag = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!isFileDrag(event)) return;
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  for (const name of /** @type {const} */ (["dragleave", "drop"])) {
    document.addEventListener(name, (event) => {
      if (name === "drop" || !event.relatedTarget) document.body.classList.remove("dropping");
    });
  }
  document.addEventListener("drop", (event) => {
    if (!isFileDrag(event)) return;
    event.preventDefault();
    accept(firstImage(event.dataTransfer?.files));
  });
  document.addEventListener("paste", (event) => accept(firstImage(event.clipboardData?.files)));
}
