import { defineStore } from 'pinia'
import { ref } from 'vue'
import { BitwrightError, faultOf } from '../../main/contract/faults.ts'

export interface Notice {
  readonly id: number
  readonly level: 'info' | 'warning' | 'error'
  readonly text: string
  /** What to do about it. */
  readonly remedy?: string
  readonly action?: { readonly label: string; readonly run: () => void }
}

/** Short messages at the edge of the window; errors stay until they are closed. Said to screen readers too. */
export const useNotices = defineStore('notices', () => {
  const notices = ref<readonly Notice[]>([])
  let next = 0

  function add(level: Notice['level'], text: string, more: Pick<Notice, 'remedy' | 'action'> = {}): void {
    const notice: Notice = { id: next++, level, text, ...more }
    notices.value = [...notices.value.slice(-3), notice]
    if (level !== 'error') setTimeout(() => close(notice.id), more.action ? 9000 : 5000)
  }

  function close(id: number): void {
    notices.value = notices.value.filter(notice => notice.id !== id)
  }

  function fail(error: unknown): void {
    const { what, where, remedy } = faultOf(error)
    add('error', where === undefined ? what : `${what}, at ${where}`, remedy === undefined ? {} : { remedy })
  }

  /** Runs what may be refused; undefined, and a notice, if it is. A bug is told and thrown on. */
  async function attempt<T>(work: () => Promise<T> | T): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      fail(error)
      if (!(error instanceof BitwrightError)) throw error
      return undefined
    }
  }

  return { notices, add, close, fail, attempt }
})
