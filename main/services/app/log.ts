import type { LogEntry } from '../../contract/app/workbench.ts'

/** Entries kept for a page that comes later. */
const KEPT = 2000
/** Longer messages quote something from outside at length. */
const MESSAGE_CHARACTERS = 2000

/** What the app has to say, by number. */
export class Log {
  readonly #entries: LogEntry[] = []
  readonly #tell: (entry: LogEntry) => void
  #next = 0

  constructor(tell: (entry: LogEntry) => void) {
    this.#tell = tell
  }

  add(level: LogEntry['level'], source: string, message: string): void {
    const short = message.length > MESSAGE_CHARACTERS ? `${message.slice(0, MESSAGE_CHARACTERS)}…` : message
    const entry: LogEntry = { number: this.#next++, time: new Date().toISOString(), level, source, message: short }
    this.#entries.push(entry)
    if (this.#entries.length > KEPT) this.#entries.shift()
    this.#tell(entry)
  }

  /** Entries after that number, oldest first. */
  after(number: number): readonly LogEntry[] {
    return this.#entries.filter(entry => entry.number > number)
  }
}
