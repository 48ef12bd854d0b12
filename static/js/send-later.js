// The form of a reply that goes out later. It begins with what is in the composer, and knows the time zone of this browser.

class SendLater extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.when = this.form.elements.when;
    this.form.elements.time_zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if ("new" in this.dataset) this.form.elements.text.value ||= composer()?.field.value ?? "";
    if (this.dataset.at) this.when.value = inWords(new Date(this.dataset.at));
    if (this.when.value) this.ask();
    for (const choice of this.querySelectorAll("[data-when]")) choice.addEventListener("click", () => this.choose(choice));
    this.form.addEventListener("submit", () => (written = this.form.elements.text.value));
  }

  choose({ dataset }) {
    this.when.value = dataset.when;
    this.ask();
  }

  // The console says which moment it is.
  ask() {
    setTimeout(() => this.when.dispatchEvent(new Event("input", { bubbles: true }))); // once htmx knows the field
  }
}

let written = "";

const composer = () => document.querySelector("message-composer");

// What the composer still has of it would be sent twice.
document.body.addEventListener("reply-scheduled", () => {
  if (composer()?.field.value.trim() === written.trim()) composer().write("");
});

const two = (number) => String(number).padStart(2, "0");

const inWords = (at) =>
  `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;

customElements.define("send-later", SendLater);
