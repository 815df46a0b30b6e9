// Keeps papers that are on their way, in the browser, so that a reload of the page
// or a phone that has closed it loses nothing. A paper leaves the shelf when it has
// ended, and after two days.
const oldest = 48 * 3600 * 1000;

function run(mode, act) {
  return new Promise((resolve) => {
    try {
      const open = indexedDB.open("benso-uploads", 1);
      open.onupgradeneeded = () => open.result.createObjectStore("papers", { keyPath: "id" });
      open.onerror = () => resolve(null); // storage is forbidden: then only this page sends it
      open.onsuccess = () => {
        const db = open.result;
        const all = db.transaction("papers", mode);
        const request = act(all.objectStore("papers"));
        all.oncomplete = () => {
          db.close();
          resolve(request.result);
        };
        all.onerror = all.onabort = () => {
          db.close();
          resolve(null);
        };
      };
    } catch {
      resolve(null);
    }
  });
}

export const keep = (paper) => run("readwrite", (papers) => papers.put(paper));

export const forget = (id) => run("readwrite", (papers) => papers.delete(id));

// kept gives the papers of one field that were on their way.
export async function kept(field) {
  const all = (await run("readonly", (papers) => papers.getAll())) || [];
  for (const p of all) {
    if (Date.now() - p.at > oldest) {
      forget(p.id);
    }
  }
  return all.filter((p) => p.field === field && Date.now() - p.at <= oldest);
}
