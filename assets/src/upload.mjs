// Sends the papers of a page in pieces (tus 1.0.0), so that a connection that
// breaks loses nothing. The page works without it: then papers come with the form.
// The words come from the page's attributes.
import { prepare, thumbnail } from "./picture.mjs";
import { send, Refused } from "./tus.mjs";
import { forget, keep, kept } from "./shelf.mjs";

const lang = document.documentElement.lang;
const number = new Intl.NumberFormat(lang, { maximumFractionDigits: 1 });
const sizeText = (n) => (n < 1 << 20 ? number.format(n / 1024) + " KB" : number.format(n / (1 << 20)) + " MB");

const make = (tag, className, ...children) => {
  const e = document.createElement(tag);
  if (className) {
    e.className = className;
  }
  e.append(...children);
  return e;
};

const button = (text, more, act) => {
  const hidden = make("span", "govuk-visually-hidden", " " + more);
  const b = make("button", "govuk-button govuk-button--secondary", text, hidden);
  b.type = "button";
  b.addEventListener("click", act);
  return b;
};

let turn = Promise.resolve(); // one paper at a time: the line is narrow
const active = new Set();
let pressed = null; // what was pressed while papers were on the way

// An Entry is one paper on its way, as a line of the list.
class Entry {
  constructor(field, paper) {
    this.field = field;
    this.paper = paper;
    this.bar = make("progress");
    this.bar.max = 100;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", paper.name);
    this.text = make("span", "bs-upload__text");
    this.note = make("span", "bs-upload__note");
    this.buttons = make("span", "bs-upload__buttons");
    this.line = make("li", "bs-upload", make("span", "bs-files__name", paper.name), this.buttons, this.bar, this.text, this.note);
    field.list.append(this.line);
    this.begin();
  }

  words(key, more = {}) {
    let s = this.field.words[key] || "";
    for (const [name, value] of Object.entries({ file: this.paper.name, ...more })) {
      s = s.replace("{" + name + "}", value);
    }
    return s;
  }

  tell(text, aloud) {
    this.text.textContent = text;
    if (aloud) {
      this.field.live.textContent = text;
    }
  }

  begin() {
    this.stop = new AbortController();
    active.add(this);
    this.line.classList.remove("bs-upload--failed");
    this.bar.hidden = false;
    this.tell(this.words("waiting"));
    this.buttons.replaceChildren(button(this.words("cancel"), this.paper.name, () => this.cancel()));
    const mine = turn.then(() => this.run());
    turn = mine.catch(() => {});
    mine.catch((e) => this.fail(e)).finally(() => {
      active.delete(this);
      settle();
    });
  }

  async run() {
    if (this.stop.signal.aborted) {
      return;
    }
    const p = this.paper;
    if (!p.ready) {
      this.tell(this.words("preparing"), true);
      const made = await prepare(p.blob, p.name, p.original);
      if (made.blob !== p.blob) {
        p.shrunk = this.words("shrunk", { before: sizeText(p.blob.size), after: sizeText(made.blob.size) });
      }
      p.blob = made.blob;
      p.name = made.name;
      p.ready = true;
      await keep(p);
    }
    this.note.textContent = p.shrunk || "";
    let told = false;
    const state = await send(p, this.stop.signal, {
      address: (url) => {
        p.url = url;
        return keep(p);
      },
      progress: (sent) => {
        const percent = Math.floor((sent / p.blob.size) * 100);
        this.bar.value = percent;
        this.tell(percent < 100 ? this.words("sending", { percent, sent: sizeText(sent), size: sizeText(p.blob.size) }) : this.words("checking"), !told);
        told = true;
      },
      broken: (sent) => this.tell(this.words("broken", { percent: Math.floor((sent / p.blob.size) * 100) }), true),
      busy: (fault) => this.tell(fault || this.words("busy"), true),
    });
    await forget(p.id);
    if (state.state === "attached" && state.file) {
      this.done(state);
    } else {
      this.line.remove();
      if (state.state === "refused") {
        throw new Refused(state.fault);
      }
    }
  }

