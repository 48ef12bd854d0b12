// A form that makes or uses a passkey: its button asks the browser, and the answer is sent with the form. It stays hidden
// where the browser has no passkeys.

class PasskeyForm extends HTMLElement {
  connectedCallback() {
    this.hidden = !window.PublicKeyCredential?.parseRequestOptionsFromJSON;
    this.querySelector("form").addEventListener("submit", this.ask);
  }

  ask = async (event) => {
    const { target: form } = event;
    const field = form.querySelector("[data-passkey]");
    if (field.value) return;
    event.preventDefault();
    const credential = await this.credential().catch(() => null);
    this.querySelector("[role=alert]").hidden = Boolean(credential);
    if (!credential) return;
    field.value = JSON.stringify(credential);
    form.requestSubmit();
  };

  credential() {
    const { publicKey } = JSON.parse(this.dataset.options);
    if (this.hasAttribute("new")) return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) });
    return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
  }
}

customElements.define("passkey-form", PasskeyForm);
