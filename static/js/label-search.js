// Narrows the labels in the dialog down to the ones that match, for use without a mouse: Enter chooses the first.

class LabelSearch extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("[type=search]");
    this.status = this.querySelector("[role=status]");
    this.items = [...this.querySelectorAll("li")];
    this.field.addEventListener("input", this.narrow);
    this.addEventListener("keydown", this.press);
  }

  narrow = () => {
    const words = this.field.value.trim().toLowerCase();
    for (const item of this.items) item.hidden = !item.dataset.words.toLowerCase().includes(words);
    this.status.textContent = this.boxes.length ? "" : this.status.dataset.none;
  };

  // The boxes of the labels that match.
  get boxes() {
    return this.items.filter((item) => !item.hidden).map((item) => item.querySelector("[type=checkbox]"));
  }

  press = (event) => {
    const { target, key } = event;
    if (key === "Enter" && target === this.field) this.chooseFirst();
    else if (key === "ArrowDown") this.move(target, 1);
    else if (key === "ArrowUp") this.move(target, -1);
    else return;
    event.preventDefault();
  };

  chooseFirst() {
    if (this.field.value) this.boxes[0]?.click();
    this.field.value = "";
    this.narrow();
  }

  move(from, step) {
    const places = [this.field, ...this.boxes];
    places.at((places.indexOf(from) + step) % places.length).focus();
  }
}

customElements.define("label-search", LabelSearch);
