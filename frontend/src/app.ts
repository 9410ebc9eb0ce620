// Small behaviours every page shares. Everything works without them; they make it kinder.
import { protectForms } from "./drafts.ts";
import { proveForms } from "./proof.ts";

const each = <T extends Element>(selector: string, act: (element: T) => void, root: ParentNode = document): void => {
  root.querySelectorAll<T>(selector).forEach(act);
};

function counters(root: ParentNode): void {
  each<HTMLTextAreaElement>("textarea[maxlength]", (area) => {
    const out = document.getElementById(`${area.id}-count`);
    if (!out) return;
    const show = (): void => {
      out.textContent = `${[...area.value].length} / ${area.maxLength}`;
    };
    area.addEventListener("input", show);
    show();
  }, root);
}

function photoPreviews(root: ParentNode): void {
  each<HTMLInputElement>("input[type=file][data-preview]", (input) => {
    const out = document.getElementById(input.dataset.preview ?? "");
    if (!out) return;
    input.addEventListener("change", () => {
      out.replaceChildren();
      for (const file of Array.from(input.files ?? [])) {
        if (!file.type.startsWith("image/")) {
          const name = document.createElement("span");
          name.textContent = file.name;
          out.append(name);
          continue;
        }
        const picture = document.createElement("img");
        picture.alt = file.name;
        picture.src = URL.createObjectURL(file);
        picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
        out.append(picture);
      }
    });
  }, root);
}

function confirmations(): void {
  document.addEventListener("click", (event) => {
    const opener = (event.target as Element).closest<HTMLElement>("[data-dialog]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialog ?? "") as HTMLDialogElement | null;
      if (dialog && typeof dialog.showModal === "function") {
        event.preventDefault();
        dialog.showModal();
      }
    }
    const closer = (event.target as Element).closest("[data-close]");
    if (closer) closer.closest("dialog")?.close();
  });
}

function copying(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-copy]");
    if (!button || !navigator.clipboard) return;
    void navigator.clipboard.writeText(button.dataset.copy ?? "").then(() => {
      const done = button.dataset.copied;
      if (done) button.textContent = done;
    });
  });
}

function locating(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("[data-locate]");
    if (!button || !navigator.geolocation) return;
    const form = button.form;
    const say = document.getElementById(button.dataset.locate ?? "");
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      (position) => {
        const set = (name: string, value: number): void => {
          const input = form?.elements.namedItem(name);
          if (input instanceof HTMLInputElement) input.value = value.toFixed(6);
        };
        set("lat", position.coords.latitude);
        set("lon", position.coords.longitude);
        if (say) say.textContent = button.dataset.located ?? "";
        button.disabled = false;
      },
      () => {
        if (say) say.textContent = button.dataset.failed ?? "";
        button.disabled = false;
      },
      { enableHighAccuracy: true, timeout: 15000 },
    );
  });
}

/** Submits once: the second press of an impatient thumb does nothing. */
function submitOnce(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    window.setTimeout(() => delete form.dataset.sent, 8000);
  });
  window.addEventListener("pageshow", () => each<HTMLFormElement>("form[data-sent]", (form) => delete form.dataset.sent));
}

/** Keys for people who clear a hundred cases a morning: j and k walk a list, o opens, the letters of [data-key] press. */
function keyboard(): void {
  let at = -1;
  document.addEventListener("keydown", (event) => {
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
    const rows = Array.from(document.querySelectorAll<HTMLElement>("[data-row]"));
    if ((event.key === "j" || event.key === "k") && rows.length) {
      at = Math.min(rows.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)));
      rows.forEach((row, index) => row.classList.toggle("desk-row-active", index === at));
      rows[at]?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "o" && rows[at]) {
      rows[at]?.querySelector<HTMLAnchorElement>("a")?.click();
    } else if (event.key === "x" && rows[at]) {
      rows[at]?.querySelector<HTMLInputElement>("input[type=checkbox]")?.click();
    } else if (event.key === "/") {
      const search = document.querySelector<HTMLInputElement>("input[type=search]");
      if (search) {
        event.preventDefault();
        search.focus();
      }
    } else if (event.key === "?") {
      (document.getElementById("keys") as HTMLDialogElement | null)?.showModal?.();
    } else {
      const button = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(event.key)}"]`);
      if (button) {
        event.preventDefault();
        button.focus();
        button.click();
      }
    }
  });
}

function checkAll(): void {
  each<HTMLInputElement>("input[data-check-all]", (box) => {
    box.addEventListener("change", () => {
      each<HTMLInputElement>(`input[name="${box.dataset.checkAll}"]`, (one) => {
        one.checked = box.checked;
      });
    });
  });
}

function showFor(): void {
  each<HTMLElement>("[data-show-for]", (block) => {
    const [name, value] = (block.dataset.showFor ?? "").split("=");
    const form = block.closest("form");
    const update = (): void => {
      const chosen = form ? new FormData(form).get(name ?? "") : null;
      block.hidden = chosen !== value;
    };
    form?.addEventListener("change", update);
    update();
  });
}

function printing(): void {
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-print]")) window.print();
  });
}

counters(document);
photoPreviews(document);
confirmations();
copying();
locating();
submitOnce();
keyboard();
checkAll();
showFor();
printing();
proveForms();
protectForms(window.localStorage);
