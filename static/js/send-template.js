// A template that the console has checked goes into the outbox, as a text from the composer does, and the dialog closes.

import { fileOf } from "./outbox-store.js";
import { putIntoOutbox } from "./reply.js";
import { choose, chosenFiles } from "./template-form.js";

class SendTemplate extends HTMLElement {
  async connectedCallback() {
    const composer = document.querySelector("message-composer");
    const { template, words } = this.dataset;
    const files = chosenFiles();
    choose([]);
    this.closest("#dialog-form").replaceChildren();
    const isKept = await putIntoOutbox(composer, "", files, { template, words }).then(() => true, () => false);
    if (!isKept && (await opens(template, files))) document.querySelector("template-form").complain(composer.dataset.unkept);
  }
}

customElements.define("send-template", SendTemplate);

// Open the form with a template of the outbox. The entry stays in the outbox, unsent, until the console has answered.
export async function editTemplate(outbox, entry, problem) {
  const isHeld = await outbox.change(entry, (stored) => (stored.isTried ? undefined : { ...stored, problem }));
  if (!isHeld) return;
  const file = await fileOf(entry);
  if (await opens(entry.template, file ? [file] : [])) await outbox.remove(entry);
}

// Return whether the form is open.
async function opens(template, files) {
  choose(files);
  const { href } = document.querySelector("[data-opens=template]");
  await htmx.ajax("POST", href, { target: "#dialog-form", swap: "innerHTML", values: { template } }).catch(() => {});
  const isOpen = Boolean(document.querySelector("template-form"));
  if (!isOpen) choose([]);
  return isOpen;
}
