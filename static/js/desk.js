// The name of this tab, by which the console knows its looks. Nobody else learns it.

import { newKey } from "./outbox-entries.js";

export const desk = newKey();
