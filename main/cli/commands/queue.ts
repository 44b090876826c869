import { z } from 'zod'
import { BitwrightError } from '../../../core/errors.ts'
import { isEnded, QueueEntrySchema, QueueStateSchema, SweepSchema, type QueueEntry, type QueueState, type Sweep } from '../../contract/app/queue.ts'
import { runEvents } from '../../contract/app/runs.ts'
import { checkpointName } from '../../contract/engine.ts'
import { EngineStateSchema, LogEntrySchema, type LogEntry } from '../../contract/app/workbench.ts'
import { errorOf } from '../../contract/faults.ts'
import { HomeHold } from '../../services/app/hold.ts'
import { Workbench } from '../../services/app/workbench.ts'
import { homePath, openHome } from '../../services/home.ts'
import { openRun } from '../../services/runs/index.ts'
import { planFork } from '../../services/queue/fork.ts'
import { planResume } from '../../services/queue/resume.ts'
import { planRequest, type Planned } from '../../services/queue/request.ts'
import { appended, readQueue, stateOf, writeQueue } from '../../services/queue/store.ts'
import { changeProject, readProject, type ChangeOptions } from '../changes.ts'
import { adapterText } from '../engine.ts'
import { counted } from '../format/numbers.ts'
import { table } from '../format/table.ts'
import { INTERRUPTED } from '../interrupt.ts'
import type { Context, Outcome } from '../run.ts'
import type { Notes } from '../terminal.ts'
import { follower } from '../training.ts'

const ListSchema = z.strictObject({ entries: z.array(QueueEntrySchema) })

export async function listQueue({ home: given }: Context): Promise<Outcome<typeof ListSchema>> {
  const { held, entries } = stateOf(await readQueue(homePath({ home: given })), null)
  const text = entries.length === 0 ? 'the queue is empty; fill it: bitwright queue add PRESET-or-FILE' : [...entryLines(entries), ...(held ? ['', 'it is held: nothing begins until it is released'] : [])].join('\n')
  return { schema: ListSchema, value: { entries }, text }
}

export interface QueueOptions extends Omit<ChangeOptions, 'dataset'> {
  readonly dataset?: string
  readonly limitTrain?: number
  readonly repeats: number
  readonly grid?: readonly string[]
  readonly name?: string
}

export async function addToQueue(context: Context, nameOrFile: string, { limitTrain, repeats, grid, name, dataset, ...changes }: QueueOptions): Promise<Outcome<typeof ListSchema>> {
  const project = changeProject(await readProject(nameOrFile), changes, line => context.notes.line(line))
  const request = { project, dataset, limitTrain, set: [], repeats, sweep: grid && sweepOf(grid), name }
  return append(context, name, home => planRequest(home, undefined, request, note => context.notes.line(note)))
}

export interface QueuedForkOptions {
  readonly checkpoint: string
  readonly epochs?: number
  readonly batch?: number
  readonly seed?: number
  readonly set?: readonly string[]
  readonly name?: string
}

/** A fork of a run in the home, at a checkpoint named with or without its ending. */
export async function forkToQueue(context: Context, run: string, { checkpoint, epochs, batch, seed, set = [], name }: QueuedForkOptions): Promise<Outcome<typeof ListSchema>> {
  const fields = Object.entries({ epochs, batchSize: batch, seed }).flatMap(([field, value]) => (value === undefined ? [] : [`recipe.${field}=${value}`]))
  return append(context, name, async home => {
    const { id } = await openRun(home, run)
    return planFork(home, undefined, { run: id, checkpoint: `${checkpointName(checkpoint)}.safetensors`, set: [...fields, ...set] })
  })
}

/** A run that ended early, to go on from its last checkpoint. */
export async function resumeInQueue(context: Context, run: string): Promise<Outcome<typeof ListSchema>> {
  return append(context, undefined, async home => planResume(home, (await openRun(home, run)).id))
}

/** Only where nobody else trains in the home: whoever does has the queue. */
async function append(context: Context, name: string | undefined, plan: (home: string) => Promise<Planned & { readonly name?: string | undefined }>): Promise<Outcome<typeof ListSchema>> {
  const home = await openHome({ home: context.home })
  const hold = new HomeHold({ home, face: 'terminal', tell: () => undefined, taken: () => undefined })
  try {
    await hold.require()
    const { name: own, ...planned } = await plan(home)
    const before = await readQueue(home, message => context.notes.line(`warning: ${message}`))
    const { contents, added } = appended(before, planned, name ?? own)
    const { entries } = stateOf(await writeQueue(home, contents), null)
    const queued = entries.filter(({ id }) => added.includes(id))
    return { schema: ListSchema, value: { entries: queued }, text: [...entryLines(queued), '', `${counted(queued.length, 'run')} queued; they begin with the workbench, or with: bitwright queue run`].join('\n') }
  } finally {
    hold.close()
  }
}

