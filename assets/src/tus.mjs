// The sending half of tus 1.0.0, for one paper.
const piece = 512 << 10; // bytes of one request
const silence = 20000; // ms without a byte, after which a connection is dead
const slowest = 15000; // ms between two tries
const tries = 8; // of a server that answers, and not well

// Refused is a paper that will not be taken, with the reason in plain words.
export class Refused extends Error {}

class Broken extends Error {}

function ask(method, url, signal, headers = {}, body = null, progress = null) {
  return new Promise((resolve, reject) => {
    const x = new XMLHttpRequest();
    let timer;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => x.abort(), silence);
    };
    const end = (how, value) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", leave);
      how(value);
    };
    const leave = () => x.abort();
    x.open(method, url);
    x.setRequestHeader("Tus-Resumable", "1.0.0");
    for (const [name, value] of Object.entries(headers)) {
      x.setRequestHeader(name, value);
    }
    x.upload.onprogress = (e) => {
      alive();
      progress?.(e.loaded);
    };
    x.onprogress = alive;
    x.onload = () => end(resolve, x);
    x.onerror = x.onabort = () => end(reject, new Broken());
    signal.addEventListener("abort", leave);
    alive();
    x.send(body);
  });
}

const told = (x) => {
  try {
    return JSON.parse(x.responseText);
  } catch {
    return {}; // an error page, or nothing
  }
};

const base64 = (s) => btoa(String.fromCharCode(...new TextEncoder().encode(s)));

// ok gives an answer that is one; the others are thrown.
function ok(x, ...also) {
  if ((x.status >= 200 && x.status < 300) || also.includes(x.status)) {
    return x;
  }
  const { fault } = told(x);
  if (fault && x.status < 500) {
    throw new Refused(fault);
  }
  const e = new Error(String(x.status));
  e.fault = fault;
  e.again = x.status >= 500 || x.status === 423 || x.status === 408;
  throw e;
}

// step brings one piece, or asks where to go on; it gives the state when the paper
// has ended.
async function step(paper, at, signal, on) {
  const { blob } = paper;
  if (!paper.url) {
    const x = ok(await ask("POST", paper.field, signal, { "Upload-Length": blob.size, "Upload-Metadata": "filename " + base64(paper.name) }));
    await on.address(new URL(x.getResponseHeader("Location"), location).pathname);
    at.offset = 0;
  }
  if (at.offset < 0) {
    const x = ok(await ask("HEAD", paper.url, signal), 404);
    if (x.status === 404) {
      paper.url = ""; // the server has forgotten it: from the beginning
      return null;
    }
    at.offset = Number(x.getResponseHeader("Upload-Offset"));
    at.known = at.offset;
  }
  on.progress(at.offset);
  const from = at.offset;
  const x = await ask("PATCH", paper.url, signal, { "Upload-Offset": from, "Content-Type": "application/offset+octet-stream" }, blob.slice(from, from + piece),
    (loaded) => on.progress(from + loaded));
  // A browser sends a request again by itself when a line that it had used before
  // breaks; the server then has more than we know.
  if (x.status === 409 || x.status === 404) {
    at.offset = -1;
    const e = new Error(String(x.status));
    e.again = true;
    throw e;
  }
  ok(x);
  if (x.status === 200) {
    return told(x);
  }
  at.offset = at.known = Number(x.getResponseHeader("Upload-Offset"));
  return null;
}

// send brings a paper to its end, over as many breaks as it takes, and gives its
// state. on.address is told its address, on.progress how much was sent.
export async function send(paper, signal, on) {
  const at = { offset: paper.url ? -1 : 0, known: 0 };
  let failed = 0;
  for (let last = 0; ; ) {
    try {
      const state = await step(paper, at, signal, on);
      if (state) {
        return state;
      }
      failed = 0;
      continue;
    } catch (e) {
      if (signal.aborted || e instanceof Refused || !(e instanceof Broken || e.again)) {
        throw e;
      }
      failed = at.known > last ? 1 : failed + 1;
      last = at.known;
      if (e instanceof Broken) {
        on.broken(at.known);
      } else if (failed > tries) {
        throw e;
      } else {
        on.busy(e.fault);
      }
    }
    at.offset = paper.url ? -1 : 0;
    await rest(Math.min(slowest, 250 * 2 ** Math.min(failed, 6)), signal);
  }
}

// rest waits, and no longer once the network is back.
function rest(ms, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    addEventListener("online", end);
    signal.addEventListener("abort", end);
  });
}
