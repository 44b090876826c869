import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { codeOf } from '../files.ts'

/** processToken of a process that is not there. */
export const DEAD = 'dead'

/**
 * When a process started, in words that no other process with its number shares: ids are reused, also after a restart of the
 * machine. DEAD if there is no such process; undefined where the system does not tell when it started.
 */
export async function processToken(pid: number): Promise<string | undefined> {
  if (!isAlive(pid)) return DEAD
  if (process.platform === 'linux') return linuxToken(pid)
  if (process.platform === 'win32') return undefined
  // LC_ALL: lstart is words, and they must be the same whoever asks.
  const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], { env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' } }).catch(() => ({ stdout: '' }))
  return stdout.trim() || undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return codeOf(error) === 'EPERM'
  }
}

/** proc_pid_stat(5): field 3 is the state, field 22 the start in ticks since boot; field 2 may hold blanks and brackets. */
async function linuxToken(pid: number): Promise<string | undefined> {
  let stat: string
  let boot: string
  try {
    stat = await readFile(`/proc/${pid}/stat`, 'latin1')
    boot = await readFile('/proc/sys/kernel/random/boot_id', 'latin1')
  } catch (error) {
    return codeOf(error) === 'ENOENT' && !isAlive(pid) ? DEAD : undefined
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // A zombie runs no more, it only waits for its parent to ask how it ended.
  if (fields[0] === 'Z' || fields[0] === 'X') return DEAD
  return `${boot.trim()} ${fields[19]}`
}
