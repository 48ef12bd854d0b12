// The files that are sent with the next Send, each with a preview and a button that removes it. They are chosen, pasted
// or dropped, and wait here while the agent looks at another conversation; a reload loses them.

import { pastedFiles } from "./clipboard.js";
import { drawPreview, sizeOf } from "./file-preview.js";

const KEPT = new Map(); // by conversation
const PICTURES = ["image/jpeg", "image/png", "image/gif"];
const NAMED_SO = /\.(jpe?g|png|gif)$/i; // some systems know no type of a file
const OTHER_PICTURES = /\.(webp|svg|bmp|tiff?|heic|avif)$/i;

// A file dropped beside the conversation would replace the desk.
for (const name of ["dragover", "drop"])
  document.addEventListener(name, (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault());

addEventListener("beforeunload", (event) => {
  if ([...KEPT.values()].some((files) => files.length)) event.preventDefault();
});

export class ChosenFiles {
  constructor(composer) {
    this.composer = composer;
    this.list = composer.querySelector(".chosen-files");
    this.template = composer.querySelector("template").content.firstElementChild;
    this.pane = composer.closest(".conversation");
    this.files = KEPT.get(composer.dataset.conversation) ?? [];
    for (const input of composer.querySelectorAll("input[type=file]")) input.addEventListener("change", this.choose);
    composer.addEventListener("paste", this.paste);
    this.pane.addEventListener("dragover", this.drag);
    this.pane.addEventListener("dragleave", this.drag);
    this.pane.addEventListener("drop", this.drop);
    this.show();
  }

  leave() {
    this.pane.removeEventListener("dragover", this.drag);
    this.pane.removeEventListener("dragleave", this.drag);
    this.pane.removeEventListener("drop", this.drop);
  }

  choose = ({ target }) => {
    this.add(target.files);
    target.value = "";
  };

  paste = (event) => {
    const files = pastedFiles(event.clipboardData);
    if (!files.length) return;
    event.preventDefault();
    this.add(files);
  };

  drag = (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    if (this.composer.isLocked) return;
    const isLeaving = event.type === "dragleave" && !this.pane.contains(event.relatedTarget);
    this.composer.classList.toggle("is-over", !isLeaving);
  };

  drop = (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    this.composer.classList.remove("is-over");
    this.add(event.dataTransfer.files);
  };

  // The console checks this and more, but only after the whole file has been uploaded.
  add(files) {
    if (this.composer.isLocked) return;
    const problems = [...files].map((file) => [file, this.problem(file)]);
    this.keep([...this.files, ...problems.filter(([, problem]) => !problem).map(([file]) => file)]);
    const refused = problems.filter(([, problem]) => problem);
    this.composer.complain(refused.map(([file, problem]) => `${file.name}: ${problem}`).join("\n"));
    this.composer.field.focus();
  }

  problem({ name, size, type }) {
    const { pictureMost, fileMost, tooLarge, noPicture, empty } = this.composer.dataset;
    const isOther = OTHER_PICTURES.test(name) || (type.startsWith("image/") && !PICTURES.includes(type));
    const isPicture = PICTURES.includes(type) || NAMED_SO.test(name);
    if (size === 0) return empty;
    if (isOther) return noPicture;
    return size > (isPicture ? pictureMost : fileMost) ? tooLarge : "";
  }

  take() {
    const { files } = this;
    this.keep([]);
    return files;
  }

  // The restored files stand before files that were chosen since.
  putBack(files) {
    this.keep([...files, ...this.files]);
  }

  keep(files) {
    this.files = files;
    KEPT.set(this.composer.dataset.conversation, files);
    this.show();
    this.composer.showDraft();
  }

  show() {
    this.list.replaceChildren(...this.files.map((file) => this.item(file, () => this.remove(file))));
  }

  remove(file) {
    this.keep(this.files.filter((other) => other !== file));
    this.composer.field.focus();
  }

  // removed: is called when the button that removes the file is pressed.
  item(file, removed) {
    const item = this.template.cloneNode(true);
    const remove = item.querySelector("button");
    item.querySelector(".chosen-files-name").textContent = file.name;
    item.querySelector(".chosen-files-size").textContent = sizeOf(file);
    remove.setAttribute("aria-label", `${remove.title}: ${file.name}`);
    remove.onclick = removed;
    if (file.type.startsWith("image/")) drawPreview(file, item.querySelector("canvas"));
    return item;
  }
}