/** PATH=VALUE,VALUE of every --grid. Commas within brackets, braces or quotes belong to a value. */
function sweepOf(grid: readonly string[]): Sweep {
  const axes = grid.map(text => {
    const equals = text.indexOf('=')
    return { path: text.slice(0, equals), values: text.slice(equals + 1).match(/(?:[^,[{"]|\[[^\]]*\]|\{[^}]*\}|"[^"]*")+/g) ?? [] }
  })
  const parsed = SweepSchema.safeParse({ kind: 'grid', axes })
  if (parsed.success) return parsed.data
  throw new BitwrightError({ what: `expected PATH=VALUE,VALUE with every field once, found ${grid.join(' and ')}: ${parsed.error.issues[0]?.message ?? ''}`, where: '--grid', remedy: 'write, for example, --grid recipe.batchSize=50,100' })
}

/** Trains what is queued, one after the other, until nothing waits. An interrupt stops after a checkpoint; the same command goes on from there. */
export async function runQueue({ home: given, notes, interrupts }: Context): Promise<Outcome<typeof ListSchema>> {
  const home = await openHome({ home: given })
  const workbench = new Workbench({ home, face: 'browser', holder: 'terminal' })
  const follow = follower(notes)
  let latest: QueueState | undefined
  let wake = (): void => undefined
  let adapter: string | undefined
  const connection = workbench.connect((event, data) => {
    if (event === 'run.progress') follow({ event: 'progress', data: runEvents[event].parse(data) })
    if (event === 'run.epoch') follow({ event: 'epoch', data: runEvents[event].parse(data) })
    if (event === 'log') trouble(notes, LogEntrySchema.parse(data))
    if (event === 'engine') {
      const { adapter: opened } = EngineStateSchema.parse(data)
      if (opened && opened.name !== adapter) notes.line(`computing on ${adapterText(opened)}`)
      adapter = opened?.name ?? adapter
    }
    if (event !== 'queue.changed') return
    latest = QueueStateSchema.parse(data)
    wake()
  })
  const ask = async (route: 'queue.release' | 'queue.list'): Promise<unknown> => {
    const answer = await connection.ask(route, {})
    if ('fault' in answer) throw errorOf(answer.fault)
    return answer.output
  }
  let told: string | undefined
  try {
    await interrupts.during(() => {
      notes.line('stopping after a checkpoint; the same command goes on from there')
      wake()
    }, async () => {
      await ask('queue.release')
      latest = QueueStateSchema.parse(await ask('queue.list'))
      while (!interrupts.asked && !latest.entries.every(isEnded)) {
        if (latest.blocked !== null) throw new BitwrightError({ what: `the queue cannot go on: ${latest.blocked}`, where: home, remedy: 'run "bitwright doctor", then the same command again' })
        const running = latest.entries.find(({ state }) => state === 'running')
        if (running && running.id !== told) notes.line(`${[running.name, settings(running)].filter(text => text !== '').join(', ')}: run ${running.run}`)
        told = running?.id ?? told
        await new Promise<void>(resolve => (wake = resolve))
      }
    })
  } finally {
    connection.close()
    await workbench.close()
  }
  const entries = latest?.entries ?? []
  const failed = entries.filter(({ state }) => state === 'failed')
  return {
    schema: ListSchema,
    value: { entries },
    text: entryLines(entries).join('\n'),
    ...(failed.length > 0 && { failure: { what: `${counted(failed.length, 'run')} failed`, where: home, remedy: 'the list says why' } }),
    ...(interrupts.asked && { exitCode: INTERRUPTED }),
  }
}

/** What went wrong with the engine, and what becomes of the run. */
function trouble(notes: Notes, { level, source, message }: LogEntry): void {
  if (level === 'error' || (level === 'warning' && source === 'runs')) notes.line(`${level}: ${message}`)
}

/** What sets an entry apart: where a fork or a run that goes on begins, and the fields that are set. */
function settings({ state, run, parent, set }: QueueEntry): string {
  if (state === 'waiting' && run !== null) return 'goes on from its last checkpoint'
  return [...(parent ? [`fork of ${parent.run} at ${checkpointName(parent.checkpoint)}`] : []), ...set].join(' ')
}

function entryLines(entries: readonly QueueEntry[]): string[] {
  return table([
    { title: 'name', cell: entry => entry.name },
    { title: 'set', cell: settings },
    { title: 'epochs', align: 'right', cell: entry => String(entry.epochs) },
    { title: 'state', cell: entry => entry.state },
    { title: 'run', cell: entry => entry.run ?? '' },
    { title: 'why', cell: ({ fault, resumed }) => fault?.what ?? (resumed > 0 ? `its engine ended; resumed ${counted(resumed, 'time')}` : '') },
  ], entries)
}
