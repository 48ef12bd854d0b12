// The Page's Messenger profile, in the customer's language where available.

const LANGUAGE = navigator.language.replace("-", "_");

// The entry in our locale, else the default one. A value that is no list applies to every locale.
export function byLocale(entries) {
  if (!Array.isArray(entries)) return entries ?? null;
  const of = (locale) => entries.find((entry) => entry.locale === locale);
  return of(LANGUAGE) ?? of("default") ?? entries[0] ?? null;
}

export function greetingFor(profile, name) {
  const greeting = byLocale(profile?.greeting);
  const text = typeof greeting === "string" ? greeting : greeting?.text;
  const [first, ...rest] = name.split(" ");
  const words = { user_first_name: first, user_last_name: rest.join(" "), user_full_name: name };
  return text?.replace(/\{\{\s*(user_\w+)\s*\}\}/g, (all, word) => words[word] ?? all);
}

// Ice breakers are a list of questions, or since 2022 a list per locale.
export function questions(profile) {
  const breakers = profile?.ice_breakers ?? [];
  return breakers.some((breaker) => breaker.call_to_actions) ? byLocale(breakers).call_to_actions : breakers;
}

// Where both are set, ice breakers win.
export const startPayload = (profile) => (questions(profile).length ? null : (profile?.get_started?.payload ?? null));
