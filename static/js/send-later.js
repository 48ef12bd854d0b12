// The moment at which a scheduled reply is sent. The form of a new one begins with the content of the composer. This
// browser knows the time zone: the console then says which moments there are to choose from.

class SendLater extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.when = this.form.elements.when;
    this.form.elements.time_zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if ("new" in this.dataset) this.begin(this.form.elements);
    if (this.dataset.at) this.when.value = inWords(new Date(this.dataset.at));
    if (this.dataset.at) this.ask(this.when, "input");
    this.ask(this.querySelector(".send-later-choices"), "zone-known");
    this.addEventListener("click", this.choose);
    this.form.addEventListener("submit", () => (written = this.form.elements.text?.value.trim()));
  }

  begin({ text, quick_replies: quickReplies }) {
    text.value ||= composer()?.field.value ?? "";
    quickReplies.value ||= composer()?.quickReplies.value ?? "";
    this.when.autofocus = Boolean(text.value); // before the dialog opens
  }

  choose = ({ target }) => {
    const choice = target.closest("[data-when]");
    if (!choice) return;
    this.when.value = choice.dataset.when;
    this.ask(this.when, "input");
  };

  // Ask the console for the moment that these words mean, and for moments to choose from.
  ask(element, question) {
    setTimeout(() => element.dispatchEvent(new Event(question, { bubbles: true }))); // once htmx knows the element
  }
}

let written; // nothing where cards go out later

const composer = () => document.querySelector("message-composer");

// Empty the composer: its content would be sent twice.
document.body.addEventListener("reply-scheduled", () => {
  if (composer()?.field.value.trim() !== written) return;
  composer().quickReplies.take();
  composer().write("");
});

const two = (number) => String(number).padStart(2, "0");

const inWords = (at) =>
  `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;

customElements.define("send-later", SendLater);
