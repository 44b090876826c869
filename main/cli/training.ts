import { TrainResultSchema, type TrainResult } from '../contract/engine.ts'
import type { EngineClient, EngineMessage } from '../services/engine/client.ts'
import { announceAdapter, withEngine } from './engine.ts'
import { epochLine, epochTitles, progressLine } from './format/progress.ts'
import { bytesText, counted, duration, percent, rate } from './format/numbers.ts'
import { facts } from './format/table.ts'
import { Interrupted, INTERRUPTED } from './interrupt.ts'
import { Meter } from './meter.ts'
import type { Context, Outcome } from './run.ts'
import type { Notes } from './terminal.ts'

export interface Session {
  readonly home: string
  /** Further lines under the result, such as what others report. */
  readonly remarks?: readonly string[]
  /** Whether it may be trained for more epochs than it was begun with. */
  readonly prolongable: boolean
  /** Makes the call that trains. */
  readonly start: (engine: EngineClient) => Promise<TrainResult>
}

/**
 * Trains or goes on training, showing how it goes. The first interrupt lets the engine write a checkpoint and end: the
 * outcome is then what there is so far, with exit code 130.
 */
export async function followTraining(context: Context, { home, start, prolongable, remarks = [] }: Session): Promise<Outcome<typeof TrainResultSchema>> {
  const { notes, interrupts } = context
  const work = async (engine: EngineClient): Promise<TrainResult | undefined> => {
    const stopped = new AbortController()
    const stop = (): void => {
      notes.line('stopping after a checkpoint; press Ctrl-C again to end at once')
      stopped.abort()
      engine.call('control', { action: 'stop' }).catch(() => undefined)
    }
    return interrupts.during(stop, async () => {
      await announceAdapter(engine, context)
      // An interrupt before the run begins has nothing to save.
      return stopped.signal.aborted ? undefined : start(engine)
    })
  }
  const result = await withEngine(context, home, work, follower(notes))
  if (result === undefined) throw new Interrupted({ what: 'interrupted before training began; nothing was written' })
  const interrupted = interrupts.asked && result.state !== 'finished'
  return { schema: TrainResultSchema, value: result, text: resultText(result, { home: context.home, prolongable, remarks }), ...(interrupted && { exitCode: INTERRUPTED }) }
}

/** Shows a run's events: a moving line within an epoch, and one that stays after each. */
export function follower(notes: Notes): (message: EngineMessage) => void {
  let epochs = 0
  let imagesPerSecond: number | undefined
  const meter = new Meter()
  let titled = false
  return message => {
    if (message.event === 'progress') {
      epochs = message.data.epochs
      const mean = meter.add(message.data)
      imagesPerSecond = mean
      notes.moving(columns => progressLine({ ...message.data, imagesPerSecond: mean }, columns))
    } else if (message.event === 'epoch') {
      const shown = Math.max(epochs, message.data.record.epoch)
      if (!titled) notes.line(epochTitles(shown))
      titled = true
      notes.line(epochLine(message.data, shown, imagesPerSecond))
    } else if (message.data.state === 'preparing') {
      notes.moving(() => `preparing ${message.data.run}`)
    }
  }
}

/** Share of waiting below which nobody needs to know. */
const WORTH_SAYING = 0.02

export function resultText(result: TrainResult, { home, prolongable, remarks = [] }: Pick<Session, 'prolongable' | 'remarks'> & Pick<Context, 'home'>): string {
  const { run, directory, state, epochs, bestEpoch, trainError, validError, testError, seconds, imagesPerSecond, deviceWaitShare, adapter, memory } = result
  // Where --home was needed now, it will be needed then.
  const at = home === undefined ? run : `${run} --home ${/^[\w./:@+-]+$/.test(home) ? home : JSON.stringify(home)}`
  const best = bestEpoch === null ? '' : ` at epoch ${bestEpoch}`
  return [
    `run ${run}: ${state} after ${counted(epochs, 'epoch')}`,
    '',
    ...facts([
      [`best${best}`, bestEpoch === null ? 'no epoch has ended yet' : `train error ${percent(trainError)}, valid error ${percent(validError)}, test error ${percent(testError)}`],
      ['time', `${duration(seconds)}${imagesPerSecond > 0 ? ` at ${rate(imagesPerSecond)}` : ''} on ${adapter}`],
      memory === null ? undefined : ['memory', `${bytesText(memory.allocated)} on the device, of ${bytesText(memory.planned)} planned`],
      deviceWaitShare >= WORTH_SAYING ? ['waited', `${percent(deviceWaitShare)} of the time the device had nothing to do, since images were not read and prepared fast enough`] : undefined,
      ['folder', directory],
      ...remarks.map(remark => ['reported', remark] as const),
    ]),
    '',
    ...facts([
      bestEpoch === null ? undefined : ['evaluate', `bitwright eval ${at}`],
      bestEpoch === null ? undefined : ['use', `bitwright predict ${at} IMAGE.png`],
      state === 'finished' ? undefined : ['go on', `bitwright resume ${at}`],
      state === 'finished' && prolongable ? ['train on', `bitwright resume ${at} --epochs N`] : undefined,
    ]),
  ].join('\n')
}
