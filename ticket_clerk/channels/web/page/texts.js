// The page's own words, in the clerk's language: ticket_clerk/languages/<code>/pages.yml, which the server writes
// into said.js. What the clerk says is in domain.yml.

import { SAID } from "./said.js";

export const TEXTS = {
  ...SAID,
  payTotal: (total) => fill(SAID.payTotal, { total }),
  timeLeft: (time) => fill(SAID.timeLeft, { time }),
  minutesLeft: (minutes) => (minutes === 1 ? SAID.minuteLeft : fill(SAID.minutesLeft, { minutes })),
  problem: (status) => SAID.problems[status] ?? SAID.lost,
};

function fill(text, values) {
  return text.replace(/{(\w+)}/g, (_, name) => values[name]);
}
