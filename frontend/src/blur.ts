// The covering tool: rectangles over a photo, drawn by finger, mouse or keyboard. The table of numbers is what gets sent;
// without this script people fill it in by hand.
import { type Box, History, moved, resized, spanned, steered, typed } from "./boxes.ts";

const SIDES = ["x", "y", "w", "h"] as const;

class Tool {
  private boxes: Box[] = [];
  private chosen = -1;
  private readonly history = new History();
  private readonly layer = document.createElement("div");

  constructor(
    private readonly form: HTMLFormElement,
    private readonly stage: HTMLElement,
    private readonly rows: HTMLElement,
  ) {
    this.layer.className = "blur-layer";
    stage.append(this.layer);
    this.form.querySelectorAll<HTMLElement>("[data-tools]").forEach((tools) => {
      tools.hidden = false;
    });
    this.form.querySelector<HTMLDetailsElement>("[data-numbers]")?.removeAttribute("open");
    this.readNumbers();
    this.draw();
    this.listen();
  }

  private listen(): void {
    this.stage.addEventListener("pointerdown", (event) => this.press(event));
    this.layer.addEventListener("focusin", (event) => {
      this.choose(Number((event.target as HTMLElement).dataset.index ?? -1));
    });
    this.form.addEventListener("keydown", (event) => this.key(event));
    this.rows.addEventListener("change", () => {
      this.history.keep(this.boxes);
      this.readNumbers();
      this.draw();
    });
    const press = (name: string, act: () => void): void => {
      this.form.querySelector(`[data-${name}]`)?.addEventListener("click", act);
    };
    press("add", () => this.add());
    press("undo", () => this.undo());
    press("remove", () => this.remove());
  }

  private add(): void {
    const step = (this.boxes.length % 8) * 4;
    this.change([...this.boxes, { x: 30 + step, y: 30 + step, w: 20, h: 20 }], this.boxes.length);
    this.focus();
  }

  private undo(): void {
    const before = this.history.back();
    if (!before) return;
    this.boxes = before;
    this.chosen = Math.min(this.chosen, before.length - 1);
    this.draw();
    this.writeNumbers();
    this.say(this.form.dataset.undone ?? "");
  }

  private remove(): void {
    if (this.chosen < 0) return;
    const kept = this.boxes.filter((_box, index) => index !== this.chosen);
    this.change(kept, Math.min(this.chosen, kept.length - 1));
    this.say(this.form.dataset.removed ?? "");
    this.focus();
  }

