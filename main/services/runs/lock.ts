import { randomBytes } from 'node:crypto'
import { readFileSync, unlinkSync } from 'node:fs'
import { link, rename, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { BitwrightError } from '../../../core/errors.ts'
import { codeOf, diskTrouble, readJson, uniqueSuffix, writeSynced } from '../files.ts'
import { DEAD, processToken } from './process-token.ts'

const OwnerSchema = z.strictObject({
  pid: z.int().min(1),
  /** When that process started, see processToken; null where the system does not tell. */
  started: z.string().nullable(),
  host: z.string(),
  /** Tells two locks of one process apart. */
  nonce: z.string().regex(/^[0-9a-f]{24}$/),
  /** What the holder says of itself. */
  about: z.record(z.string(), z.string()).optional(),
})
type Owner = z.infer<typeof OwnerSchema>

/** An exclusive right to write a run. It ends with `release`, or with the process. */
export interface RunLock {
  /** To be called when the folder was renamed. */
  moved(path: string): void
  /** Synchronous, so that it works while the process exits. */
  release(): void
}

export interface LockOptions {
  /** How long to wait for the holder to go, in milliseconds. */
  readonly patience?: number
  /** For others to read who find it held. */
  readonly about?: Readonly<Record<string, string>>
  /** What it is that is held, for messages. */
  readonly what?: string
}

/** Who has a lock. */
export interface Holder {
  readonly pid: number
  /** Name of the machine, and whether it is another one: its processes cannot be seen from here. */
  readonly machine: string
  readonly elsewhere: boolean
  readonly about: Readonly<Record<string, string>>
}

const DEFAULT_PATIENCE = 5000
const POLL = 100

/**
 * Takes the lock file `path`. A lock whose process is gone counts as free; a living one is waited for, since an engine that
 * was just told to end may take a moment. Throws if it stays.
 */
export async function acquireLock(path: string, { patience = DEFAULT_PATIENCE, about, what = 'this run' }: LockOptions = {}): Promise<RunLock> {
  const mine: Owner = { ...(await newOwner()), ...(about && { about: { ...about } }) }
  for (const deadline = Date.now() + patience; ;) {
    if (await place(path, mine, 'new')) return heldLock(path, mine)
    const holder = await readOwner(path)
    if (holder !== undefined && !(await isHeld(holder)) && (await takeOver(path, holder, mine))) return heldLock(path, mine)
    if (Date.now() >= deadline) throw inUse(path, holder, what)
    await setTimeout(POLL)
  }
}

/** Whether a living process holds the lock file. */
export async function isLocked(path: string): Promise<boolean> {
  const holder = await readOwner(path)
  return holder !== undefined && isHeld(holder)
}

/** The living process that holds the lock file; undefined if none does. */
export async function lockHolder(path: string): Promise<Holder | undefined> {
  const owner = await readOwner(path)
  if (owner === undefined || !(await isHeld(owner))) return undefined
  return { pid: owner.pid, machine: owner.host, elsewhere: owner.host !== hostname(), about: owner.about ?? {} }
}

async function newOwner(): Promise<Owner> {
  const token = await processToken(process.pid)
  return { pid: process.pid, started: token ?? null, host: hostname(), nonce: randomBytes(12).toString('hex') }
}

/** A link appears with its content or not at all; a file that is opened and then written could be seen empty. */
async function place(path: string, owner: Owner, how: 'new' | 'replace'): Promise<boolean> {
  const temporary = join(dirname(path), `.lock.${uniqueSuffix()}.tmp`)
  try {
    await writeSynced(temporary, JSON.stringify(owner))
    if (how === 'replace') {
      await rename(temporary, path)
      return true
    }
    try {
      await link(temporary, path)
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false
      if (!isLinkless(error)) throw error
      await writeSynced(path, JSON.stringify(owner))
    }
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw diskTrouble(error, path)
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined)
  }
}

/** Some file systems (FAT, some network shares) have no hard links. */
export function isLinkless(error: unknown): boolean {
  return ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'EXDEV'].includes(codeOf(error) ?? '')
}

/**
 * Replaces the lock of a process that is gone. Two may find it at once, and the slower must not throw out the faster: who
 * makes the file named after the dead lock may replace that lock, and looks again first.
 */
async function takeOver(path: string, dead: Owner, mine: Owner): Promise<boolean> {
  const right = `${path}.${dead.nonce}`
  if (!(await place(right, mine, 'new'))) {
    const rival = await readOwner(right)
    if (rival !== undefined && !(await isHeld(rival))) await rm(right, { force: true })
    return false
  }
  try {
    return (await readOwner(path))?.nonce === dead.nonce && (await place(path, mine, 'replace'))
  } finally {
    await rm(right, { force: true }).catch(() => undefined)
  }
}

/** What a lock file says; undefined if there is none. One that says nothing is a lock without a known holder. */
async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return await readJson(path, OwnerSchema, { limit: 4096 })
  } catch (error) {
    if (error instanceof BitwrightError && codeOf(error.cause) === 'ENOENT') return undefined
    throw new BitwrightError({ what: 'expected a lock file of Bitwright', where: path, remedy: 'if no other Bitwright is at work there, delete the file', cause: error })
  }
}

async function isHeld({ pid, started, host }: Owner): Promise<boolean> {
  // Processes of another machine cannot be seen from here.
  if (host !== hostname()) return true
  const token = await processToken(pid)
  if (token === DEAD) return false
  return started === null || token === undefined || token === started
}

function heldLock(path: string, mine: Owner): RunLock {
  let current: string | undefined = path
  const release = (): void => {
    if (current === undefined) return
    try {
      if (OwnerSchema.parse(JSON.parse(readFileSync(current, 'utf8'))).nonce === mine.nonce) unlinkSync(current)
    } catch {
      // Deleted by somebody, with the run perhaps: then it holds nobody up.
    }
    current = undefined
    process.off('exit', release)
  }
  process.on('exit', release)
  return { moved: next => (current = next), release }
}

function inUse(path: string, holder: Owner | undefined, held: string): BitwrightError {
  const who = holder === undefined ? 'another process' : `process ${holder.pid}${holder.host === hostname() ? '' : ` on ${holder.host}`}`
  return new BitwrightError({
    what: `${who} is at work on ${held}`,
    where: dirname(path),
    remedy: holder !== undefined && holder.host !== hostname() ? `stop it there; if it is gone, delete ${path}` : 'stop it there, or wait until it has ended',
  })
}
