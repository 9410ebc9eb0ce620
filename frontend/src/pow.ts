// Worker: solves an ALTCHA challenge (SHA-256, version 1) away from the page's own thread.
import { solve, type Challenge } from "./solve.ts";

self.addEventListener("message", (event: MessageEvent<Challenge>) => {
  self.postMessage(solve(event.data));
});
