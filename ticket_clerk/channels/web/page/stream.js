// Follows the conversation as the server has it, and goes on where it was after whatever cut it
// off: a lost network, sleep, a restart of the server, a tab too many.

const SILENT_MS = 40000; // the server says something every 15 seconds
const LONGEST_PAUSE_MS = 15000;

/** Calls `page.said(message)` once a message, `page.ready()` after the past, and
 * `page.state("online" | "connecting" | "offline" | "elsewhere")`. */
export function follow(page) {
  let source;
  let timer;
  let position = 0;
  let pauseMs = 1000;
  let heardAt = Date.now();
  let isElsewhere = false;

  function open() {
    source?.close();
    clearTimeout(timer);
    isElsewhere = false;
    heardAt = Date.now();
    source = new EventSource(`events?after=${position}`);
    source.addEventListener("said", receive);
    source.addEventListener("ready", ready);
    source.addEventListener("alive", () => (heardAt = Date.now()));
    source.addEventListener("bye", () => later(300));
    source.addEventListener("replaced", leave);
    source.addEventListener("error", lost);
  }

  function receive(event) {
    heardAt = Date.now();
    // A reconnection of the browser's own may repeat what `?after=` already covered.
    if (Number(event.lastEventId) <= position) return;
    position = Number(event.lastEventId);
    page.said(JSON.parse(event.data));
  }

  function ready() {
    heardAt = Date.now();
    pauseMs = 1000;
    page.ready();
    page.state("online");
  }

  // Browsers have few connections to a server, so the oldest tab gives its own up.
  function leave() {
    source.close();
    isElsewhere = true;
    page.state("elsewhere");
  }

  function lost() {
    page.state(navigator.onLine ? "connecting" : "offline");
    // The browser reconnects by itself, unless the server answered with an error.
    if (source.readyState === EventSource.CLOSED) renew();
  }

  function renew() {
    later(pauseMs);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    // Loading the page renews a session that the server no longer knows.
    fetch("./").catch(() => {});
  }

  function later(ms) {
    source.close();
    clearTimeout(timer);
    timer = setTimeout(open, ms);
  }

  // A connection that died in a sleep or with a network looks open for minutes.
  function watch() {
    if (!isElsewhere && Date.now() - heardAt > SILENT_MS) open();
  }

  function look() {
    if (document.hidden) return;
    if (isElsewhere) open();
    watch();
  }

  setInterval(watch, 5000);
  addEventListener("online", open);
  addEventListener("offline", open); // whatever was open is dead, though it may not know it
  addEventListener("focus", look);
  addEventListener("pageshow", (event) => event.persisted && open());
  document.addEventListener("visibilitychange", look);
  open();
}
