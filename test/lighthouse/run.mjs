// Asks Lighthouse, as a phone, how good the pages are that people meet first, and
// fails where one of the four scores is under 95. Each page is measured three
// times; the median counts, since other work on the machine is measured along.
//
//   node run.mjs http://127.0.0.1:8080 [runs]
//
// The address is that of a demonstration (scripts/lighthouse starts one).
import * as launcher from "chrome-launcher";
import lighthouse from "lighthouse";

const [base, runs = "3"] = process.argv.slice(2);
const password = "ben-so-2026-dung-thu";
const least = 95;
const categories = ["performance", "accessibility", "best-practices", "seo"];

const key = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

async function post(path, fields, cookie = "") {
  const response = await fetch(base + path, { method: "POST", redirect: "manual", headers: { cookie }, body: new URLSearchParams({ key: key(), ...fields }) });
  return { to: response.headers.get("location"), cookies: response.headers.getSetCookie(), body: await response.text() };
}

async function signIn(handle) {
  const { to, cookies } = await post("/dang-nhap", { handle, password });
  if (!to || cookies.length === 0) {
    throw new Error(`${handle} cannot sign in`);
  }
  return cookies.map((c) => c.split(";")[0]).join("; ");
}

// draft begins a birth registration, or goes on with one.
async function draft(cookie) {
  const { to, body } = await post("/nop-ho-so", { "thu-tuc": "1.001193", moi: "1" }, cookie);
  const id = /\/nop-ho-so\/([0-9A-Za-z]+)/.exec(to || body);
  if (!id) {
    throw new Error(`no draft was begun: ${to} ${body.slice(0, 300)}`);
  }
  return id[1];
}

// anyNumber reads the number of a dossier from what a clerk or the applicant sees.
async function anyNumber(cookies) {
  for (const cookie of cookies) {
    for (const path of ["/ban-lam-viec?hang=tat-ca", "/ban-lam-viec/so", "/ho-so-cua-toi"]) {
      const body = await (await fetch(base + path, { headers: { cookie } })).text();
      const number = /BS-\d{6}-\d{5,}|\d{3}\.\d\d\.\d\d\.H\d\d-\d{6}-\d{4}/.exec(body);
      if (number) {
        return number[0];
      }
    }
  }
  throw new Error("no list shows a number");
}

const applicant = await signIn("nguoidan@benso.example");
const number = await anyNumber([await signIn("motcua@benso.example"), applicant]);
const begun = await draft(applicant);

// Pages of one person or one dossier ask search engines to stay away, on purpose:
// of the SEO score that one audit is left out there.
const pages = [
  { name: "home", path: "/" },
  { name: "search", path: "/thu-tuc?q=dang+ky+khai+sih" },
  { name: "procedure", path: "/thu-tuc/1.001193" },
  { name: "form, signed in", path: `/nop-ho-so/${begun}/birth`, cookie: applicant, secret: true },
  { name: "tracking", path: `/tra-cuu?so=${encodeURIComponent(number)}`, secret: true },
  { name: "tracking, empty", path: "/tra-cuu" },
];

async function measure(page) {
  const chrome = await launcher.launch({
    chromePath: process.env.CHROME_PATH || "/usr/bin/chromium",
    chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", "--lang=vi", "--accept-lang=vi"],
    logLevel: "silent",
  });
  try {
    const result = await lighthouse(base + page.path, {
      port: chrome.port,
      logLevel: "error",
      output: "json",
      onlyCategories: categories,
      skipAudits: page.secret ? ["is-crawlable"] : [],
      extraHeaders: page.cookie ? { Cookie: page.cookie } : {},
    });
    if (result.lhr.runtimeError) {
      throw new Error(`${page.path}: ${result.lhr.runtimeError.message}`);
    }
    const at = new URL(result.lhr.finalDisplayedUrl);
    if (at.pathname + at.search !== page.path) {
      throw new Error(`${page.path} led to ${at}`);
    }
    return result.lhr;
  } finally {
    await chrome.kill();
  }
}

const score = (report, category) => Math.round(report.categories[category].score * 100);
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];

// faults are the audits that take points from a category.
const faults = (report, category) =>
  report.categories[category].auditRefs
    .filter((ref) => ref.weight > 0 && report.audits[ref.id].score !== null && report.audits[ref.id].score < 1)
    .map((ref) => `${report.audits[ref.id].title} (${ref.id}${report.audits[ref.id].displayValue ? ", " + report.audits[ref.id].displayValue : ""})`);

let bad = 0;
const line = (cells) => console.log(cells[0].padEnd(18) + cells.slice(1).map((c) => String(c).padStart(16)).join(""));
line(["page", ...categories, "bytes"]);
for (const page of pages) {
  const reports = [];
  for (let n = 0; n < Number(runs); n++) {
    reports.push(await measure(page));
  }
  const scores = categories.map((c) => median(reports.map((r) => score(r, c))));
  line([page.name, ...scores, reports[0].audits["total-byte-weight"]?.numericValue ?? ""]);
  for (const [i, category] of categories.entries()) {
    if (scores[i] < 100) {
      for (const fault of new Set(reports.flatMap((r) => faults(r, category)))) {
        console.log(`    ${category}: ${fault}`);
      }
    }
    bad += scores[i] < least ? 1 : 0;
  }
}
if (bad > 0) {
  console.error(`${bad} scores are under ${least}`);
  process.exit(1);
}
