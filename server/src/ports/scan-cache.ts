/** Small texts that may be lost at any time. Never throws: what cannot be read is not there, what cannot be written is said once. */
export interface ScanCache {
  read(key: string): Promise<string | undefined>;
  /** Whole or not at all. */
  write(key: string, text: string): Promise<void>;
}
