// A template of the outbox is taken back into its form. The entry stays in the outbox, unsent, until the console has
// answered.

import { forDialog } from "./on-demand.js";
import { fileOf } from "./outbox-store.js";

export async function editTemplate(outbox, entry, { edited, composer }) {
  const isHeld = await outbox.change(entry, (stored) => (stored.isTried ? undefined : { ...stored, problem: edited }));
  if (!isHeld) return;
  const file = await fileOf(entry);
  const forms = await forDialog().catch(() => composer.complain(composer.dataset.unloaded));
  if (await forms?.openTemplate(entry.template, file ? [file] : [])) await outbox.remove(entry);
}
