// The form of a scheduled reply: that of a new one begins with the content of the composer, and empties it.

class SendLater extends HTMLElement {
  connectedCallback() {
    const form = this.closest("form");
    if ("new" in this.dataset) begin(form.elements);
    form.addEventListener("submit", () => (written = form.elements.text?.value.trim()));
  }
}

let written; // nothing where cards go out later

const composer = () => document.querySelector("message-composer");

function begin({ text, quick_replies: quickReplies, when }) {
  text.value ||= composer()?.field.value ?? "";
  quickReplies.value ||= composer()?.quickReplies.value ?? "";
  when.autofocus = Boolean(text.value); // before the dialog opens
}

// Empty the composer: its content would be sent twice.
document.body.addEventListener("reply-scheduled", () => {
  if (composer()?.field.value.trim() !== written) return;
  composer().quickReplies.take();
  composer().write("");
});

customElements.define("send-later", SendLater);
