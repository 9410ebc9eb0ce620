// Nothing typed is lost: words of a form marked data-draft are kept on this device until it is sent, and offered again after an
// expired session, a dead battery or a closed tab. Passwords, files and hidden fields are never kept.

export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export const KEEP_MS = 3 * 24 * 3600 * 1000;

export function draftKey(form: string, path: string): string {
  return `wishloop-draft:${path}:${form}`;
}

export function saveDraft(store: Store, key: string, values: Record<string, string>, now: number): void {
  const filled = Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ""));
  if (Object.keys(filled).length === 0) store.removeItem(key);
  else store.setItem(key, JSON.stringify({ at: now, values: filled }));
}

export function readDraft(store: Store, key: string, now: number): Record<string, string> {
  const kept = store.getItem(key);
  if (!kept) return {};
  try {
    const parsed: unknown = JSON.parse(kept);
    if (typeof parsed !== "object" || parsed === null) return {};
    const { at, values } = parsed as { at?: unknown; values?: unknown };
    if (typeof at !== "number" || now - at > KEEP_MS || typeof values !== "object" || values === null) {
      store.removeItem(key);
      return {};
    }
    return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  } catch {
    store.removeItem(key);
    return {};
  }
}

function typedFields(form: HTMLFormElement): (HTMLInputElement | HTMLTextAreaElement)[] {
  return Array.from(form.elements).filter(
    (field): field is HTMLInputElement | HTMLTextAreaElement =>
      (field instanceof HTMLTextAreaElement ||
        (field instanceof HTMLInputElement && /^(text|tel|search|number|date|email)$/.test(field.type))) &&
      field.name !== "",
  );
}

export function protectForms(store: Store): void {
  for (const key of (document.body.dataset.sentDrafts ?? "").split(" ").filter(Boolean)) store.removeItem(key);
  document.querySelectorAll<HTMLFormElement>("form[data-draft]").forEach((form) => {
    const key = draftKey(form.dataset.draft ?? "", form.dataset.draftPath ?? location.pathname);
    const kept = readDraft(store, key, Date.now());
    let restored = false;
    for (const field of typedFields(form)) {
      const words = kept[field.name];
      if (words && field.value === "") {
        field.value = words;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        restored = true;
      }
    }
    const note = form.querySelector<HTMLElement>("[data-draft-note]");
    if (note) note.hidden = !restored;
    const save = (): void =>
      saveDraft(store, key, Object.fromEntries(typedFields(form).map((f) => [f.name, f.value])), Date.now());
    form.addEventListener("input", save);
    form.addEventListener("reset", () => store.removeItem(key));
  });
  document.querySelectorAll<HTMLElement>("[data-clear-draft]").forEach((mark) => {
    store.removeItem(mark.dataset.clearDraft ?? "");
  });
}
