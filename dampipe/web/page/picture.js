// A picture to search by: chosen, dropped on the page or pasted. It stays in this tab; the address only refers to it.

let held = null;
let number = Date.now(); // never that of a picture which was there before the page was loaded anew

/** The picture that an address refers to, or null where the page was loaded anew since. */
export const picture = (key) => (key === String(number) ? held : null);

const first = (files) => [...(files ?? [])].find((file) => file.type.startsWith("image/")) ?? null;

/** Call `found` with the key of each picture that a person gives. */
export function listen(button, input, found) {
  function hold(file) {
    if (!file) return;
    held = file;
    number += 1;
    found(String(number));
  }
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    hold(first(input.files));
    input.value = ""; // so that the same one can be chosen again
  });
  const dragged = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!dragged(event)) return;
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  for (const name of ["dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      if (name === "drop" || !event.relatedTarget) document.body.classList.remove("dropping");
    });
  }
  document.addEventListener("drop", (event) => {
    if (!dragged(event)) return;
    event.preventDefault();
    hold(first(event.dataTransfer.files));
  });
  document.addEventListener("paste", (event) => hold(first(event.clipboardData?.files)));
}
