// The door: a code comes from the camera or the field, the server says whether it opens. Without
// a line the phone says so itself, by signature and list, and reports later whom it let in.

import { watch } from "./camera.js";
import { readCode } from "./codes.js";
import { Memory, deviceName, randomKey } from "./memory.js";

const WAIT_MS = 4000;
const EVERY_MS = 60_000;
// A code that stays before the camera is one code.
const SAME_FOR_MS = 4000;
const A_REPORT = 100;
const REFUSALS = {
  used: "Already used",
  refunded: "Refunded",
  replaced: "Another ticket took its place",
  canceled: "Canceled",
  disputed: "Disputed at the bank",
  other_show: "For another show",
  forged: "Not one of our tickets",
};

const find = (id) => document.getElementById(id);
const { address, show, token, mayAct } = find("door").dataset;
const memory = new Memory(show);
let isBusy = false;
let isSending = false;
let seen = { code: "", at: 0 };

/** The server can't be asked now: no line, it is down, or the login has ended. */
class NoLine extends Error {}

/** The server doesn't take it from this account. */
class Refused extends Error {}

/** The login has ended, and nothing is taken until the next. */
class Locked extends NoLine {}

async function ask(path, form, at = address) {
  let answer;
  try {
    const body = form && new URLSearchParams({ token, ...form });
    const method = form ? "POST" : "GET";
    const signal = AbortSignal.timeout(WAIT_MS);
    answer = await fetch(at + path, { method, body, signal, redirect: "manual" });
  } catch {
    throw new NoLine("No line");
  }
  if (answer.type === "opaqueredirect") throw new Locked("Your login has ended");
  if (answer.status === 403) throw new Refused("Your account may not do this: open the page again");
  if (answer.status === 429 || answer.status >= 500) throw new NoLine("The server is busy");
  if (!answer.ok) throw new Error("The server refused: open the page again");
  try {
    return await answer.json();
  } catch {
    throw new NoLine("No line");
  }
}

async function check(code) {
  if (isBusy) return;
  isBusy = true;
  try {
    const entry = { code, key: randomKey(), at: new Date().toISOString() };
    tell(await decide(entry));
  } catch (error) {
    say("no", "Can't tell", error.message);
  } finally {
    isBusy = false;
  }
}

async function decide(entry) {
  if (memory.isWaiting(entry.code)) return { status: "used", how: "let in by this phone" };
  try {
    const answer = await ask(mayAct ? "/redeem" : "/check", { code: entry.code, key: entry.key });
    showLine();
    return answer;
  } catch (error) {
    if (!(error instanceof NoLine)) throw error;
    showLine(error.message);
    return decideAlone(entry);
  }
}

async function decideAlone(entry) {
  if (!memory.list) throw new Error("There is no line, and no list was fetched before");
  const known = await readCode(entry.code, memory.list.keys);
  const how = "offline";
  if (!known) return { status: "forged", how };
  if (known.show !== show) return { status: "other_show", how };
  const status = memory.list.refused[known.ticket] ?? "valid";
  if (status !== "valid" || !mayAct) return { status, how };
  memory.letIn({ ...entry, ticket: known.ticket });
  showLine("No line");
  return { status, how, redeemed: true };
}

function tell({ status, redeemed, seat, number, count, holder, used_at: usedAt, how }) {
  const place = seat ? `${seat}, ${number ?? "?"} of ${count}` : "";
  const when = status === "used" && usedAt ? `at ${new Date(usedAt).toLocaleTimeString()}` : "";
  const more = [place, holder, when, how].filter(Boolean).join(" · ");
  if (redeemed) say("yes", "Come in", more);
  else if (status === "valid") say("yes", "Valid, not let in", more);
  else say("no", REFUSALS[status] ?? status, more);
}

function say(kind, head, more) {
  const answer = find("answer");
  answer.className = `answer ${kind}`;
  find("head").textContent = `${kind === "yes" ? "✓" : "✗"} ${head}`;
  find("more").textContent = more;
  navigator.vibrate?.(kind === "yes" ? 80 : [200, 100, 200]);
}

function showLine(problem = "") {
  const waiting = memory.waiting.length;
  const asOf = memory.list && new Date(memory.list.as_of).toLocaleTimeString();
  const parts = [problem || "Connected", asOf ? `list of ${asOf}` : "no list yet"];
  if (waiting) parts.push(`${waiting} let in to be reported`);
  find("line").textContent = parts.join(" · ");
  find("line").dataset.waiting = waiting;
}

/** Report whom this phone let in, then fetch the list; again in a minute. */
async function meet() {
  if (isSending) return;
  isSending = true;
  try {
    await reportAll();
    memory.keepList(await ask("/list"));
    showLine();
  } catch (error) {
    showLine(error.message);
    if (error instanceof Locked) showStuck(error.message);
  } finally {
    isSending = false;
  }
}

/** Report for every show whose door this phone kept; whoever is logged in sends it. */
async function reportAll() {
  if (!mayAct) {
    showStuck("Your account may only look");
    return;
  }
  try {
    for (const door of Memory.allWith(memory)) {
      while (door.waiting.length) await report(door, door.waiting.slice(0, A_REPORT));
    }
    showStuck("");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    showStuck("Your account may only look by now");
  }
}

/** Say that nobody takes the report from this login, where there is something to report. */
function showStuck(why) {
  const count = Memory.allWith(memory).reduce((sum, door) => sum + door.waiting.length, 0);
  find("stuck").hidden = !why || !count;
  find("why").textContent = `${why}: ${count} let in by this phone are not reported.`;
}

async function report(door, entries) {
  const sent = entries.map(({ code, key, at }) => ({ code, key, at }));
  const body = JSON.stringify({ device: deviceName(), entries: sent });
  const { results } = await ask("/report", { report: body }, addressOf(door.show));
  door.forget(entries);
  results.forEach((result, place) => {
    if (!result.redeemed) warn(entries[place], result);
  });
}

function addressOf(other) {
  return address.slice(0, address.lastIndexOf("/") + 1) + encodeURIComponent(other);
}

function warn(entry, result) {
  const line = document.createElement("li");
  const what = result.status === "used" ? "used twice" : (REFUSALS[result.status] ?? "refused");
  const at = new Date(entry.at).toLocaleTimeString();
  line.textContent = `${entry.ticket}: let in by this phone at ${at}, but ${what}`;
  find("wrong").append(line);
  find("warnings").hidden = false;
}

function seeCode(code) {
  const isSame = code === seen.code && Date.now() - seen.at < SAME_FOR_MS;
  seen = { code, at: Date.now() };
  return isSame ? undefined : check(code);
}

find("typed").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = find("code");
  if (field.value.trim()) await check(field.value.trim());
  field.select();
});
find("start").addEventListener("click", async () => {
  find("start").hidden = true;
  find("picture").hidden = false;
  try {
    await watch(find("picture"), seeCode);
  } catch {
    find("picture").hidden = true;
    find("start").hidden = false;
    say("no", "No camera", "Allow this page the camera, or type the code");
  }
});
addEventListener("online", meet);
setInterval(meet, EVERY_MS);
meet();
