// The chat page: follows the conversation as the server has it, and sends what is typed.
// The server's order is the order here; what is on its way stands below it until it comes back.

import { bubble, choices } from "./words.js";

const PAUSES_MS = [500, 1000, 2000, 4000, 8000];
const TITLE = document.title;

const scroll = document.getElementById("scroll");
const log = document.getElementById("log");
const welcome = document.getElementById("welcome");
const typing = document.getElementById("typing");
const connection = document.getElementById("connection");
const form = document.getElementById("compose");
const field = document.getElementById("text");

const onTheWay = new Map(); // message id -> bubble
let position = "0";
let unseen = 0;
let reopenMs = 1000;

// ---- reading

function follow() {
  const stream = new EventSource(`events?after=${position}`);
  stream.addEventListener("said", (event) => {
    // A reconnection of the browser's own may repeat what `?after=` already covered.
    if (Number(event.lastEventId) <= Number(position)) return;
    position = event.lastEventId;
    show(JSON.parse(event.data));
  });
  stream.addEventListener("ready", () => {
    reopenMs = 1000;
    log.setAttribute("aria-busy", "false");
    welcome.hidden = log.childElementCount > 0;
    say("Online", "online");
  });
  stream.addEventListener("bye", () => {
    stream.close();
    setTimeout(follow, 300);
  });
  stream.addEventListener("replaced", () => {
    stream.close();
    say("Open in other tabs. Reload to go on here.", "offline");
  });
  stream.onerror = () => {
    say("Connecting…", "offline");
    // The browser reconnects by itself, unless the server answered with an error.
    if (stream.readyState === EventSource.CLOSED) reopen();
  };
}

async function reopen() {
  setTimeout(follow, reopenMs);
  reopenMs = Math.min(reopenMs * 2, 15000);
  // Loading the page renews a session that the server no longer knows.
  await fetch("./").catch(() => {});
}

function show(message) {
  const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
  log.querySelectorAll(".choices").forEach((row) => row.remove());
  const sent = onTheWay.get(message.id);
  const element = bubble(message);
  if (sent) {
    sent.remove();
    onTheWay.delete(message.id);
  }
  const next = onTheWay.values().next().value;
  log.insertBefore(element, next ?? null);
  if (message.buttons?.length) log.insertBefore(choices(message.buttons, send), next ?? null);
  welcome.hidden = true;
  if (message.from === "clerk") notice();
  if (atEnd || message.from === "buyer") toEnd();
}

function notice() {
  if (document.hidden && log.getAttribute("aria-busy") === "false") {
    unseen += 1;
    document.title = `(${unseen}) ${TITLE}`;
  }
}

// ---- sending

function send(text) {
  const id = newId();
  const element = bubble({ from: "buyer", text });
  element.classList.add("sending");
  onTheWay.set(id, element);
  log.querySelectorAll(".choices").forEach((row) => row.remove());
  log.append(element);
  welcome.hidden = true;
  toEnd();
  deliver(id, text, element);
}

async function deliver(id, text, element) {
  waiting(+1);
  let problem = "That did not arrive.";
  for (let tries = 0; ; tries += 1) {
    const answer = await post(id, text);
    if (answer?.ok) return waiting(-1);
    if (answer) {
      problem = (await answer.json().catch(() => ({}))).error ?? problem;
      const isHopeless = answer.status < 500 && answer.status !== 429;
      if (isHopeless || tries >= PAUSES_MS.length) break;
    }
    // Without an answer there is no connection: it is tried for as long as the page is open.
    const asked = Number(answer?.headers.get("Retry-After")) * 1000;
    await sleep(asked || PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]);
  }
  waiting(-1);
  offerRetry(id, text, element, problem);
}

function post(id, text) {
  return fetch("messages", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ id, text }),
  }).catch(() => null);
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function offerRetry(id, text, element, problem) {
  if (!onTheWay.has(id)) return;
  const row = document.createElement("div");
  row.className = "failed";
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "Try again";
  again.addEventListener("click", () => {
    row.remove();
    field.focus();
    deliver(id, text, element);
  });
  row.append(problem, " ", again);
  element.append(row);
  toEnd();
}

// Not crypto.randomUUID: it is missing on plain-http addresses other than localhost.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// ---- the rest of the page

let waits = 0;

function waiting(change) {
  waits += change;
  typing.hidden = waits === 0;
  if (waits) toEnd();
}

function say(text, state) {
  if (connection.textContent !== text) connection.textContent = text;
  connection.dataset.state = state;
}

function toEnd() {
  scroll.scrollTop = scroll.scrollHeight;
}

function submit(event) {
  event.preventDefault();
  const text = field.value.trim();
  if (!text) return;
  field.value = "";
  grow();
  send(text);
}

function grow() {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, 140)}px`;
}

form.addEventListener("submit", submit);
field.addEventListener("input", grow);
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
});
welcome.addEventListener("click", (event) => {
  if (event.target.matches(".choice")) send(event.target.textContent);
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    unseen = 0;
    document.title = TITLE;
  }
});
window.addEventListener("resize", toEnd);

follow();
// On a phone this would open the keyboard over the page.
if (!matchMedia("(pointer: coarse)").matches) field.focus();
