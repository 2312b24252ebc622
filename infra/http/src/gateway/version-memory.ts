/** The newest version seen of each key, for the keys seen last. */
export interface VersionMemory {
  see(key: string, version: bigint): void;
  lastSeen(key: string): bigint | null;
  /** The versions of another log say nothing about this one. */
  clear(): void;
}

export function createVersionMemory(keysMax: number): VersionMemory {
  // A Map iterates in order of insertion: its first key is the one seen longest ago.
  const versions = new Map<string, bigint>();
  return {
    see: (key, version) => {
      const before = versions.get(key) ?? 0n;
      versions.delete(key);
      versions.set(key, version > before ? version : before);
      if (versions.size <= keysMax) return;
      const oldest = versions.keys().next();
      if (!oldest.done) versions.delete(oldest.value);
    },
    lastSeen: (key) => versions.get(key) ?? null,
    clear: () => versions.clear(),
  };
}
