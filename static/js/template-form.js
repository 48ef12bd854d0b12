// The form of cards and buttons: it adds and removes cards, and updates the preview. A chosen file stays in this browser
// until the template goes into the outbox with it.

import { fetchFile } from "./canned-files.js";

const ADDRESSES = "[type=url], select:has([value=web_url]:checked) + [name=button_value]";
const WITHOUT_SCHEME = /^[\w-]+(\.[\w-]+)+([:/?#].*)?$/; // as in payloads.py

let chosen = [];

export const chosenFiles = () => chosen;

// The file of a template that was taken back from the outbox.
export const choose = (files) => (chosen = files);

// Open the form with a template that did not leave. Return whether it is there.
export async function openTemplate(template, files) {
  choose(files);
  const { href } = document.querySelector("[data-opens=template]");
  await htmx.ajax("POST", href, { target: "#dialog-form", swap: "innerHTML", values: { template } }).catch(() => {});
  const isOpen = Boolean(document.querySelector("template-form"));
  if (!isOpen) choose([]);
  return isOpen;
}

class TemplateForm extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector(".template-form-fields");
    this.cards = this.querySelector(".template-form-cards");
    this.file = this.form.elements.files;
    if (this.file) this.file.onchange = this.fileChosen;
    this.querySelector(".template-form-add").onclick = this.add;
    this.addEventListener("click", this.remove);
    this.addEventListener("change", this.complete);
    this.addEventListener("submit", this.submit, true);
    if (!this.cards.firstElementChild) this.add();
    this.putFilesBack();
  }

  // Runs when the dialog has closed.
  disconnectedCallback() {
    setTimeout(() => document.querySelector("template-form") ?? choose([]));
  }

  // The console answers with the form again if it refuses something.
  putFilesBack() {
    if (!this.file) return;
    const { file: url, fileName: name } = this.dataset;
    if (url && !chosen.length) fetchFile({ url, name }).then((file) => this.put([file]), () => this.complain(this.dataset.unattached));
    this.put(chosen);
    chosen = [];
  }

  put(files) {
    const transfer = new DataTransfer();
    for (const file of files) transfer.items.add(file);
    this.file.files = transfer.files;
  }

  add = () => {
    this.cards.append(this.querySelector("template").content.cloneNode(true));
    if (this.cards.children.length > 1) this.cards.lastElementChild.querySelector("input").focus();
  };

  remove = ({ target }) => {
    if (!target.closest(".template-form-card-remove")) return;
    target.closest(".template-form-card").remove();
    if (!this.cards.firstElementChild) this.add();
    this.form.dispatchEvent(new Event("input", { bubbles: true }));
  };

  // Show the whole address, as the console will send it.
  complete = ({ target: field }) => {
    const address = field.value.trim();
    if (!field.matches(ADDRESSES) || !WITHOUT_SCHEME.test(address)) return;
    field.value = `https://${address}`;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  // The composer knows which files Facebook takes.
  fileChosen = () => this.complain([...this.file.files].map((file) => composer().files.problem(file)).join(""));

  submit = (event) => {
    const isMedia = this.file && this.form.elements.kind.value === "media";
    chosen = isMedia ? [...this.file.files] : [];
    if (event.target !== this.form) return;
    const problem = isMedia && (chosen.length ? composer().files.problem(chosen[0]) : this.dataset.noFile);
    if (!problem) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.complain(problem);
  };

  complain(problem) {
    this.querySelector(".template-form-problem").textContent = problem;
  }
}

const composer = () => document.querySelector("message-composer");

customElements.define("template-form", TemplateForm);
