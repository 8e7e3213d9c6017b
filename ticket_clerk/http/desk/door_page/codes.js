// Reads a ticket's code without a line: the signature says that it is ours, and for which show.

const CODE = /^T1:(tkt_[0-9A-Za-z]{22}):([^:]+):([\w-]{8}):([\w-]{86})$/;
const LIBRARY = "./noble-ed25519-3.2.0.js";

const verifying = choose();

/** Give the ticket and show of a code that one of the public keys signed; null for any other. */
export async function readCode(code, keys) {
  const [, ticket, show, keyId, signature] = CODE.exec(code) ?? [];
  const key = keys.find((one) => one.kid === keyId);
  if (!key || encode(decode(signature)) !== signature) return null;
  const said = new TextEncoder().encode(code.slice(0, code.lastIndexOf(":")));
  const verify = await verifying;
  return (await verify(decode(key.x), decode(signature), said)) ? { ticket, show } : null;
}

/** The browser's own Ed25519, or the library's where it has none; chosen while there is a line. */
async function choose() {
  try {
    await crypto.subtle.importKey("raw", new Uint8Array(32), "Ed25519", false, ["verify"]);
  } catch {
    const library = await import(LIBRARY);
    return (key, signature, said) => library.verifyAsync(signature, said, key, { zip215: false });
  }
  return async (key, signature, said) => {
    const imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    return crypto.subtle.verify("Ed25519", imported, signature, said);
  };
}

function decode(text) {
  const bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(bytes, (one) => one.charCodeAt(0));
}

function encode(bytes) {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
