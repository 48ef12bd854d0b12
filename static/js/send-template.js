// A template that the console has checked goes into the outbox, as a text from the composer does, and the dialog closes.

import { choose, chosenFiles, openTemplate } from "./template-form.js";

class SendTemplate extends HTMLElement {
  async connectedCallback() {
    const composer = document.querySelector("message-composer");
    const { template, words } = this.dataset;
    const files = chosenFiles();
    choose([]);
    this.closest("#dialog-form").replaceChildren();
    const isKept = await composer.putIntoOutbox("", files, { template, words }).then(() => true, () => false);
    if (!isKept && (await openTemplate(template, files))) document.querySelector("template-form").complain(composer.dataset.unkept);
  }
}

customElements.define("send-template", SendTemplate);