  done(state) {
    const { id, name, size, doubts } = state.file;
    const link = make("a", "govuk-link", name);
    link.href = this.field.root.dataset.papers + "/" + id;
    link.target = "_blank";
    link.rel = "noopener";
    const remove = make("button", "govuk-button govuk-button--secondary", this.words("remove"), make("span", "govuk-visually-hidden", " " + name));
    remove.name = "_remove_file";
    remove.value = this.field.root.dataset.field + "-" + id;
    const called = make("span", "bs-files__name", link, " (" + size + ")");
    const line = make("li", "", called, remove);
    if (this.paper.shrunk) {
      line.append(make("span", "bs-upload__note", this.paper.shrunk));
    }
    for (const text of doubts || []) {
      line.append(make("strong", "bs-files__doubt", text));
    }
    if (this.field.list.querySelector('[value="' + remove.value + '"]')) {
      this.line.remove(); // the same paper again
    } else {
      this.line.replaceWith(line);
      thumbnail(this.paper.blob).then((picture) => picture && called.prepend(picture));
    }
    this.field.live.textContent = this.words("done") + " " + (doubts || []).join(" ");
    const revision = this.field.form.elements._revision;
    if (state.revision && revision && Number(revision.value) === state.revision - 1) {
      revision.value = state.revision;
    }
    this.field.count();
  }

  fail(e) {
    if (this.stop.signal.aborted) {
      return;
    }
    pressed = null;
    const fault = e instanceof Refused ? e.message : "";
    if (!this.line.isConnected) {
      this.field.list.append(this.line);
    }
    this.line.classList.add("bs-upload--failed");
    this.bar.hidden = true;
    this.tell(this.words("failed") + " " + (fault || e.fault || this.words(e.message === "401" ? "sign_in" : "again")), true);
    const drop = button(this.words("cancel"), this.paper.name, () => this.cancel());
    if (fault) {
      this.paper.url = "";
      forget(this.paper.id);
      this.buttons.replaceChildren(drop);
    } else {
      this.buttons.replaceChildren(button(this.words("retry"), this.paper.name, () => this.begin()), drop);
    }
    this.field.count();
  }

  cancel() {
    this.stop.abort();
    active.delete(this);
    this.line.remove();
    forget(this.paper.id);
    if (this.paper.url) {
      fetch(this.paper.url, { method: "DELETE" }).catch(() => {}); // else the server forgets it by itself
    }
    this.field.live.textContent = this.words("cancelled");
    this.field.count();
    this.field.input.focus();
    settle();
  }
}

// settle goes on with what was pressed once nothing is on the way.
function settle() {
  if (active.size || !pressed) {
    return;
  }
  const { form, by } = pressed;
  pressed = null;
  form.requestSubmit(by);
}

class Field {
  constructor(root) {
    this.root = root;
    this.words = JSON.parse(root.dataset.words);
    this.input = root.querySelector("input[type=file]");
    this.form = root.closest("form");
    this.list = root.querySelector(".bs-files");
    if (!this.list) {
      this.list = make("ul", "govuk-list bs-files");
      (this.input || root.lastElementChild).before(this.list);
    }
    if (!this.input) {
      return;
    }
    this.live = make("div", "govuk-visually-hidden");
    this.live.setAttribute("role", "status");
    this.late = make("p", "govuk-body bs-upload__late");
    this.late.setAttribute("role", "status");
    root.append(this.live, this.late, this.choice());
    this.input.addEventListener("change", () => this.take());
    this.form.addEventListener("submit", (e) => this.wait(e));
    kept(root.dataset.upload).then((papers) => papers.forEach((p) => new Entry(this, p)));
    this.count();
  }

  // choice is the box by which a picture is sent as it is.
  choice() {
    const id = this.root.dataset.field + "-original";
    this.original = make("input", "govuk-checkboxes__input");
    this.original.type = "checkbox";
    this.original.id = id;
    const label = make("label", "govuk-label govuk-checkboxes__label", this.words.original);
    label.htmlFor = id;
    return make("div", "govuk-checkboxes govuk-checkboxes--small govuk-!-margin-top-2", make("div", "govuk-checkboxes__item", this.original, label));
  }

  take() {
    for (const file of this.input.files) {
      const id = crypto.getRandomValues(new Uint32Array(3)).join("-");
      new Entry(this, { id, field: this.root.dataset.upload, name: file.name, blob: file, original: this.original.checked, at: Date.now() });
    }
    this.input.value = ""; // they do not come with the form, too
    this.count();
  }

  // count hides the input while no more papers fit.
  count() {
    this.input.hidden = this.list.querySelectorAll("li:not(.bs-upload--failed)").length >= Number(this.root.dataset.max);
  }

  wait(e) {
    if (!active.size) {
      return;
    }
    e.preventDefault();
    e.stopImmediatePropagation();
    pressed = { form: this.form, by: e.submitter };
    this.late.textContent = this.words.late;
  }
}

for (const root of document.querySelectorAll("[data-upload]")) {
  new Field(root);
}
