// Keeps a part of the page as it is at the desk, while somebody looks at the page.
"use strict";

const EVERY_MS = 15_000;
const LOST = "The desk did not answer, so this may be old. Open the page again.";

function isBusy(part) {
  // Who is at a button of the part would lose it, and what was sent is answered first.
  return part.contains(document.activeElement) || document.querySelector(".htmx-request") !== null;
}

async function refresh() {
  const part = document.querySelector("#fresh");
  if (document.hidden || part === null || isBusy(part)) return;
  const scrolled = part.querySelector(".talk")?.scrollTop ?? 0;
  // A look of this page's own keeps no session alive.
  const how = { source: document.body, target: part, select: "#fresh", swap: "outerHTML", headers: { "Desk-Refresh": "1" } };
  await htmx.ajax("GET", location.pathname + location.search, how);
  document.querySelector("#fresh .talk")?.scrollTo(0, scrolled);
}

function say(text) {
  document.querySelector("#lost").textContent = text;
}

setInterval(refresh, EVERY_MS);
document.addEventListener("visibilitychange", refresh);
document.addEventListener("htmx:sendError", () => say(LOST));
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  // What isn't a page of the desk, a proxy's for example, takes the place of none.
  const isPage = detail.serverResponse.includes('<main id="main"');
  detail.shouldSwap &&= isPage;
  say(isPage ? "" : LOST);
});