  private key(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && target.tagName !== "INPUT") {
      event.preventDefault();
      this.undo();
      return;
    }
    const box = this.boxes[this.chosen];
    if (!target.classList.contains("blur-box") || !box) return;
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.remove();
      return;
    }
    const next = steered(box, event.key, event.shiftKey, event.ctrlKey || event.metaKey);
    if (!next) return;
    event.preventDefault();
    this.change(this.boxes.map((old, index) => (index === this.chosen ? next : old)), this.chosen);
  }

  private press(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    const target = event.target as HTMLElement;
    const on = target.closest<HTMLElement>(".blur-box");
    const start = this.point(event);
    const index = on ? Number(on.dataset.index) : this.boxes.length;
    const original = this.boxes[index];
    const grip = target.classList.contains("blur-grip");
    const before = this.boxes;
    let last: Box | null = null;
    const drag = (to: { x: number; y: number }): Box => {
      if (!original) return spanned(start.x, start.y, to.x, to.y);
      return grip ? resized(original, to.x - start.x, to.y - start.y) : moved(original, to.x - start.x, to.y - start.y);
    };
    const move = (next: PointerEvent): void => {
      const to = this.point(next);
      if (!last && Math.hypot(to.x - start.x, to.y - start.y) < 0.8) return; // a tap draws nothing
      last = drag(to);
      this.boxes = original ? before.map((old, i) => (i === index ? last! : old)) : [...before, last];
      this.chosen = index;
      this.draw();
    };
    const end = (done: PointerEvent): void => {
      if (done.type === "pointercancel") {
        this.boxes = before; // a second finger came to zoom: nothing was meant to be drawn
        last = null;
      }
      this.stage.removeEventListener("pointermove", move);
      this.stage.removeEventListener("pointerup", end);
      this.stage.removeEventListener("pointercancel", end);
      if (last) {
        this.history.keep(before);
        this.writeNumbers();
      }
      this.chosen = last || original ? index : Math.min(this.chosen, this.boxes.length - 1);
      this.draw();
      this.focus();
    };
    this.stage.setPointerCapture(event.pointerId);
    this.stage.addEventListener("pointermove", move);
    this.stage.addEventListener("pointerup", end);
    this.stage.addEventListener("pointercancel", end);
  }

  private point(event: PointerEvent): { x: number; y: number } {
    const area = this.stage.getBoundingClientRect();
    return { x: ((event.clientX - area.left) / area.width) * 100, y: ((event.clientY - area.top) / area.height) * 100 };
  }

  private change(next: Box[], chosen: number): void {
    this.history.keep(this.boxes);
    this.boxes = next;
    this.chosen = chosen;
    this.draw();
    this.writeNumbers();
  }

  private choose(index: number): void {
    this.chosen = index;
    Array.from(this.layer.children).forEach((child, i) => child.classList.toggle("blur-chosen", i === index));
  }

  private focus(): void {
    (this.layer.children[this.chosen] as HTMLElement | undefined)?.focus({ preventScroll: true });
  }

  private label(box: Box, number: number): string {
    const values: Record<string, number> = { n: number, ...box };
    return (this.form.dataset.box ?? "").replace(/\{([nxywh])\}/g, (_all, name: string) =>
      String(name === "n" ? number : Math.round(values[name] ?? 0)),
    );
  }

  /** Brings the drawn boxes in line with the list, keeping elements so that the keyboard's focus stays. */
  private draw(): void {
    while (this.layer.children.length > this.boxes.length) this.layer.lastElementChild?.remove();
    this.boxes.forEach((box, index) => {
      let element = this.layer.children[index] as HTMLElement | undefined;
      if (!element) {
        element = document.createElement("button");
        element.setAttribute("type", "button");
        element.className = "blur-box";
        const grip = document.createElement("span");
        grip.className = "blur-grip";
        element.append(grip);
        this.layer.append(element);
      }
      element.dataset.index = String(index);
      element.style.left = `${box.x}%`;
      element.style.top = `${box.y}%`;
      element.style.width = `${box.w}%`;
      element.style.height = `${box.h}%`;
      element.setAttribute("aria-label", this.label(box, index + 1));
      element.classList.toggle("blur-chosen", index === this.chosen);
    });
  }

  private readNumbers(): void {
    const found: Box[] = [];
    for (const row of Array.from(this.rows.querySelectorAll("tr"))) {
      const box = typed(SIDES.map((side) => row.querySelector<HTMLInputElement>(`input[name="${side}"]`)?.value ?? ""));
      if (box) found.push(box);
    }
    this.boxes = found;
  }

  private writeNumbers(): void {
    const rows = Array.from(this.rows.querySelectorAll("tr"));
    const pattern = rows[rows.length - 1];
    if (!pattern) return;
    while (rows.length < this.boxes.length) {
      const fresh = pattern.cloneNode(true) as HTMLTableRowElement;
      const head = fresh.querySelector("th");
      if (head) head.textContent = String(rows.length + 1);
      this.rows.append(fresh);
      rows.push(fresh);
    }
    rows.forEach((row, index) => {
      for (const side of SIDES) {
        const input = row.querySelector<HTMLInputElement>(`input[name="${side}"]`);
        const box = this.boxes[index];
        if (input) input.value = box ? String(box[side]) : "";
      }
    });
  }

  private say(words: string): void {
    const out = this.form.querySelector("[data-say]");
    if (out) out.textContent = words;
  }
}

document.querySelectorAll<HTMLFormElement>("form[data-blur]").forEach((form) => {
  const stage = form.querySelector<HTMLElement>("[data-stage]");
  const rows = form.querySelector<HTMLElement>("[data-rows]");
  if (stage && rows) new Tool(form, stage, rows);
});
