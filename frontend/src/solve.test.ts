import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { solve } from "./solve.ts";

const made = (number: number, maxNumber: number) => ({
  algorithm: "SHA-256",
  salt: "abc?expires=1",
  signature: "s",
  challenge: createHash("sha256").update(`abc?expires=1${number}`).digest("hex"),
  maxNumber,
});

test("finds the number", () => {
  const answer = JSON.parse(atob(solve(made(321, 1000)) ?? "null")) as { number: number; salt: string };
  assert.equal(answer.number, 321);
  assert.equal(answer.salt, "abc?expires=1");
});

test("gives up at the bound", () => {
  assert.equal(solve(made(11, 10)), null);
});
