/** The few files the project writes: records of builds. */
export interface FileWriter {
  /**
   * Replaces a file in one step, so that a reader sees the old or the new text and never a part; makes its folders.
   * @throws FileError
   */
  writeFile(uri: string, text: string): Promise<void>;
  /** Does nothing when there is no such file. @throws FileError */
  remove(uri: string): Promise<void>;
}
