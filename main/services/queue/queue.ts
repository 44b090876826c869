import { join } from 'node:path'
import type { Project } from '../../../core/architecture/project.ts'
import { setFields } from '../../../core/architecture/setField.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { isEnded, type QueueEntry, type QueueState } from '../../contract/app/queue.ts'
import type { Fault } from '../../contract/engine.ts'
import { faultOf } from '../../contract/faults.ts'
import { pathExists } from '../files.ts'
import { homeFolders } from '../home.ts'
import { chooseRunId, ensureRunSpace } from '../runs/create.ts'
import { annotate } from '../runs/notes.ts'
import type { Ended, Training } from '../runs/training.ts'
import type { Supervisor } from '../engine/supervisor.ts'
import { afterDeath, verdictOn } from './outcome.ts'
import { planFork, requireOrigin, type ForkRequest } from './fork.ts'
import { planResume } from './resume.ts'
import { planRequest, type Planned, type QueueRequest } from './request.ts'
import { appended, batchOf, EMPTY, entryOf, readQueue, stateOf, writeQueue, type Batch, type QueueContents, type StoredEntry } from './store.ts'

export interface QueueOptions {
  readonly home: string
  readonly training: Training
  readonly engine: Pick<Supervisor, 'call' | 'state'>
  /** Rejects where another app holds the home. */
  readonly permit: () => Promise<void>
  readonly tell: (state: QueueState) => void
  readonly log: (level: 'info' | 'warning' | 'error', message: string) => void
}

/** Between attempts to go on where a full disk or the like is in the way. */
const RETRY_MILLISECONDS = 15_000

/**
 * Runs one after the other, kept in <home>/queue.json. An entry knows its run's id before the run's folder is made, so that whatever
 * dies, it is found again and never begun twice. Every change is on the disk before it counts.
 */
export class Queue {
  readonly #options: QueueOptions
  #contents: QueueContents | undefined
  #changing: Promise<unknown> = Promise.resolve()
  #working = false
  #again = false
  #blocked: string | null = null
  #timer: NodeJS.Timeout | undefined
  #closing = false

  constructor(options: QueueOptions) {
    this.#options = options
  }

