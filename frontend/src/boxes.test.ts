import assert from "node:assert/strict";
import { test } from "node:test";
import { type Box, History, moved, resized, spanned, steered, typed } from "./boxes.ts";

const box: Box = { x: 10, y: 20, w: 30, h: 40 };
const inside = (b: Box): boolean => b.x >= 0 && b.y >= 0 && b.w >= 1 && b.h >= 1 && b.x + b.w <= 100.001 && b.y + b.h <= 100.001;

test("a moved box keeps its size and stays inside", () => {
  assert.deepEqual(moved(box, 5, -5), { x: 15, y: 15, w: 30, h: 40 });
  assert.deepEqual(moved(box, 500, 500), { x: 70, y: 60, w: 30, h: 40 });
  assert.deepEqual(moved(box, -500, -500), { x: 0, y: 0, w: 30, h: 40 });
});

test("a resized box keeps its corner and stays inside", () => {
  assert.deepEqual(resized(box, 10, 10), { x: 10, y: 20, w: 40, h: 50 });
  assert.deepEqual(resized(box, 900, 900), { x: 10, y: 20, w: 90, h: 80 });
  assert.deepEqual(resized(box, -900, -900), { x: 10, y: 20, w: 1, h: 1 });
});

test("dragging works in every direction, also beyond the photo", () => {
  const expected = { x: 10, y: 20, w: 20, h: 30 };
  for (const [ax, ay, bx, by] of [[10, 20, 30, 50], [30, 50, 10, 20], [30, 20, 10, 50], [10, 50, 30, 20]] as const) {
    assert.deepEqual(spanned(ax, ay, bx, by), expected);
  }
  for (let i = 0; i < 2000; i++) {
    const corners = [0, 0, 0, 0].map(() => Math.random() * 300 - 100) as [number, number, number, number];
    assert.ok(inside(spanned(...corners)), JSON.stringify(corners));
  }
});

test("typed numbers become a box when they mean one", () => {
  assert.deepEqual(typed(["10", "20", "30", "40"]), box);
  assert.deepEqual(typed(["90", "90", "30", "40"]), { x: 90, y: 90, w: 10, h: 10 });
  for (const bad of [["", "", "", ""], ["10", "20", "", "40"], ["a", "1", "1", "1"], ["0", "0", "0", "5"], ["-1", "0", "5", "5"], ["100", "0", "5", "5"]]) {
    assert.equal(typed(bad), null);
  }
});

test("arrows move, with Shift they resize, with Ctrl finely", () => {
  assert.deepEqual(steered(box, "ArrowRight", false, false), { ...box, x: 11 });
  assert.deepEqual(steered(box, "ArrowDown", true, false), { ...box, h: 41 });
  assert.deepEqual(steered(box, "ArrowLeft", false, true), { ...box, x: 9.8 });
  assert.equal(steered(box, "Enter", false, false), null);
});

test("history goes back step by step and does not share its boxes", () => {
  const history = new History();
  const boxes = [{ ...box }];
  history.keep(boxes);
  boxes[0]!.x = 99;
  history.keep(boxes);
  assert.equal(history.back()?.[0]?.x, 99);
  assert.equal(history.back()?.[0]?.x, 10);
  assert.equal(history.back(), null);
});
