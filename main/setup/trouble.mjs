/** An error meant for a person, in the form of BitwrightError, which setup cannot import before tsx is installed. */
export class SetupError extends Error {
  /**
   * @param {{ what: string, where?: string, remedy?: string, details?: string }} trouble details: output of the program that failed
   */
  constructor({ what, where, remedy, details }) {
    super([what, where && `at ${where}`, remedy].filter(Boolean).join('; '))
    this.details = details
  }
}
