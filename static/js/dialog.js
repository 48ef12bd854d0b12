// The parts of the forms in the dialog, loaded as the first form is asked for.

import { openTemplate } from "./template-form.js";
import "./form-dialog.js";
import "./label-search.js";
import "./later-files.js";
import "./moment-field.js";
import "./send-later.js";
import "./send-template.js";

export { openTemplate };
