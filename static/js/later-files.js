// The files of a scheduled reply. The form begins with the composer's files, which leave the composer once the reply is
// scheduled.

class LaterFiles extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=file]");
    this.list = this.querySelector(".chosen-files");
    this.input.addEventListener("change", () => this.keep([...this.files, ...this.input.files]));
    this.closest("form").addEventListener("submit", () => (entered = this.files));
    if ("new" in this.dataset) offered = composer().files.files;
    this.keep("new" in this.dataset ? offered : "entered" in this.dataset ? entered : []);
  }

  keep(files) {
    this.files = files;
    const transfer = new DataTransfer();
    for (const file of files) transfer.items.add(file);
    this.input.files = transfer.files;
    this.list.replaceChildren(...files.map((file) => composer().files.item(file, () => this.remove(file))));
  }

  remove(file) {
    this.keep(this.files.filter((other) => other !== file));
    this.input.focus();
  }
}

let offered = []; // of the composer
let entered = []; // with the form that the console has not taken

const composer = () => document.querySelector("message-composer");

document.body.addEventListener("reply-scheduled", () => {
  const { files } = composer();
  files.keep(files.files.filter((file) => !offered.includes(file)));
});

customElements.define("later-files", LaterFiles);
