// The texts of this page in its language: `_` translates one, `ngettext` one for a count, and N_
// marks a text of a table, which is translated where it is shown. {name} stands for a value.

const { language = "en", messages = {} } = JSON.parse(document.getElementById("words")?.textContent ?? "{}");
const plurals = new Intl.PluralRules(language);

export const N_ = (message) => message;

export function _(message, values = {}) {
  return filled(messages[message]?.[0] ?? message, values);
}

export function ngettext(one, many, count) {
  const forms = messages[one] ?? [one, many];
  const form = plurals.select(count) === "one" ? 0 : 1;
  return filled(forms[Math.min(form, forms.length - 1)], { count: count.toLocaleString(language) });
}

// What asks the box for anything says in which language a person reads the answer.
export const READS = { "Accept-Language": language };

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
