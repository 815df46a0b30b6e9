// Finding things as a person does. Evaluated in the page, also when the page's
// own scripts are switched off; so it uses no timers and no promises.
(scope, verb, wanted, option) => {
  const clean = (s) => (s || '').normalize('NFC').replace(/\s+/g, ' ').trim();
  const want = clean(wanted);
  const shown = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden';
  const query = (root, selector) => { try { return [...root.querySelectorAll(selector)]; } catch { return []; } };
  const words = (e) => clean(e.innerText ?? e.textContent);
  const labelText = (label) => {
    const copy = label.cloneNode(true);
    copy.querySelectorAll('input,select,textarea').forEach((e) => e.remove());
    return clean(copy.textContent);
  };
  const one = (found, what) => {
    found = [...new Set(found)];
    if (found.length > 1) throw new Error(`${found.length} things are ${what}: use Within`);
    return found[0] || null;
  };
  // The first way of matching that finds anything decides.
  const first = (...ways) => { for (const way of ways) { const found = way(); if (found.length) return found; } return []; };

  const root = (() => {
    let at = document;
    for (const s of scope) {
      const name = clean(s);
      const named = (tag, head) => [...at.querySelectorAll(tag)].filter((e) => clean(e.querySelector(head)?.textContent) === name);
      at = one(first(() => named('fieldset', 'legend'), () => query(at, s).filter(shown),
        () => [...at.querySelectorAll('tr,li,section,article,.govuk-summary-list__row')].filter((e) => shown(e) && words(e).includes(name)
          && ![...e.querySelectorAll('tr,li,section,article,.govuk-summary-list__row')].some((i) => words(i).includes(name)))), `"${s}"`);
      if (!at) return null;
    }
    return at;
  })();
  if (!root) return null;

  const labels = () => [...root.querySelectorAll('label')];
  const fields = () => [...root.querySelectorAll('input:not([type=hidden]),select,textarea')];
  const byLabel = (match) => labels().filter((l) => l.control && match(labelText(l))).map((l) => l.control)
    .concat(fields().filter((f) => f.hasAttribute('aria-label') && match(clean(f.getAttribute('aria-label')))));
  const field = (ok) => one(first(
    () => byLabel((s) => s === want).filter(ok),
    () => fields().filter((f) => ok(f) && (f.name === wanted || f.id === wanted)),
    () => byLabel((s) => s.startsWith(want)).filter(ok)), `called "${wanted}"`);

  switch (verb) {
    case 'clickable': {
      const all = () => [...root.querySelectorAll('a[href],button,summary,input[type=submit],input[type=button],label,[role=button],[role=tab]')].filter(shown);
      const says = (match) => all().filter((e) => match(words(e) || clean(e.value)) || match(clean(e.getAttribute('aria-label'))));
      return one(first(() => says((s) => s === want), () => query(root, wanted).filter(shown).slice(0, 1), () => says((s) => s.startsWith(want))), `called "${wanted}"`);
    }
    case 'field': return field((f) => !['radio', 'checkbox', 'file', 'submit', 'button'].includes(f.type));
    case 'files': return field((f) => f.type === 'file');
    case 'choice': {
      const input = field((f) => f.type === 'radio' || f.type === 'checkbox');
      if (!input) return null;
      return input.labels?.[0] && shown(input.labels[0]) ? input.labels[0] : input;
    }
    case 'select': {
      const list = field((f) => f.tagName === 'SELECT');
      if (!list) return null;
      const o = one([...list.options].filter((o) => clean(o.textContent) === clean(option)), `options "${option}"`);
      if (!o) return null;
      if (!o.selected) {
        o.selected = true;
        list.dispatchEvent(new Event('input', { bubbles: true }));
        list.dispatchEvent(new Event('change', { bubbles: true }));
      }
      return list;
    }
    case 'element': return query(root, wanted)[0] || null;
    case 'text': { const e = query(root, wanted)[0]; return e ? { text: words(e) } : null; }
    case 'count': return { count: query(root, wanted).length };
    case 'says': return { found: words(root === document ? document.documentElement : root).includes(want) };
    case 'value': {
      const f = field(() => true);
      if (!f) return null;
      if (f.type === 'radio' || f.type === 'checkbox') return { text: f.checked ? 'on' : '' };
      return { text: f.tagName === 'SELECT' ? clean(f.selectedOptions[0]?.textContent) : f.value };
    }
    case 'focus': {
      const e = document.activeElement;
      if (!e || e === document.body || e === document.documentElement) return { list: [] };
      // Where the mark of the focus may be: on it, or on the circle or square that its label draws.
      const marked = (at, part) => {
        const s = getComputedStyle(at, part);
        const clear = s.outlineColor === 'transparent' || /, 0\)$/.test(s.outlineColor);
        return s.boxShadow !== 'none' || (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 && !clear);
      };
      const label = e.labels?.[0];
      const box = e.getBoundingClientRect();
      const name = clean(e.getAttribute('aria-label')) || (label ? labelText(label) : '') || words(e) || clean(e.value);
      return { text: name, list: [e.id, e.tagName.toLowerCase(), e.type || '', e.dataset.shortcut || ''], found: marked(e) || !!label && marked(label, '::before'),
        count: box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth ? 1 : 0 };
    }
    case 'targets': {
      // What a thumb must hit by itself; a link within a sentence is as high as its line.
      const found = [...document.querySelectorAll('button,select,summary,textarea,input:not([type=hidden]),nav a,header a,.govuk-button')].filter(shown);
      const box = (e) => (['radio', 'checkbox'].includes(e.type) && e.labels?.length ? e.parentElement : e).getBoundingClientRect();
      const least = Number(wanted);
      return { list: found.filter((e) => !e.closest('.govuk-visually-hidden,.govuk-skip-link') && !e.matches('.govuk-visually-hidden,.govuk-skip-link') && box(e).height + 0.5 < least)
        .map((e) => `<${e.tagName.toLowerCase()} class="${e.getAttribute('class') || ''}"> ${words(e).slice(0, 40)} is ${Math.round(box(e).height)} px high`).slice(0, 12) };
    }
    case 'overflow': {
      const wide = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= wide) return { list: [] };
      const out = [...document.body.querySelectorAll('*')].filter((e) => shown(e) && e.getBoundingClientRect().right > wide + 0.5);
      return { list: out.filter((e) => !out.some((i) => i !== e && e.contains(i))).slice(0, 8)
        .map((e) => `<${e.tagName.toLowerCase()} class="${e.getAttribute('class') || ''}"> ${words(e).slice(0, 40)} ends at ${Math.round(e.getBoundingClientRect().right)} of ${wide}`) };
    }
  }
  throw new Error('no verb ' + verb);
}
