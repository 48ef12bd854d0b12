// A dialog around the form of a verb: open as long as a form is in #dialog-form, where htmx puts it and takes it away. Escape and a
// click beside it, which may be a slip, do not throw away what was written without a question.

import { fill } from "./seen.js";

const WRITTEN = "textarea, template-form input:not([type=radio], [type=search])";

class FormDialog extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.form = this.querySelector("#dialog-form");
    this.dialog.addEventListener("close", this.closed);
    this.dialog.addEventListener("cancel", this.askFirst);
    this.form.addEventListener("input", this.written);
    this.addEventListener("click", this.cancel);
    this.changes = new MutationObserver(this.changed);
    this.changes.observe(this.form, { childList: true });
    this.changed();
  }

  disconnectedCallback() {
    this.changes.disconnect();
  }

  changed = () => {
    const seen = this.form.querySelector("[name=seen]");
    if (!this.dialog.open || !seen?.value) fill(seen); // what the customer writes behind a form is not seen
    if (!this.form.firstElementChild) this.dialog.close();
    else if (!this.dialog.open) {
      for (const field of this.form.querySelectorAll("textarea")) field.selectionStart = field.textLength;
      this.dialog.showModal();
    }
  };

  written = ({ target }) => (this.isWritten ||= target.matches(WRITTEN));

  askFirst = (event) => {
    if (event.target === this.dialog && this.isWritten && !confirm(this.dataset.discard)) event.preventDefault();
  };

  cancel = (event) => {
    if (!event.target.closest("[data-cancel]")) return;
    event.preventDefault();
    this.dialog.close();
  };

  // The browser returns the focus to the element that had it, if that is still visible. Another form may be open by now.
  closed = () => {
    if (this.dialog.open) return;
    this.isWritten = false;
    this.form.replaceChildren();
    const { activeElement } = document;
    if (activeElement === document.body || !activeElement.checkVisibility())
      this.closest(".conversation").querySelector("h1").focus();
  };
}

customElements.define("form-dialog", FormDialog);
