import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exportRun } from '../../../../main/services/exports/run.ts'
import { EventWriter } from '../../../../main/services/runs/events.ts'
import { epochRecord, storedRun } from '../../../support/checkpoints.ts'
import { readEventFile } from '../../../support/event-file.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const point = (step: number, loss: number): string => JSON.stringify({ step, epoch: step / 10, time: '2026-01-01T00:00:05.500Z', processSeconds: 1, loss, error: 0.5, learningRate: 0.1, imagesPerSecond: 100, deviceWaitShare: 0 })

async function run(): ReturnType<typeof storedRun> {
  const stored = await storedRun(await temporaryFolder(), { epochs: 2 })
  const second = { ...epochRecord(2), layers: { 'a,b': { flipRate: 0.25 }, sign1: { positiveShare: 0.5 } } }
  await writeFile(join(stored.directory, 'metrics.jsonl'), `${JSON.stringify(epochRecord(1))}\n${JSON.stringify(second)}\n`)
  // The last line was torn by a crash.
  await writeFile(join(stored.directory, 'steps.jsonl'), `${point(4, 2)}\n${point(15, 1)}\n{"step":17,`)
  const events = await EventWriter.open(stored.directory)
  await events.append({ kind: 'checkpoint', file: 'epoch-2.safetensors', epoch: 2, batch: 0, step: 20, bytes: 1 })
  await events.close()
  return stored
}

test('an event file has every figure of epochs, layers and steps, in the order of steps, at the times they came', async () => {
  const stored = await run()
  const [file, ...others] = await exportRun(stored, 'tensorboard')
  expect(others).toEqual([])
  expect(file?.name).toMatch(/^events\.out\.tfevents\.\d+\.bitwright\.20260101-000000-small-aaaa$/)
  const { events, time } = readEventFile(file?.bytes ?? new Uint8Array())
  expect(time).toBeCloseTo(Date.parse(stored.record.created) / 1000, 3)
  expect(events.map(({ step }) => step)).toEqual([4, 10, 15, 20])
  const [step4, epoch1, , epoch2] = events.map(({ scalars }) => Object.fromEntries(scalars))
  expect(step4).toMatchObject({ 'steps/loss': 2, 'steps/images per second': 100 })
  expect(epoch1).toEqual({
    'loss/train': Math.fround(1 / 3), 'loss/validation': 0.5, 'loss/test': 0.125, 'error/train': 0.25, 'error/validation': 0.5, 'error/test': 0.5,
    'top5 error/validation': 0, 'top5 error/test': 0, 'epoch/number': 1, 'epoch/learning rate': Math.fround(0.1),
  })
  expect(epoch2).toMatchObject({ 'flipRate/a,b': 0.25, 'positiveShare/sign1': 0.5 })
  // Without a checkpoint of its own an epoch has the time of the step before.
  expect(events[1]?.time).toBe(Date.parse('2026-01-01T00:00:05.500Z') / 1000)
  expect(Math.abs((events[3]?.time ?? 0) - Date.now() / 1000)).toBeLessThan(60)
})

test('tables have a column each, full precision, quotes where names need them, and nothing where there is nothing', async () => {
  const files = await exportRun(await run(), 'csv')
  const tables = files.map(({ name, bytes }) => [name, new TextDecoder().decode(bytes).split('\r\n')] as const)
  expect(tables).toEqual([
    ['epochs.csv', [
      'epoch,step,learningRate,trainLoss,trainError,validLoss,validError,validTop5Error,testLoss,testError,testTop5Error,"a,b.flipRate",sign1.positiveShare',
      '1,10,0.1,0.3333333333333333,0.25,0.5,0.5,0,0.125,0.5,0,,',
      '2,20,0.1,0.3333333333333333,0.25,0.5,0.5,0,0.125,0.5,0,0.25,0.5',
      '',
    ]],
    ['steps.csv', [
      'step,epoch,time,processSeconds,loss,error,learningRate,imagesPerSecond,deviceWaitShare',
      `4,0.4,${Date.parse('2026-01-01T00:00:05.500Z')},1,2,0.5,0.1,100,0`,
      `15,1.5,${Date.parse('2026-01-01T00:00:05.500Z')},1,1,0.5,0.1,100,0`,
      '',
    ]],
  ])
})

test('a run that has not yet trained is exported as well', async () => {
  const stored = await storedRun(await temporaryFolder())
  expect(readEventFile((await exportRun(stored, 'tensorboard'))[0]?.bytes ?? new Uint8Array()).events).toEqual([])
  expect((await exportRun(stored, 'csv')).map(({ name }) => name)).toEqual(['epochs.csv'])
})
