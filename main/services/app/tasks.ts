import { BitwrightError } from '../../../core/errors.ts'
import type { Task } from '../../contract/app/workbench.ts'
import { faultOf } from '../../contract/faults.ts'

/** Between two tellings of how far a task is. */
const TELL_MILLISECONDS = 100
/** Ended tasks that are still listed. */
const KEPT = 20

export interface TaskTools {
  readonly signal: AbortSignal
  readonly progress: (doing: string, done: number) => void
}

/** Work that takes long: told of while it goes on, and given up when asked. */
export class Tasks {
  readonly #tasks = new Map<string, { task: Task; readonly cancel: AbortController; told: number }>()
  readonly #tell: (task: Task) => void

  constructor(tell: (task: Task) => void) {
    this.#tell = tell
  }

  list(): Task[] {
    return [...this.#tasks.values()].map(({ task }) => task)
  }

  cancel(id: string): boolean {
    const entry = this.#tasks.get(id)
    if (entry?.task.state !== 'running') return false
    entry.cancel.abort()
    return true
  }

  cancelAll(): void {
    for (const id of this.#tasks.keys()) this.cancel(id)
  }

  async run<T>(id: string, title: string, work: (tools: TaskTools) => Promise<T>): Promise<T> {
    if (this.#tasks.has(id)) throw new BitwrightError({ what: `there is a task ${id} already`, remedy: 'choose another id' })
    const cancel = new AbortController()
    const entry = { task: { id, title, state: 'running', doing: title, done: null, fault: null } as Task, cancel, told: 0 }
    this.#tasks.set(id, entry)
    const change = (changes: Partial<Task>): void => {
      entry.task = { ...entry.task, ...changes }
      const now = performance.now()
      if (entry.task.state === 'running' && now - entry.told < TELL_MILLISECONDS) return
      entry.told = now
      this.#tell(entry.task)
    }
    change({})
    try {
      const result = await work({ signal: cancel.signal, progress: (doing, done) => change({ doing, done: Math.min(1, Math.max(0, done)) }) })
      change({ state: 'done', done: 1 })
      return result
    } catch (error) {
      if (!cancel.signal.aborted) {
        change({ state: 'failed', fault: faultOf(error) })
        throw error
      }
      const given = new BitwrightError({ what: `${title}: given up when asked; nothing of it was kept`, cause: error })
      change({ state: 'cancelled', fault: faultOf(given) })
      throw given
    } finally {
      this.#forgetOldest()
    }
  }

  #forgetOldest(): void {
    const ended = [...this.#tasks].filter(([, { task }]) => task.state !== 'running')
    for (const [id] of ended.slice(0, Math.max(0, ended.length - KEPT))) this.#tasks.delete(id)
  }
}
