// A picture to search by: chosen, dropped on the page or pasted. It stays in this tab; the address holds its key only.

let current = null;
let counter = Date.now(); // differs from the keys of an earlier load of the page

/** The picture with this key, or null if the page was loaded again since. */
export const picture = (key) => (key === String(counter) ? current : null);

const firstImage = (files) => [...(files ?? [])].find((file) => file.type.startsWith("image/")) ?? null;

/** Call `onPicture` with the key of each picture that a person chooses, drops or pastes. */
export function listen(button, input, onPicture) {
  function accept(file) {
    if (!file) return;
    current = file;
    counter += 1;
    onPicture(String(counter));
  }
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    accept(firstImage(input.files));
    input.value = ""; // so that the same file can be chosen again
  });
  const isFileDrag = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!isFileDrag(event)) return;
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  for (const name of ["dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      if (name === "drop" || !event.relatedTarget) document.body.classList.remove("dropping");
    });
  }
  document.addEventListener("drop", (event) => {
    if (!isFileDrag(event)) return;
    event.preventDefault();
    accept(firstImage(event.dataTransfer.files));
  });
  document.addEventListener("paste", (event) => accept(firstImage(event.clipboardData?.files)));
}
