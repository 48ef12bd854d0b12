// A square part of the picture that an agent chooses: pulled with the pointer, or moved with sliders. The part takes the place of
// the file in the form. Without scripts, the file goes as it is, and the console cuts out its middle.

const SIDE = 512; // px, as the console draws it for Facebook
const QUALITY = 0.9;
const MOST = 100; // of a slider

class PictureCrop extends HTMLElement {
  connectedCallback() {
    this.file = this.querySelector("[type=file]");
    this.clear = this.querySelector("[name=picture-clear]");
    this.canvas = this.querySelector("canvas");
    this.tools = this.querySelector("[role=group]");
    this.sliders = Object.fromEntries([...this.querySelectorAll("[data-of]")].map((slider) => [slider.dataset.of, slider]));
    this.file.addEventListener("change", this.choose);
    this.clear?.addEventListener("change", () => (this.clear.checked ? this.discard() : this.show()));
    this.querySelector("button").addEventListener("click", this.discard);
    this.tools.addEventListener("input", this.slide);
    this.canvas.addEventListener("pointerdown", this.grab);
    this.canvas.addEventListener("pointermove", this.pull);
    document.addEventListener("htmx:after:swap", this.show);
  }

  choose = async () => {
    const [file] = this.file.files;
    if (!file) return this.discard();
    const picture = await createImageBitmap(file).catch(() => null);
    if (file !== this.file.files[0]) return;
    this.discard();
    if (!picture) return this.say(this.dataset.unreadable);
    Object.assign(this, { picture, zoom: 1, across: MOST / 2, down: MOST / 2 });
    if (this.clear) this.clear.checked = false;
    this.tools.hidden = false;
    this.draw();
  };

  discard = () => {
    this.picture?.close();
    this.picture = this.address = null;
    this.file.value = "";
    this.tools.hidden = true;
    this.say("");
    this.show();
  };

  slide = ({ target }) => {
    this[target.dataset.of] = target.valueAsNumber;
    this.draw();
  };

  grab = ({ pointerId }) => this.canvas.setPointerCapture(pointerId);

  // The picture follows the pointer.
  pull = ({ pointerId, movementX, movementY }) => {
    if (!this.canvas.hasPointerCapture(pointerId)) return;
    const { width, height } = this.picture;
    const scale = this.side / this.canvas.clientWidth;
    this.across = moved(this.across, -movementX * scale, width - this.side);
    this.down = moved(this.down, -movementY * scale, height - this.side);
    this.draw();
  };

  get side() {
    return Math.min(this.picture.width, this.picture.height) / this.zoom;
  }

  draw() {
    const { picture, side, sliders } = this;
    const [x, y] = [(picture.width - side) * (this.across / MOST), (picture.height - side) * (this.down / MOST)];
    const context = this.canvas.getContext("2d");
    context.fillStyle = "white"; // a JPEG has no transparency
    context.fillRect(0, 0, SIDE, SIDE);
    context.drawImage(picture, x, y, side, side, 0, 0, SIDE, SIDE);
    for (const [name, slider] of Object.entries(sliders)) slider.value = this[name];
    sliders.across.disabled = picture.width <= side;
    sliders.down.disabled = picture.height <= side;
    this.address = this.canvas.toDataURL("image/jpeg", QUALITY);
    this.file.files = filesOf(this.address);
    this.show();
  }

  // In the preview too, which is rendered anew for each other name.
  show = () => {
    for (const image of document.querySelectorAll(".persona-preview-picture")) {
      image.dataset.stored ??= image.getAttribute("src") ?? "";
      const address = this.clear?.checked ? "" : (this.address ?? image.dataset.stored);
      image.hidden = !address;
      if (address) image.src = address;
    }
  };

  say(words) {
    this.querySelector("[role=alert]").textContent = words;
  }
}

const moved = (at, by, room) => (room > 0 ? Math.min(MOST, Math.max(0, at + (by / room) * MOST)) : at);

// As our policy lets no page show a blob: address, the picture is a data: address.
function filesOf(address) {
  const bytes = Uint8Array.from(atob(address.split(",")[1]), (character) => character.charCodeAt());
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "picture.jpg", { type: "image/jpeg" }));
  return transfer.files;
}

customElements.define("picture-crop", PictureCrop);
