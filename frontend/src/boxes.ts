// Rectangles in per cent of a photo: how they move, grow and stay inside. No page in here, so that it can be tested alone.
export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

export const SMALLEST = 1;

const tidy = (value: number): number => Math.round(value * 100) / 100;
const between = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Returns the box moved by a step, kept whole inside the photo. */
export function moved(box: Box, dx: number, dy: number): Box {
  return { ...box, x: tidy(between(box.x + dx, 0, 100 - box.w)), y: tidy(between(box.y + dy, 0, 100 - box.h)) };
}

/** Returns the box made wider and higher by a step, its left upper corner fixed, never smaller than one per cent. */
export function resized(box: Box, dw: number, dh: number): Box {
  return {
    ...box,
    w: tidy(between(box.w + dw, SMALLEST, 100 - box.x)),
    h: tidy(between(box.h + dh, SMALLEST, 100 - box.y)),
  };
}

/** Returns the box between two corners dragged in any direction, cut to the photo. */
export function spanned(ax: number, ay: number, bx: number, by: number): Box {
  const left = between(Math.min(ax, bx), 0, 100 - SMALLEST);
  const top = between(Math.min(ay, by), 0, 100 - SMALLEST);
  const right = between(Math.max(ax, bx), left + SMALLEST, 100);
  const bottom = between(Math.max(ay, by), top + SMALLEST, 100);
  return { x: tidy(left), y: tidy(top), w: tidy(right - left), h: tidy(bottom - top) };
}

/** Returns the box four typed numbers mean, or null when they mean none yet. */
export function typed(cells: readonly string[]): Box | null {
  const [x, y, w, h] = cells.map((cell) => (cell.trim() === "" ? Number.NaN : Number(cell)));
  if (x === undefined || y === undefined || w === undefined || h === undefined) return null;
  if (![x, y, w, h].every(Number.isFinite) || w <= 0 || h <= 0 || x < 0 || y < 0 || x >= 100 || y >= 100) return null;
  return { x: tidy(x), y: tidy(y), w: tidy(Math.min(w, 100 - x)), h: tidy(Math.min(h, 100 - y)) };
}

/** What an arrow key does: moves by one per cent, a fifth of that with Ctrl; with Shift it resizes. Null for other keys. */
export function steered(box: Box, key: string, shift: boolean, fine: boolean): Box | null {
  const step = fine ? 0.2 : 1;
  const arrows: Record<string, [number, number]> = {
    ArrowLeft: [-step, 0],
    ArrowRight: [step, 0],
    ArrowUp: [0, -step],
    ArrowDown: [0, step],
  };
  const by = arrows[key];
  if (!by) return null;
  return shift ? resized(box, by[0], by[1]) : moved(box, by[0], by[1]);
}

/** States to go back to, at most a hundred. */
export class History {
  private past: Box[][] = [];

  keep(boxes: readonly Box[]): void {
    this.past.push(boxes.map((box) => ({ ...box })));
    if (this.past.length > 100) this.past.shift();
  }

  back(): Box[] | null {
    return this.past.pop() ?? null;
  }
}
