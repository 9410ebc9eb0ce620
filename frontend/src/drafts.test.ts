import assert from "node:assert/strict";
import { test } from "node:test";
import { KEEP_MS, readDraft, saveDraft, type Store } from "./drafts.ts";

function memory(): Store & { map: Map<string, string> } {
  const map = new Map<string, string>();
  return {
    map,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  };
}

test("what was typed comes back", () => {
  const store = memory();
  saveDraft(store, "k", { text: "想要轮椅", name: "  " }, 1000);
  assert.deepEqual(readDraft(store, "k", 2000), { text: "想要轮椅" });
});

test("an emptied form leaves nothing behind", () => {
  const store = memory();
  saveDraft(store, "k", { text: "a" }, 1);
  saveDraft(store, "k", { text: "" }, 2);
  assert.equal(store.map.size, 0);
});

test("old drafts and broken ones are dropped", () => {
  const store = memory();
  saveDraft(store, "k", { text: "a" }, 1);
  assert.deepEqual(readDraft(store, "k", KEEP_MS + 2), {});
  assert.equal(store.map.size, 0);
  store.setItem("k", "{broken");
  assert.deepEqual(readDraft(store, "k", 3), {});
});