  /** Reads the queue when the home has become ours, and goes on with what was under way. */
  async begin(): Promise<void> {
    const { home, log } = this.#options
    await this.#exclusively(async () => {
      this.#contents = await readQueue(home, message => log('warning', message))
    }).catch((error: unknown) => log('error', `the queue cannot be read: ${faultOf(error).what}`))
    this.#tell()
    this.wake()
  }

  async state(): Promise<QueueState> {
    // Without the home, another app may change it at any time.
    const contents = this.#contents ?? (await readQueue(this.#options.home))
    return stateOf(contents, this.#blocked)
  }

  async add(request: QueueRequest): Promise<QueueEntry[]> {
    const { home, engine, permit, log } = this.#options
    await permit()
    return this.#append(await planRequest(home, engine, request, note => log('info', note)), request.name)
  }

  async fork(request: ForkRequest): Promise<QueueEntry[]> {
    const { home, engine, permit } = this.#options
    await permit()
    return this.#append(await planFork(home, engine, request), request.name)
  }

  async resume(run: string): Promise<QueueEntry[]> {
    await this.#options.permit()
    const { name, ...planned } = await planResume(this.#options.home, run)
    return this.#append(planned, name)
  }

  async #append(planned: Planned, name: string | undefined): Promise<QueueEntry[]> {
    let added: readonly string[] = []
    const after = await this.#change(contents => {
      const more = appended(contents, planned, name)
      added = more.added
      return more.contents
    })
    this.wake()
    return after.entries.filter(({ id }) => added.includes(id)).map(entry => entryOf(after, entry))
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.#change(contents => {
      const wanted = ids.map(id => required(contents, id))
      const running = wanted.find(({ state }) => state === 'running')
      if (running) throw new BitwrightError({ what: `run ${running.run} is under way`, where: 'the queue', remedy: 'stop it first' })
      return { ...contents, entries: contents.entries.filter(entry => !wanted.includes(entry)) }
    })
  }

  async move(id: string, before: string | null): Promise<void> {
    await this.#change(contents => {
      const entry = required(contents, id)
      const target = before === null ? undefined : required(contents, before)
      for (const one of [entry, ...(target ? [target] : [])]) if (one.state !== 'waiting') throw new BitwrightError({ what: `expected entries that wait, found one that is ${one.state}`, where: 'the queue', remedy: 'move those that have not begun' })
      const others = contents.entries.filter(other => other !== entry)
      const at = target === undefined || target === entry ? others.length : others.indexOf(target)
      return entry === target ? contents : { ...contents, entries: others.toSpliced(at, 0, entry) }
    })
  }

  async hold(held: boolean): Promise<void> {
    await this.#change(contents => (contents.held === held ? contents : { ...contents, held }))
    if (!held) this.wake()
  }

  /** Runs that it has begun, and those that it is to go on with. */
  runsUnderWay(): string[] {
    return (this.#contents?.entries ?? []).flatMap(entry => (!isEnded(entry) && entry.run !== null ? [entry.run] : []))
  }

  /** To be called when something may begin: an engine is there, a run has ended, the home is ours. */
  wake(): void {
    clearTimeout(this.#timer)
    if (this.#working) {
      this.#again = true
      return
    }
    this.#working = true
    void this.#work().finally(() => (this.#working = false))
  }

  /** Nothing begins any more. The entry under way stays as it is, to go on at the next start. */
  close(): void {
    this.#closing = true
    clearTimeout(this.#timer)
  }

  async #work(): Promise<void> {
    do {
      this.#again = false
      try {
        const entry = this.#next()
        if (entry && (await this.#run(entry))) this.#again = true
        else if (!entry) this.#block(null)
      } catch (error) {
        // What the disk or the engine said; it may be otherwise later.
        this.#options.log('error', `the queue waits: ${faultOf(error).what}`)
        this.#block(faultOf(error).what)
        this.#timer = setTimeout(() => this.wake(), RETRY_MILLISECONDS)
        this.#timer.unref()
      }
    } while (this.#again && !this.#closing)
  }

  /** What is to be trained now: first what had begun, then what waits. */
  #next(): StoredEntry | undefined {
    if (this.#closing || this.#contents === undefined || this.#contents.held || this.#options.training.busy) return undefined
    const { entries } = this.#contents
    return entries.find(({ state }) => state === 'running') ?? entries.find(({ state }) => state === 'waiting')
  }

  /** Trains an entry to its end, and notes what became of it. False if it did not get its turn. */
  async #run(waiting: StoredEntry): Promise<boolean> {
    const { home, training, engine } = this.#options
    const contents = this.#contents ?? EMPTY
    const batch = batchOf(contents, waiting)
    const project = setFields(batch.project, waiting.set)
    const run = waiting.run ?? chooseRunId(project)
    if (engine.state.state === 'failed') {
      this.#block(engine.state.fault?.what ?? 'there is no engine')
      return false
    }
    if (waiting.state !== 'running') await this.#update(waiting.id, { state: 'running', run })
    this.#block(null)
    const directory = join(homeFolders(home).runs, run)
    const known = await pathExists(directory)
    // One that had ended before its entry could be marked is not trained again, but one that is to go on has ended before its turn.
    const before = known && !(batch.resumes && waiting.state === 'waiting') ? await verdictOn(directory) : undefined
    if (before !== undefined && before.state !== 'open') {
      await this.#update(waiting.id, before)
      return true
    }
    const gone = known ? undefined : await this.#missing(batch, run)
    if (gone) {
      await this.#update(waiting.id, { state: 'failed', run: null, fault: gone })
      return true
    }
    let heard: (how: Ended) => void = () => undefined
    const over = new Promise<Ended>(resolve => (heard = resolve))
    let how: Ended
    try {
      if (known) await training.resume(run, { ended: heard })
      else {
        const own = { run, launch: { group: batch.several ? batch.id : null, set: [...waiting.set] }, ended: heard }
        const { parent, limitTrain } = batch
        await (parent ? training.fork(parent.run, parent.checkpoint, waiting.set, own) : training.start(project, { ...own, limitTrain: limitTrain ?? undefined }))
        await this.#name(directory, batch, waiting)
      }
      how = await over
    } catch (error) {
      if (training.busy) {
        // Somebody else began a run in this very moment.
        if (!known) await this.#update(waiting.id, { state: 'waiting', run: null })
        return false
      }
      how = { error: error instanceof Error ? error : new Error(String(error)), stopAsked: false }
    }
    if (this.#closing) return false
    return this.#settle({ ...waiting, run }, project, directory, how)
  }

  /** Says that what a fork was to begin at, or the run that was to go on, is not there any more. */
  async #missing({ parent, resumes }: Batch, run: string): Promise<Fault | undefined> {
    if (resumes) return { what: `run ${run}, which was to go on, is gone`, remedy: 'bring it back from the trash and queue it again' }
    if (!parent) return undefined
    return requireOrigin(this.#options.home, parent).then(() => undefined, faultOf)
  }

  /** Marks an entry whose run has come to a stand, or leaves it to go on. */
  async #settle(entry: StoredEntry, project: Project, directory: string, { error, stopAsked }: Ended): Promise<boolean> {
    const { engine, log } = this.#options
    const { id } = entry
    // Asked before anything is waited for: the supervisor hears of the end of an engine before whoever had asked it something.
    const { state } = engine.state
    const died = state !== 'ready' && state !== 'busy'
    const verdict = (await pathExists(directory)) ? await verdictOn(directory, stopAsked) : undefined
    if (verdict !== undefined && verdict.state !== 'open') {
      await this.#update(id, verdict)
      return true
    }
    // Stopped by a restart of the engine, which nobody meant for the run; or there is none, and that is no fault of the run.
    if (error === undefined ? died || verdict !== undefined : state === 'failed') return true
    const fault = faultOf(error ?? new Error('a run that left no folder'))
    if (!died) {
      await this.#requireSpace(id, project, directory, verdict === undefined ? 'new' : 'going')
      await this.#update(id, { state: 'failed', fault })
      return true
    }
    const after = await afterDeath(entry, directory, fault)
    log('warning', after.state === 'failed' ? `run ${entry.run} is given up: ${after.fault?.what}` : `run ${entry.run} goes on ${verdict ? 'from its last checkpoint' : 'from the beginning'}, since ${fault.what}`)
    await this.#update(id, after)
    return true
  }

  /** A run that did not begin or go on because the disk is full waits until it is not: all others would fail after it. */
  async #requireSpace(id: string, project: Project, directory: string, run: 'new' | 'going'): Promise<void> {
    const { home, engine } = this.#options
    const { plan } = await engine.call('memory', { project })
    try {
      await ensureRunSpace(run === 'new' ? home : directory, run, { project, epochs: project.recipe.epochs, checkpoint: plan.parameters + plan.optimizer })
    } catch (error) {
      if (run === 'new') await this.#update(id, { state: 'waiting', run: null })
      throw error
    }
  }

  /** Runs that were given a name are called by it, and by what sets each apart. */
  async #name(directory: string, { name, several }: Batch, { set }: StoredEntry): Promise<void> {
    if (name === null) return
    const apart = set.map(assignment => assignment.slice(assignment.slice(0, assignment.indexOf('=')).lastIndexOf('.') + 1)).join(' ')
    await annotate(directory, { name: `${name}${several && apart !== '' ? ` · ${apart}` : ''}`.slice(0, 120) }).catch((error: unknown) => this.#options.log('warning', faultOf(error).what))
  }

  #update(id: string, changes: Partial<StoredEntry>): Promise<QueueContents> {
    return this.#change(contents => ({ ...contents, entries: contents.entries.map(entry => (entry.id === id ? { ...entry, ...changes } : entry)) }))
  }

  /** One change after the other. What could not be written has not happened. */
  async #change(change: (contents: QueueContents) => QueueContents): Promise<QueueContents> {
    await this.#options.permit()
    const contents = await this.#exclusively(async () => {
      const before = this.#contents ?? (await readQueue(this.#options.home, message => this.#options.log('warning', message)))
      const after = change(before)
      this.#contents = after === before ? before : await writeQueue(this.#options.home, after)
      return this.#contents
    })
    this.#tell()
    return contents
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#changing.then(work)
    this.#changing = done.catch(() => undefined)
    return done
  }

  #block(reason: string | null): void {
    if (this.#blocked === reason) return
    this.#blocked = reason
    this.#tell()
  }

  #tell(): void {
    if (this.#contents) this.#options.tell(stateOf(this.#contents, this.#blocked))
  }
}

function required({ entries }: QueueContents, id: string): StoredEntry {
  const entry = entries.find(one => one.id === id)
  if (entry) return entry
  throw new BitwrightError({ what: `the queue has no entry ${id}`, where: 'the queue', remedy: 'look at the list again' })
}
