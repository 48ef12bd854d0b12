// A moment in words, such as “tomorrow 9:00”. This browser knows the time zone: the console then says which moment the words mean
// and, where that depends on the zone, which moments there are to choose from.

class MomentField extends HTMLElement {
  connectedCallback() {
    const { elements } = this.closest("form");
    this.when = elements.when;
    elements.time_zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (this.dataset.at) this.write(inWords(new Date(this.dataset.at)));
    this.ask(this.querySelector(".moment-field-choices"), "zone-known");
    this.addEventListener("click", this.choose);
  }

  choose = ({ target }) => {
    const choice = target.closest("[data-when]");
    if (choice) this.write(choice.dataset.when);
  };

  write(words) {
    this.when.value = words;
    this.ask(this.when, "input");
  }

  ask(element, question) {
    setTimeout(() => element.dispatchEvent(new Event(question, { bubbles: true }))); // once htmx knows the element
  }
}

const two = (number) => String(number).padStart(2, "0");

const inWords = (at) =>
  `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;

customElements.define("moment-field", MomentField);
