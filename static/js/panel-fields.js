// Custom fields in a panel that is rendered anew: a field that is being filled in stays as it is until it loses the
// focus, and a field that could not be saved until it is saved.

const KEPT = ".custom-field:is(:focus-within, :has(.custom-field-problem))";

export const areKept = (panel) => panel.querySelector(KEPT) !== null;

// The form of another value has another id. fresh: what the panel is to show.
export function keep(panel, fresh) {
  for (const form of panel.querySelectorAll("[hx-morph-skip]")) form.removeAttribute("hx-morph-skip");
  for (const form of panel.querySelectorAll(KEPT)) {
    form.setAttribute("hx-morph-skip", "");
    const same = fresh.querySelector(`#${form.elements.value.id}`);
    if (same) same.form.id = form.id;
  }
}
