// A template that the console has checked goes into the outbox, as a text from the composer does, and the dialog closes.

import { putIntoOutbox } from "./reply.js";
import { choose, chosenFiles } from "./template-form.js";

class SendTemplate extends HTMLElement {
  async connectedCallback() {
    const composer = document.querySelector("message-composer");
    const { template, words } = this.dataset;
    const files = chosenFiles();
    choose([]);
    this.closest("#dialog-form").replaceChildren();
    await putIntoOutbox(composer, "", files, { template, words }).catch(() => composer.complain(composer.dataset.unkept));
  }
}

customElements.define("send-template", SendTemplate);

// Open the form with a template that was taken back.
export function editTemplate({ template, files }) {
  choose(files);
  const link = document.querySelector("[data-opens=template]");
  htmx.ajax("POST", link.href, { target: "#dialog-form", swap: "innerHTML", values: { template } });
}
