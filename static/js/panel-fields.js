// Custom fields in the panel, as it is shown anew: one that is being filled in stays as it is until the focus leaves, and one
// that could not be saved until it is.

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
