// What the forms in the dialog consist of, loaded as the first of them is asked for.

import { openTemplate } from "./template-form.js";
import "./label-search.js";
import "./later-files.js";
import "./send-later.js";
import "./send-template.js";

export { openTemplate };
