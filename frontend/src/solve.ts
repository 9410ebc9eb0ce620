import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

export interface Challenge {
  algorithm: string;
  challenge: string;
  salt: string;
  signature: string;
  maxnumber?: number;
  maxNumber?: number;
}

/** Returns the form value that proves the work, or null when no number within the challenge's bound fits. */
export function solve(challenge: Challenge): string | null {
  const most = challenge.maxnumber ?? challenge.maxNumber ?? 1_000_000;
  for (let number = 0; number <= most; number += 1) {
    if (bytesToHex(sha256(utf8ToBytes(challenge.salt + String(number)))) === challenge.challenge) {
      const { algorithm, salt, signature } = challenge;
      return btoa(JSON.stringify({ algorithm, challenge: challenge.challenge, number, salt, signature }));
    }
  }
  return null;
}
